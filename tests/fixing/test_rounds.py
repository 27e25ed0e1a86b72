"""Check and fix joined: rounds until nothing changes, and an error if that does not happen."""

from __future__ import annotations

import pytest
from applying import finding_at

from flake8_nograd import engine, fix_engine
from flake8_nograd.fixing import FixError, Form, Style, Verdict
from flake8_nograd.source import SourceError

TWO_REGIONS = b"""import torch
from torch import nn

model = nn.Linear(4, 2).eval()


async def serve(queue):
    first = model(await queue.get()).argmax().item()
    x = await queue.get()
    second = model(x).argmax().item()
    await queue.put(second)
    third = model(-x).argmax().item()
    return first, third
"""


def test_file_without_torch_is_not_parsed(monkeypatch):
    monkeypatch.setattr(engine, "check", None)
    assert not fix_engine.fix(b"print('not even Python':\n", "a.py").changed


def test_fixed_file_is_clean_and_stays_as_it_is():
    fixed = fix_engine.fix(TWO_REGIONS, "a.py", style=Style(unsafe=True))
    assert fixed.changed
    assert fixed.fixed >= 2
    again = fix_engine.fix(fixed.after, "a.py", style=Style(unsafe=True))
    assert not again.changed
    assert all(outcome.verdict is Verdict.LEFT for outcome in again.left)


def test_places_of_what_was_found_and_of_what_is_left():
    program = (
        b"import torch\nfrom torch import nn\nmodel = nn.Linear(2, 2).eval()\n"
        b"print(model(torch.ones(2)).argmax().item())\n"
        b"key = lambda x: model(x).argmax().item()\n"
    )
    fixed = fix_engine.fix(program, "a.py")
    assert [(item.finding.line, item.verdict) for item in fixed.found] == [
        (4, Verdict.FIXED),
        (5, Verdict.LEFT),
    ]
    assert [item.finding.line for item in fixed.left] == [6]


def test_dropped_finding_is_not_fixed():
    program = (
        b"import torch\nfrom torch import nn\nmodel = nn.Linear(2, 2).eval()\n"
        b"def test(x):\n    print(model(x).argmax().item())\n"
        b"def test_again(x):\n    print(model(x).argmax().item())  # keep\n"
    )

    def keep(source, findings):
        return [item for item in findings if "# keep" not in source.lines[item.line - 1]]

    fixed = fix_engine.fix(program, "a.py", keep=keep)
    assert fixed.after == program.replace(b"def test(", b"@torch.no_grad()\ndef test(")
    assert fixed.fixed == 1


@pytest.mark.parametrize("style", [Style(), Style(form=Form.DECORATOR)])
def test_silenced_line_of_a_finding_stays_outside_of_the_guard(style):
    program = (
        b"import torch\nfrom torch import nn\nmodel = nn.Linear(2, 2).eval()\n"
        b"def test(x):\n    a = model(x).argmax().item()\n"
        b"    b = model(-x).argmax().item()  # keep\n    return a, b\n"
    )

    def keep(source, findings):
        return [item for item in findings if "# keep" not in source.lines[item.line - 1]]

    fixed = fix_engine.fix(program, "a.py", style=style, keep=keep)
    guarded = b"    with torch.no_grad():\n        a = model(x).argmax().item()\n"
    assert fixed.after == program.replace(b"    a = model(x).argmax().item()\n", guarded)
    assert fix_engine.fix(program, "a.py", style=style).after != fixed.after


def test_guard_that_does_not_silence_its_finding_is_taken_back(monkeypatch):
    """The other finding of the file is mended all the same."""

    def find(source, options):
        findings = []
        for number, line in enumerate(source.lines, 1):
            if "stubborn(" in line or (line.startswith("out")):
                name = "stubborn" if "stubborn(" in line else "model"
                findings.append(finding_at(source, number, name))
        return findings

    monkeypatch.setattr(engine, "find", find)
    program = b"import torch\nout = model(x)\nprint()\nout = stubborn(x)\n"
    fixed = fix_engine.fix(program, "a.py")
    guarded = b"with torch.no_grad():\n    out = model(x)\n"
    assert fixed.after == program.replace(b"out = model(x)\n", guarded)
    assert [item.verdict for item in fixed.found] == [Verdict.FIXED, Verdict.LEFT]
    assert fixed.fixed == 1
    (left,) = fixed.left
    assert left.reason == "a guard there would not silence it"


def test_file_with_many_findings_is_mended_in_one_run():
    program = b"import torch\nfrom torchvision import models\nx = torch.ones(2)\n" + 14 * (
        b"model = models.alexnet().eval()\nprint(model(x).argmax().item())\nprepare()\n"
    )
    fixed = fix_engine.fix(program, "a.py", style=Style(unsafe=True))
    assert fixed.after.count(b"with torch.no_grad():\n    print(model(x)") == 14
    assert fixed.left == ()


def test_error_if_there_is_no_end(monkeypatch):
    def find(source, options):
        return [finding_at(source, len(source.lines))]

    original = fix_engine._Rounds.run

    def run(self, data):
        result = original(self, data)
        return type(result)(result.data + b"out = model(x)\n", result.outcomes)

    monkeypatch.setattr(engine, "find", find)
    monkeypatch.setattr(fix_engine._Rounds, "run", run)
    with pytest.raises(FixError, match="does not settle in 14 rounds"):
        fix_engine.fix(b"import torch\nout = model(x)\n", "a.py")


def test_syntax_error_names_file_and_line():
    with pytest.raises(SourceError, match=r"^a\.py:2: "):
        fix_engine.fix(b"import torch\nprint 'x'\n", "a.py")
