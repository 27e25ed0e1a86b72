"""Generated programs do the same after a safe fix; `tests/bench/try_fixes.py` runs thousands."""

from __future__ import annotations

import pytest
from option_sets import OPTION_SETS

from flake8_nograd.fixing import Style

pytest.importorskip("torch")

from behaviour import behaviour
from mixed_files import try_out_in_two_files
from mixed_programs import generate
from mixed_trials import try_out
from shrinking import shrunk_program, shrunk_text

pytestmark = pytest.mark.usefixtures("one_torch_thread")
COUNT = 20


@pytest.mark.parametrize("style", OPTION_SETS.values(), ids=list(OPTION_SETS))
def test_safe_fix_changes_nothing(style):
    first = COUNT * list(OPTION_SETS.values()).index(style)
    trials = [try_out(generate(seed), style) for seed in range(first, first + COUNT)]
    assert [trial.program.kind for trial in trials if trial.differs] == []


def test_safe_fix_of_two_files_changes_nothing(tmp_path):
    trials = []
    for seed in range(2000, 2000 + COUNT):
        folder = tmp_path / str(seed)
        folder.mkdir()
        trials.append(try_out_in_two_files(generate(seed), Style(), folder))
    assert [trial.program.kind for trial in trials if trial is not None and trial.differs] == []
    assert any(trial is not None and trial.is_edited for trial in trials)


def test_two_files_do_what_one_does(tmp_path):
    program = generate(2001)
    before = behaviour(program.text, program.path)
    assert try_out_in_two_files(program, Style(), tmp_path).before == before


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
