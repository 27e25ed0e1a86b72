"""`nograd-trace --lint` puts findings beside sites, and tells where they disagree."""

from __future__ import annotations

import json
import sys

import pytest

from flake8_nograd.trace.lint import Comparison, Linter
from flake8_nograd.trace.lint_table import disagreements
from flake8_nograd.trace.silent_run import run

MODEL = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
x = torch.ones(4, 2)
"""
HELPER = """\
from torch import nn


def make():
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))


def predict(model, x):
    model.eval()
    return model(x)
"""
AGREE = ["nograd-trace: the linter and torch agree about all that this run saw"]


@pytest.fixture
def compare(workshop, monkeypatch):
    """Runs a program and compares; other files are given by name."""
    monkeypatch.chdir(workshop.directory)
    monkeypatch.syspath_prepend(workshop.directory)

    def compared(text: str, **others: str) -> Comparison:
        if others:  # each file by itself: in view of the others there is little to contradict
            alone = "[flake8]\nnograd-project = off\n"
            (workshop.directory / "setup.cfg").write_text(alone, "utf-8")
        for name, content in others.items():
            workshop.write(content, f"{name}.py")
            monkeypatch.delitem(sys.modules, name, raising=False)
        workshop.write(text)
        program = workshop.directory / "program.py"
        done = run(program, nested=True)
        assert done.failure is None
        return Linter().compare(done.report, [str(program)])

    return compared


def told(comparison: Comparison) -> list[str]:
    """The lines of all tables, columns set apart by one space."""
    lines = (line for table in disagreements(comparison) for line in table.plain().splitlines())
    return [" ".join(line.split()) for line in lines]


def codes(comparison: Comparison) -> dict[int, str]:
    return {place.line: code for place, code in comparison.codes.items()}


class TestAgreement:
    def test_wasted_and_reported(self, compare):
        found = compare(f"{MODEL}model.eval()\nprint(model(x).argmax(1))\n")
        assert codes(found) == {7: "NGR102"}
        assert [item.counts.wasted for item in found.reported] == [1]
        assert told(found) == AGREE

    def test_one_finding_speaks_of_all_passes_of_its_region(self, compare):
        found = compare(
            f"{MODEL}model.eval()\nfor _ in range(2):\n"
            "    print(model(x).argmax(1))\n    print(model(x).argmin(1))\n"
        )
        assert len(found.reported) == 1
        assert codes(found) == {8: "NGR102", 9: "NGR102"}
        assert told(found) == AGREE

    def test_used_and_not_reported(self, compare):
        found = compare(f"{MODEL}model(x).sum().backward()\n")
        assert (found.codes, found.reported) == ({}, ())
        assert told(found) == AGREE

    def test_guarded_and_not_reported(self, compare):
        assert told(compare(f"{MODEL}with torch.no_grad():\n    model(x)\n")) == AGREE

    def test_code_that_was_not_reached(self, compare):
        found = compare(f"{MODEL}model.eval()\nif model is None:\n    print(model(x).argmax(1))\n")
        assert [item.finding.line for item in found.unreached] == [8]
        assert told(found) == ["nograd-trace: 1 finding where this run saw no forward pass"]

    def test_nothing_ran(self, compare):
        assert told(compare("print(1)\n")) == []


class TestWhatAFindingSpeaksOf:
    """Passes that begin where it stands, or later in the statements that its guard would cover."""

    @pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 knows no columns of calls")
    def test_another_call_on_the_same_line_is_another_call(self, compare):
        found = compare(
            f"{MODEL}model(x).sum().backward(); model.eval(); print(model(x).argmax(1))\n"
        )
        (reported,) = found.reported
        assert reported.finding.line == 6
        assert (reported.counts.wasted, reported.counts.used) == (1, 0)

    NET = """\
import helper
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.head = nn.Linear(2, 3), nn.Linear(3, 1)

    def forward(self, x):
        return self.head(helper.predict(self.encoder, x){})

net, x = Net(), torch.ones(4, 2)
net(x).sum().backward()
"""

    def test_a_pass_within_a_pass_has_a_fate_of_its_own(self, compare):
        found = compare(self.NET.format(".detach()"), helper=HELPER)
        (reported,) = found.reported
        assert (reported.finding.line, reported.counts.wasted, reported.counts.used) == (10, 1, 0)
        assert told(found) == AGREE

    def test_a_pass_within_a_pass_that_is_used(self, compare):
        found = compare(self.NET.format(""), helper=HELPER)
        assert [item.counts.used for item in found.contradicted] == [1]

    def test_a_module_without_parameters(self, compare):
        found = compare(
            "import torch, helper\nhelper.predict(torch.nn.ReLU(), torch.ones(4, 2))\n",
            helper=HELPER,
        )
        (reported,) = found.reported
        assert (reported.was_reached, reported.is_contradicted) == (True, True)
        assert reported.counts.verdict.value == "nothing recorded"


class TestMissed:
    HEAD = (
        "nograd-trace: 1 wasted site without a finding",
        "place held, peak kept to the end why the linter is silent",
    )

    def missed(self, comparison: Comparison) -> str:
        head, heading, row = told(comparison)
        assert (head, heading) == self.HEAD
        return row

    def test_call_that_is_not_known_to_be_a_forward_pass(self, compare):
        row = self.missed(compare(f"{MODEL}call = vars()['mod' + 'el']\nprint(call(x).shape)\n"))
        assert row.startswith("program.py:7")
        assert row.endswith("48 B - the call is not taken for a forward pass")

    def test_reason_of_the_linter(self, compare):
        row = self.missed(
            compare(
                "import torch, helper\nhelper.apply(helper.make(), torch.ones(4, 2))\n",
                helper=HELPER.replace("    model.eval()\n", "").replace("predict", "apply"),
            )
        )
        assert row.startswith("helper.py:9")
        assert row.endswith("too little speaks for inference")

    def test_silenced_by_a_comment(self, compare):
        found = compare(f"{MODEL}model.eval()\nprint(model(x).argmax(1))  # noqa: NGR102\n")
        assert self.missed(found).endswith("NGR102 is silenced here")

    def test_silenced_by_the_configuration(self, compare, workshop):
        workshop.write("[flake8]\nextend-ignore = NGR1\n", ".flake8")
        found = compare(f"{MODEL}model.eval()\nprint(model(x).argmax(1))\n")
        assert self.missed(found).endswith("NGR102 is silenced here")

    def test_excluded_by_the_configuration(self, compare, workshop):
        workshop.write("[flake8]\nexclude = program.py\n", ".flake8")
        found = compare(f"{MODEL}model.eval()\nprint(model(x).argmax(1))\n")
        assert self.missed(found).endswith("NGR102 is silenced here")

    def test_file_that_is_gone(self, compare):
        found = compare(
            "import torch, helper, os\nhelper.predict(helper.make(), torch.ones(4, 2))\n"
            "os.remove(helper.__file__)\n",
            helper=HELPER,
        )
        assert self.missed(found).endswith("the file cannot be read: No such file or directory")


class TestContradicted:
    HEAD = (
        "nograd-trace: 1 finding without waste in this run",
        "place finding what torch saw",
    )

    @pytest.mark.parametrize(
        ("use", "verdict"),
        [
            ("output = helper.predict(model, x)\noutput.sum().backward()", "used"),
            ("with torch.no_grad(): helper.predict(model, x)", "guarded"),
            ("helper.predict(model.requires_grad_(False), x)", "nothing recorded"),
            (
                "helper.predict(model, x)\nhelper.predict(model, x).sum().backward()",
                "mixed: 1 wasted, 1 used",
            ),
        ],
    )
    def test_what_another_file_does(self, compare, use, verdict):
        found = compare(
            f"import torch, helper\nmodel, x = helper.make(), torch.ones(4, 2)\n{use}\n",
            helper=HELPER,
        )
        head, heading, row = told(found)
        assert (head, heading) == self.HEAD
        assert row == f"helper.py:10:12 NGR102 {verdict}"

    def test_a_pass_that_is_wasted_and_one_that_is_guarded_agree(self, compare):
        found = compare(
            "import torch, helper\nmodel, x = helper.make(), torch.ones(4, 2)\n"
            "helper.predict(model, x)\nwith torch.no_grad(): helper.predict(model, x)\n",
            helper=HELPER,
        )
        assert told(found) == AGREE


def test_command(workshop):
    workshop.write(
        f"{MODEL}model.eval()\nprint(model(x).argmax(1))\n"
        'call = getattr(model, "for" + "ward")\ncall(x)\n'
    )
    done = workshop.trace("--lint", "--json", "report.json", "program.py")
    title, heading, *sites = done.err.splitlines()[1:]
    assert title == "nograd-trace: 2 of 2 forward-pass sites wasted"
    assert heading.split()[-1] == "finding"
    assert {row.split()[-1] for row in sites[:2]} == {"NGR102", "-"}
    assert sites[2] == "nograd-trace: 1 wasted site without a finding"
    values = json.loads((workshop.directory / "report.json").read_text("utf-8"))["lint"]
    (reported,), (missed,) = values["reported"], values["missed"]
    assert (reported["line"], reported["code"], reported["verdict"]) == (7, "NGR102", "wasted")
    assert (missed["line"], missed["reason"]) == (9, "the call is not taken for a forward pass")
