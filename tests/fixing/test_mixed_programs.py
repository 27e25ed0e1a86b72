"""Generated programs do the same after a safe fix; `tests/bench/try_fixes.py` runs thousands."""

from __future__ import annotations

import pytest

from flake8_nograd.fixing import Form, Guard, Style

torch = pytest.importorskip("torch")

from behaviour import behaviour  # noqa: E402
from mixed_programs import generate  # noqa: E402
from mixed_trials import try_out  # noqa: E402
from shrinking import shrunk_program, shrunk_text  # noqa: E402

STYLES = {
    "no_grad": Style(),
    "inference_mode": Style(Guard.INFERENCE_MODE),
    "with": Style(form=Form.WITH),
    "decorator": Style(form=Form.DECORATOR),
}
COUNT = 20


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
def test_safe_fix_changes_nothing(style):
    first = COUNT * list(STYLES.values()).index(style)
    trials = [try_out(generate(seed), style) for seed in range(first, first + COUNT)]
    assert [trial.program.kind for trial in trials if trial.differs] == []


def test_most_programs_run_and_have_a_finding():
    trials = [try_out(generate(seed), Style()) for seed in range(1000, 1000 + COUNT)]
    assert sum(trial.before.succeeds for trial in trials) > 0.8 * COUNT
    assert sum(bool(trial.findings) for trial in trials) > 0.6 * COUNT


def test_a_seed_is_a_program():
    texts = [generate(seed).text for seed in range(300)]
    assert texts == [generate(seed).text for seed in range(300)]
    assert len(set(texts)) == 300
    for text in texts:
        compile(text, "mixed.py", "exec")


def test_behaviour_is_output_and_ending():
    done = behaviour("print(1)\nraise ValueError('no')\n", "/mixed/a.py")
    assert (done.output, done.ending) == ("1\n", "ValueError: no")
    assert behaviour("torch_mode = 1\n", "/mixed/a.py").succeeds


def test_shrinking_keeps_what_matters():
    program = generate(3)
    small = shrunk_program(program, lambda text: "manual_seed" in text)
    assert small.acts == ()
    assert shrunk_text("a = 1\nif a:\n    b = 2\nc = 3\n", lambda text: "b = 2" in text) == "b = 2"
