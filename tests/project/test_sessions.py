"""What is remembered of other files holds for a session; what editors hold stands for the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from real_flake8 import run_flake8

from flake8_nograd import cli, engine
from flake8_nograd.elsewhere import Place
from flake8_nograd.options import Options
from flake8_nograd.project import neighbours
from flake8_nograd.project.files import Files
from flake8_nograd.project.module_reader import summarize
from flake8_nograd.project.neighbours import Neighbours
from flake8_nograd.project.project import begin_session, seen_from
from flake8_nograd.project.texts import Texts
from flake8_nograd.source import Source
from flake8_nograd.vocabulary.lookup import vocabulary_of

ENGINE = """\
import torch

def evaluate(model: torch.nn.Module, x):
    model.eval()
    return model(x).argmax().item()
"""
RECORDING = "import torch\nfrom engine import evaluate\nprint(evaluate(net, x))\n"
GUARDED = """\
import torch
from engine import evaluate
with torch.no_grad():
    evaluate(net, x)
"""


def found(folder: Path, options: Options | None = None) -> list[str]:
    source = Source.from_path(folder / "engine.py")
    return [item.code for item in engine.check(source, options or Options())]


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "setup.py").touch()
    (tmp_path / "engine.py").write_text(ENGINE)
    (tmp_path / "run.py").write_text(RECORDING)
    return tmp_path


def test_a_changed_neighbour_is_read_again_in_the_next_session(folder):
    assert found(folder) == ["NGR102"]
    (folder / "run.py").write_text(GUARDED)
    assert found(folder) == ["NGR102"]
    begin_session({})
    assert found(folder) == []
    (folder / "run.py").unlink()
    (folder / "other.py").write_text(RECORDING)
    begin_session({})
    assert found(folder) == ["NGR102"]


def test_what_an_editor_holds_stands_for_the_disk(folder):
    begin_session({str(folder / "run.py"): GUARDED.encode()})
    assert found(folder) == []
    begin_session({})
    assert found(folder) == ["NGR102"]


def test_what_has_not_changed_is_not_read_again(folder, monkeypatch):
    assert found(folder) == ["NGR102"]
    opened: list[str] = []
    really = os.open
    monkeypatch.setattr(os, "open", lambda path, *rest: opened.append(path) or really(path, *rest))
    for _ in range(3):
        begin_session({})
        assert found(folder) == ["NGR102"]
    assert opened == []


@pytest.mark.parametrize("pattern", ["run.py", "r*", "/run.py", "/*un.py"])
def test_what_flake8_excludes_is_not_read(folder, pattern):
    (folder / "run.py").write_text(GUARDED)
    excluded = f"{folder}{pattern}" if pattern.startswith("/") else pattern
    assert found(folder) == []
    assert found(folder, Options(excluded=(excluded,))) == ["NGR102"]
    assert found(folder, Options(excluded=("other.py", f"{folder}/*.pyi"))) == []


def test_excluded_folders_behind_a_link(folder, tmp_path):
    (folder / "lab").mkdir()
    (folder / "run.py").rename(folder / "lab" / "run.py")
    (folder / "lab" / "run.py").write_text(GUARDED)
    (folder / "link").symlink_to(folder)
    options = Options(excluded=(f"{folder}/link/lab",))
    assert found(folder / "link") == []
    assert found(folder / "link", options) == ["NGR102"]


def test_bounds_are_those_of_the_file_that_is_asked_about(folder, monkeypatch):
    monkeypatch.setattr(neighbours, "_MOST_PARSED", 30)
    paths = [str(folder / f"n{number}.py") for number in range(5)]
    for path in paths:
        Path(path).write_text("def build(): return 1\n")
    vocabulary = vocabulary_of(Options())
    files = Files(str(folder), vocabulary, (), Texts({}), {})
    source = Source.from_path(folder / "engine.py")
    own = summarize(source.tree, source.path, vocabulary)
    for order in (paths, paths[::-1]):
        asked = Neighbours(files, own, b"")
        known = [asked.summary(path) is not None for path in order]
        assert known == [True, True, False, False, False]
        assert asked.summary(own.path) is own


@pytest.mark.parametrize(
    "texts",
    [
        {"use.py": "from engine import evaluate\nevaluate(1, 2)\n"},
        {"use.py": "import engine as e\ne.evaluate(1, 2)\n"},
        {
            "hand.py": "from engine import *\n",
            "use.py": "from hand import evaluate\nevaluate(1, 2)\n",
        },
        {
            "api/__init__.py": "from engine import (\n    other,\n    evaluate,\n)\n",
            "use.py": "import api\napi.evaluate(1, 2)\n",
        },
        {
            "one.py": "from engine import evaluate\n",
            "two.py": "from one import *\n",
            "use.py": "import two\ntwo.evaluate(1, 2)\n",
        },
    ],
    ids=" ".join,
)
def test_callers_are_found_through_whoever_hands_a_name_on(folder, texts):
    (folder / "run.py").unlink()
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    source = Source.from_path(folder / "engine.py")
    callers = seen_from(source, Options()).callers("", "evaluate")
    assert callers.recording == Place(str(folder / "use.py"), 2)


def test_a_file_of_which_no_other_speaks_costs_no_parsing(folder, monkeypatch):
    (folder / "run.py").write_text(RECORDING.replace("from engine", "from other"))
    (folder / "same.py").write_text("def evaluate(x): pass\nevaluate(1)\n")
    monkeypatch.setattr(Files, "_summarize", lambda *rest: pytest.fail("parsed in vain"))
    callers = seen_from(Source.from_path(folder / "engine.py"), Options()).callers("", "evaluate")
    assert not callers.seen


def test_a_file_that_is_not_saved_yet_is_one_of_the_project(folder):
    text = ENGINE.replace("evaluate", "survey")
    (folder / "run.py").write_text(GUARDED.replace("engine", "new").replace("evaluate", "survey"))
    source = Source.from_text(text, str(folder / "new.py"))
    assert engine.check(source) == []


def test_the_front_ends_pass_on_what_is_excluded(folder, monkeypatch, capsys):
    (folder / "run.py").write_text(GUARDED)
    assert run_flake8("--isolated", "engine.py", folder=folder).codes == []
    assert run_flake8("--isolated", "--exclude=run.py", "engine.py", folder=folder).codes == [
        "NGR102"
    ]
    monkeypatch.chdir(folder)
    assert cli.main(["--isolated", "--check", "engine.py"]) == 0
    assert cli.main(["--isolated", "--check", "--exclude=run.py", "engine.py"]) == 1
    assert "NGR102" in capsys.readouterr().out


def test_what_is_fixed_first_does_not_change_what_is_found_next(folder, monkeypatch):
    (folder / "a.py").write_text(
        "import torch\nfrom engine import evaluate\n\nnet = torch.nn.Linear(4, 2).eval()\n"
        "print(evaluate(net, torch.ones(4)), net(torch.ones(4)).argmax().item())\n"
    )
    (folder / "run.py").unlink()
    monkeypatch.chdir(folder)
    texts = []
    for paths in (["a.py", "engine.py"], ["engine.py", "a.py"]):
        before = {path: (folder / path).read_text() for path in paths}
        begin_session({})
        cli.main(["--isolated", "--quiet", *paths])
        texts.append({path: (folder / path).read_text() for path in paths})
        for path, text in before.items():
            (folder / path).write_text(text)
    assert texts[0] == texts[1]
    assert "no_grad" in texts[0]["engine.py"]
