"""Every format is what its readers expect: published schemas for programs, excerpts for people."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from flake8_nograd.output import FORMATS

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "tests/schemas"
OURS = json.loads((ROOT / "docs/schemas/findings.json").read_text("utf-8"))
BROKEN = "import torch\nprint 'x'\n"
PLACES = [
    ("no fix, really.py", 5, 17),
    ("no_newline.py", 6, 7),
    ("raises.py", 7, 1),
    ("safe.py", 5, 17),
    ("twice.py", 5, 7),
    ("twice.py", 10, 7),
    ("unsafe.py", 8, 12),
]


def schema(name: str) -> object:
    return json.loads((SCHEMAS / name).read_text("utf-8"))


def place(item: dict[str, object]) -> tuple[object, object, object]:
    return item["path"], item["line"], item["column"]


def test_json_is_as_documented(lint):
    document = json.loads(lint("json"))
    jsonschema.validate(document, OURS)
    assert [place(item) for item in document["findings"]] == PLACES
    assert document["errors"] == []
    fingerprints = [item["fingerprint"] for item in document["findings"]]
    assert len(set(fingerprints)) == len(PLACES)


def test_json_tells_of_files_that_could_not_be_read(lint, tmp_path):
    (tmp_path / "broken.py").write_text(BROKEN)
    (error,) = json.loads(lint("json", paths=("broken.py",)))["errors"]
    assert error.startswith("broken.py:2: ")


def test_json_lines_are_the_same_findings(lint):
    lines = [json.loads(line) for line in lint("json-lines").splitlines()]
    assert lines == json.loads(lint("json"))["findings"]
    for line in lines:
        jsonschema.validate(line, {"$ref": "#/$defs/finding", "$defs": OURS["$defs"]})


def test_fingerprints_outlive_lines_above(lint, tmp_path):
    def fingerprints() -> list[str]:
        return [item["fingerprint"] for item in json.loads(lint("json"))["findings"]]

    before = fingerprints()
    for path in tmp_path.glob("*.py"):
        path.write_text("# one\n# two\n" + path.read_text("utf-8"), "utf-8")
    assert fingerprints() == before


def test_call_over_several_lines_has_its_end(lint):
    found = json.loads(lint("json", paths=("unsafe.py",)))["findings"][0]
    assert (found["end_line"], found["end_column"]) == (10, 6)


def test_sarif_is_sarif(lint, tmp_path):
    (tmp_path / "broken.py").write_text(BROKEN)
    log = json.loads(lint("sarif"))
    jsonschema.validate(log, schema("sarif-2.1.0.json"))
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["NGR102", "NGR201"]
    assert not run["invocations"][0]["executionSuccessful"]
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    }
    assert "no%20fix%2C%20really.py" in uris
    assert ["fixes" in result for result in run["results"]] == [
        name not in ("no fix, really.py", "raises.py") for name, *_ in PLACES
    ]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert (levels["NGR102"], levels["NGR201"]) == ("warning", "error")


def test_gitlab_takes_the_report(lint):
    report = json.loads(lint("gitlab"))
    for issue in report:
        jsonschema.validate(issue, schema("codeclimate.json"))
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
    assert len({issue["fingerprint"] for issue in report}) == len(report) == len(PLACES)


@pytest.mark.parametrize("paths", [(".",), ("clean.py",), ("broken.py",)])
def test_junit_is_what_jenkins_reads(lint, tmp_path, paths):
    (tmp_path / "clean.py").write_text("import torch\n")
    (tmp_path / "broken.py").write_text(BROKEN)
    written = lint("junit", paths=paths)
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(written)
    root = ElementTree.fromstring(written)
    assert len(list(root.iter("testcase"))) == int(root.attrib["tests"]) > 0
    assert len(list(root.iter("failure"))) == int(root.attrib["failures"])


def test_github_gets_a_workflow_command_for_each(lint, tmp_path):
    (tmp_path / "broken.py").write_text(BROKEN)
    lines = lint("github").splitlines()
    assert len(lines) == len(PLACES) + 1
    assert all(re.match(r"::(warning|error) title=[^:]+::\S", line) for line in lines)
    assert "file=no fix%2C really.py,line=5,endLine=5,col=17,endColumn=25::NGR102 " in lines[0]
    assert "col=" not in next(line for line in lines if "file=unsafe.py" in line)
    assert lines[-1].startswith("::error title=nograd-fix::broken.py:2: ")


def test_full_underlines_the_call_and_tells_the_cure(lint):
    shown = lint("full", paths=("safe.py",)).splitlines()
    assert shown[1:] == [
        "  |",
        "5 | print('größer', model(torch.ones(4)).argmax().item())",
        "  |                 ^^^^^^^^^^^^^^^^^^^^",
        "  = safe fix: wrap in `with torch.no_grad():`",
        "  = because every result ends as plain numbers",
        "",
    ]
    assert "  = unsafe fix (--unsafe-fixes): decorate with `@torch.no_grad()`" in lint("full")
    assert "  = no fix\n" in lint("full")


def test_full_counts_the_columns_of_a_terminal(lint, tmp_path):
    (tmp_path / "wide.py").write_text(
        "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
        "if model:\n\tprint('日本', model(torch.ones(4)).argmax().item())\n",
        "utf-8",
    )
    shown = lint("full", paths=("wide.py",)).splitlines()
    assert shown[2] == "6 |         print('日本', model(torch.ones(4)).argmax().item())"
    assert shown[3] == "  |                       ^^^^^^^^^^^^^^^^^^^^"


def test_grouped_names_each_file_once(lint):
    lines = lint("grouped").splitlines()
    at = lines.index("twice.py")
    assert lines[at + 1].startswith("  5:7  NGR102 ")
    assert lines[at + 2].startswith("  10:7 NGR102 ")


def test_concise_is_the_default(lint):
    assert lint("concise").startswith("no fix, really.py:5:17: NGR102 ")


def test_findings_are_coloured_like_the_diff(lint):
    assert "\x1b[" not in lint("concise")
    for name, output_format in FORMATS.items():
        coloured = "\x1b[" in lint(name, "--color=always", paths=("safe.py",))
        assert coloured == (name in ("concise", "full", "grouped")), output_format


def test_statistics_stay_out_of_documents(lint):
    json.loads(lint("json", "--statistics"))
    assert lint("json-lines", "--statistics").endswith("1       NGR201\n")
