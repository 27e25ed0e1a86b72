"""The same results for any number of processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from flake8_nograd.command import jobs
from flake8_nograd.command.settings import Settings
from flake8_nograd.fixing import Style

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
PROGRAMS = {
    "safe": f"{HEAD}print(model(torch.ones(4)).argmax().item())\n",
    "unsafe": f"{HEAD}\n\ndef predict(x):\n    return model(x)\n",
    "clean": "import torch\n",
    "plain": "print(1)\n",
    "broken": "import torch\nprint 'x'\n",
}


@pytest.fixture
def tree(write):
    """A directory of more files than fit into one chunk."""
    for number in range(15):
        for name, program in PROGRAMS.items():
            write(f"{number:02}/{name}.py", program)


def test_same_output(run, tree):
    alone, *others = (run("--check", "--jobs", jobs, ".") for jobs in ("1", "2", "3", "auto"))
    assert alone.code == 2
    assert len(alone.out.splitlines()) == 30
    assert [(other.code, other.out, other.err) for other in others] == 3 * [
        (alone.code, alone.out, alone.err)
    ]


def test_same_files(run, tree, tmp_path):
    assert run("--jobs", "2", ".").code == 2
    fixed = [path.parent.name for path in tmp_path.rglob("*.py") if "no_grad" in path.read_text()]
    assert len(fixed) == 15


def test_any_executor_will_do(tree, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    work = jobs.Work(Settings.read(["--isolated"]), Style())
    paths = sorted(str(path) for path in tmp_path.rglob("*.py"))
    with ThreadPoolExecutor(2) as executor:
        results = list(jobs.spread(executor, work, paths))
    places = [getattr(result, "path", None) or result.message.split(":")[0] for result in results]
    assert places == paths


def test_settings_travel_to_other_processes():
    import pickle

    from flake8_nograd.source import Source

    settings = Settings.read(["--isolated", "--nograd-guards=quiet"])
    settings.keep(Source.from_text("import torch\n"), [])
    again = pickle.loads(pickle.dumps(settings))
    assert again.options == settings.options
    assert again.keep(Source.from_text("import torch\n"), []) == []
