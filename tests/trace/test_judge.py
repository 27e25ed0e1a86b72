"""The judge says where a fixture and torch disagree."""

from __future__ import annotations

import sys
import types
from textwrap import dedent

import pytest

from flake8_nograd.trace import judge as judges
from flake8_nograd.trace.judge import judge

HEAD = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
x = torch.ones(4, 2)
"""


@pytest.fixture
def said(tmp_path):
    """Judges a program that starts with `HEAD`, and a twin that does so too."""

    def judged(body: str, twin: str | None = None) -> list[str]:
        path = tmp_path / "program.py"
        path.write_text(HEAD + dedent(body), "utf-8")
        if twin is not None:
            path.with_name("program.py.fixed").write_text(HEAD + dedent(twin), "utf-8")
        return judge(path)

    return judged


def test_agrees(said):
    assert said("print(model(x).shape)  # expect: NGR104\nmodel(x).sum().backward()\n") == []


def test_marked_but_used(said):
    assert said("model(x).sum().backward()  # expect: NGR101\n") == [
        "line 6: NGR101: marked, but no forward pass is wasted here"
    ]


def test_marked_but_guarded(said):
    program = "with torch.no_grad():\n    model(x)  # expect: NGR101\n"
    assert said(program) == ["line 7: NGR101: marked, but no forward pass is wasted here"]


def test_wasted_but_not_marked(said):
    assert said("model(x)\n") == ["line 6: a forward pass is wasted, but nothing is marked"]


def test_marker_in_another_function_does_not_cover(said):
    program = """\
        def one():
            model(x)  # expect: NGR101

        def other():
            model(x)

        one()
        other()
        """
    assert said(program) == ["line 10: a forward pass is wasted, but nothing is marked"]


def test_one_marker_covers_what_follows_in_the_function(said):
    assert said("model(x)  # expect: NGR101\nmodel(x)\n") == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 knows no columns of calls")
def test_marker_with_a_column(said):
    program = "model(x).sum().backward(), model(x)  # expect: NGR104@{}\n"
    assert said(program.format(28)) == []
    assert said(program.format(1)) == ["line 6: NGR104: marked, but no forward pass is wasted here"]


def test_backward_without_a_graph(said):
    raising = "with torch.no_grad():\n    loss = model(x).sum()\nloss.backward()"
    assert said(f"{raising}  # expect: NGR201\n") == []
    unmarked = said(f"{raising}\n")
    assert unmarked[0] == (
        "line 8: a backward pass raises for want of a graph, but NGR201 is not marked"
    )
    assert unmarked[1].startswith("line 8: the program ends by RuntimeError")


def test_backward_with_recording_off(said):
    program = "loss = model(x).sum()\nwith torch.no_grad():\n    loss.backward()"
    assert said(f"{program}  # expect: NGR202\n") == []
    assert said(f"{program}\n") == [
        "line 8: a backward pass runs with recording off, but NGR202 is not marked"
    ]


def test_program_that_fails(said):
    assert said("x.nonsense\n") == [
        "line 6: the program ends by AttributeError: 'Tensor' object has no attribute 'nonsense'"
    ]


def test_marker_that_cannot_be_read(said):
    assert said("model(x)  # expect: NGR101 and more\n") == [
        "line 6: 'and' is not a code such as NGR102 or NGR102@13"
    ]


def test_grad_mode_does_not_leak_out_of_a_program(said):
    assert said("torch.set_grad_enabled(False)\nmodel(x)\n") == []
    assert said("model(x)\n") == ["line 6: a forward pass is wasted, but nothing is marked"]


def test_twin_that_wastes(said):
    program = "model(x)  # expect: NGR101\n"
    assert said(program, "with torch.no_grad():\n    model(x)\n") == []
    assert said(program, "model(x)\n") == [
        "program.py.fixed:6: a forward pass is wasted in the fixed twin"
    ]


def test_twin_that_prints_something_else(said):
    twin = "with torch.no_grad():\n    print(model(x).requires_grad)\n"
    assert said("print(model(x).requires_grad)  # expect: NGR104\n", twin) == [
        "program.py.fixed: 'False' where the program has 'True'"
    ]


def test_twin_that_stops_early(said):
    twin = "with torch.no_grad():\n    model(x).backward()\n"
    (line,) = said("model(x)  # expect: NGR101\n", twin)
    assert line.startswith("program.py.fixed: 'RuntimeError: element 0 of tensors does not")
    assert line.endswith("where the program has 'the end'")


def test_program_that_is_not_run(tmp_path):
    path = tmp_path / "program.py"
    path.write_text("# not run: needs apex\nraise SystemExit(1)\n", "utf-8")
    assert judge(path) == []


@pytest.fixture
def project(tmp_path):
    """A model in a file of its own, and a file that runs it."""
    folder = tmp_path / "project"
    (folder / "lab").mkdir(parents=True)
    (folder / "lab" / "net.py").write_text(HEAD + "\n\ndef ask():\n    return model(x)\n", "utf-8")
    (folder / "main.py").write_text("from lab.net import ask, model, x\n\nask()\n", "utf-8")
    return folder


def test_project_whose_marker_stands_in_another_file(project):
    assert judge(project) == ["lab/net.py, line 9: a forward pass is wasted, but nothing is marked"]
    net = project / "lab" / "net.py"
    net.write_text(net.read_text("utf-8").rstrip() + "  # expect: NGR101\n", "utf-8")
    assert judge(project) == []
    main = project / "main.py"
    main.write_text(main.read_text("utf-8").replace("ask()", "ask().sum().backward()"), "utf-8")
    assert judge(project) == [
        "lab/net.py, line 9: NGR101: marked, but no forward pass is wasted here"
    ]


def test_project_whose_marker_stands_at_the_caller(project):
    main = project / "main.py"
    main.write_text(main.read_text("utf-8").rstrip() + "  # expect: NGR101\n", "utf-8")
    assert judge(project) == []


def test_projects_do_not_share_their_modules(project, tmp_path):
    other = tmp_path / "other"
    (other / "lab").mkdir(parents=True)
    (other / "lab" / "net.py").write_text("def ask():\n    print(1)\n", "utf-8")
    (other / "main.py").write_text("from lab.net import ask\n\nask()\n", "utf-8")
    assert len(judge(project)) == 1
    assert judge(other) == []


def test_module_of_the_same_name_was_imported_before(project, monkeypatch):
    other = types.ModuleType("lab")
    monkeypatch.setitem(sys.modules, "lab", other)
    assert len(judge(project)) == 1
    assert sys.modules["lab"] is other


def test_places_that_a_project_imports_from_are_forgotten(project):
    main = project / "main.py"
    main.write_text(f"import sys\n\nsys.path.insert(0, 'elsewhere')\n{main.read_text('utf-8')}")
    before = sys.path[:]
    assert len(judge(project)) == 1
    assert sys.path == before


def test_twin_of_a_project(project):
    net = project / "lab" / "net.py"
    net.write_text(net.read_text("utf-8").rstrip() + "  # expect: NGR101\n", "utf-8")
    twin = net.with_name("net.py.fixed")
    twin.write_text(HEAD + "\n\n@torch.no_grad()\ndef ask():\n    return model(x)\n", "utf-8")
    assert judge(project) == []
    twin.write_text(net.read_text("utf-8"), "utf-8")
    assert judge(project) == ["net.py:9: a forward pass is wasted in the fixed twin"]


def test_project_that_fails_in_another_file(project):
    net = project / "lab" / "net.py"
    net.write_text("def ask():\n    return x\n\n\nmodel = x = 1\ndel x\n", "utf-8")
    (project / "main.py").write_text("from lab.net import ask\n\nask()\n", "utf-8")
    assert judge(project) == [
        "lab/net.py, line 2: the program ends by NameError: name 'x' is not defined"
    ]


def test_project_that_is_not_run(project):
    (project / "main.py").write_text("# not run: needs apex\nraise SystemExit(1)\n", "utf-8")
    assert judge(project) == []


def test_command(tmp_path, capsys):
    path = tmp_path / "program.py"
    path.write_text(HEAD + "model(x)  # expect: NGR101\n", "utf-8")
    assert judges.main([str(path)]) == 0
    path.write_text(HEAD + "model(x)\n", "utf-8")
    assert judges.main([str(path)]) == 1
    assert capsys.readouterr().out == (
        f"{path}: line 6: a forward pass is wasted, but nothing is marked\n"
    )


@pytest.mark.parametrize("content", ["def", None])
def test_command_with_a_file_that_is_no_program(tmp_path, capsys, content):
    path = tmp_path / "program.py"
    if content is not None:
        path.write_text(content, "utf-8")
    assert judges.main([str(path)]) == 2
    assert str(path) in capsys.readouterr().err
