"""The edits that programs are given are those of the command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

from flake8_nograd import fix_engine
from flake8_nograd.command.settings import Settings
from flake8_nograd.engine import keep_all
from flake8_nograd.fixing import Style
from flake8_nograd.lsp.document import Document
from flake8_nograd.lsp.messages import Messages
from flake8_nograd.options import DEFAULT_OPTIONS
from flake8_nograd.output import junit, links, machine, sarif
from flake8_nograd.output.entry import Entry, Listing
from flake8_nograd.quick_fix import QuickFix, Repairs
from flake8_nograd.report import Report
from flake8_nograd.source import decode, text_lines
from flake8_nograd.text_edits import apply

FIXTURES = Path(__file__).parents[2] / "fixtures"
_LEFT_OUT = ("clean", "attacks")
PROGRAMS = sorted(path for path in FIXTURES.glob("*/*.py") if path.parent.name not in _LEFT_OUT)
MARKER = re.compile(rb"  # expect: .*")
HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
SHOWN = "print(model(torch.ones(4)).argmax().item())\n"


def quick_fixes(data: bytes, path: str = "a.py") -> list[QuickFix]:
    found = fix_engine.fix(data, path).found
    return list(Repairs(path, DEFAULT_OPTIONS, Style(), keep_all).of(data, found).values())


def together(data: bytes, offered: list[QuickFix]) -> str:
    edits = {edit for quick_fix in offered for edit in quick_fix.edits}
    return apply(text_lines(data, "a.py"), sorted(edits))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_all_formats_and_the_server_tell_the_fix_of_the_file(path):
    data = MARKER.sub(b"", path.read_bytes())
    settings = Settings.read(["--isolated", "--nograd-project=off"])
    fixed = fix_engine.fix(data, "a.py", settings.options, keep=settings.keep)
    text, after = decode(data, "a.py"), decode(fixed.after, "a.py")
    document = Document(text, "a.py", settings, Style())
    offered = {item: document.quick_fix(item) for item in document.findings}
    safe = [item for item in offered.values() if item is not None and item.is_safe]
    assert together(data, safe) == after
    assert patched(text, Report(writes=False, files=[fixed])) == after
    entries = [
        Entry("a.py", document.lines, outcome, offered[outcome.finding])
        for outcome in fixed.found
        if offered.get(outcome.finding) in safe
    ]
    assert all_replaced(text, json.loads("".join(map(str, sarif.log(Listing(entries)))))) == after
    assert edited(text, Messages(document, "file:///a.py")) == [after, after]


def patched(text: str, report: Report) -> str:
    """What `patch` makes of the diff that the command prints."""
    lines, done = text.splitlines(keepends=True), 0
    result: list[str] = []
    printed = b"".join(line for file in report.diff() for line in file).decode()
    for line in printed.splitlines(keepends=True)[2:]:
        if line.startswith("@@"):
            start, _, count = re.match(r"@@ -(\d+)(,(\d+))?", line).groups()  # type: ignore[union-attr]
            first = int(start) - (count != "0")
            result += lines[done:first]
            done = first
        elif line.startswith("\\"):
            result[-1] = result[-1].rstrip("\n")
        else:
            result += [line[1:]] if line[0] != "-" else []
            done += line[0] != "+"
    return "".join(result + lines[done:])


def all_replaced(text: str, log: dict[str, object]) -> str:
    """What a reader of SARIF makes of a text that gets every fix; some findings share theirs."""
    results = log["runs"][0]["results"]  # type: ignore[index]
    changes = [change for one in results for change in one["fixes"][0]["artifactChanges"]]
    unique = {json.dumps(edit): edit for change in changes for edit in change["replacements"]}
    in_order = sorted(unique.values(), key=lambda edit: edit["deletedRegion"]["startLine"])
    return replaced(text, {"artifactChanges": [{"replacements": in_order}]})


def edited(text: str, messages: Messages) -> list[str]:
    """What an editor makes of a text by all preferred actions, and by the one that fixes all."""
    everywhere = {
        "start": {"line": 0, "character": 0},
        "end": {"line": text.count("\n") + 1, "character": 0},
    }
    actions = messages.actions(everywhere, ["quickfix"])
    preferred = [item["edit"] for item in actions if item["isPreferred"]]
    whole = [item["edit"] for item in messages.actions(everywhere, ["source.fixAll"])]
    return [_applied(text, changes) for changes in (preferred, whole)]


def _applied(text: str, changes: list[dict[str, dict[str, list[dict[str, object]]]]]) -> str:
    edits = {
        json.dumps(edit): edit for change in changes for edit in change["changes"]["file:///a.py"]
    }
    units = text.encode("utf-16-le")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode("utf-16-le")))

    def place(position: dict[str, int]) -> int:
        return starts[position["line"]] + 2 * position["character"]

    where = {
        (place(edit["range"]["start"]), place(edit["range"]["end"])): edit["newText"]  # type: ignore[index]
        for edit in edits.values()
    }
    for (first, last), new in sorted(where.items(), reverse=True):
        units = units[:first] + new.encode("utf-16-le") + units[last:]  # type: ignore[attr-defined]
    return units.decode("utf-16-le")


def test_links_lead_to_where_the_package_says(pages_at):
    assert set(links_of(_listing())) == {None}
    pages_at(("Source, https://example.org", "Rules, https://example.org/docs/rules/"))
    assert set(links_of(_listing())) == {"https://example.org/docs/rules/NGR102.md"}


@pytest.mark.parametrize(
    ("origin", "folder"),
    [
        ({"url": "https://github.com/a/b.git"}, "https://github.com/a/b/blob/c0ffee/docs/rules"),
        (
            {"url": "https://gitlab.com/a/b/c", "subdirectory": "d"},
            "https://gitlab.com/a/b/c/blob/c0ffee/d/docs/rules",
        ),
        ({"url": "https://example.org/a/b.git"}, None),
        ({"url": "ssh://git@github.com/a/b.git"}, None),
        ({"url": "file:///home/me/b", "vcs_info": None, "dir_info": {}}, None),
    ],
)
def test_links_lead_to_the_commit_that_was_installed(pages_at, origin, folder):
    pages_at((), json.dumps({"vcs_info": {"vcs": "git", "commit_id": "c0ffee"}, **origin}))
    page = folder and f"{folder}/NGR102.md"
    assert set(links_of(_listing())) == {page}


@pytest.fixture
def pages_at(monkeypatch) -> Iterator[Callable[..., None]]:
    """Let the package be one that was built or installed in another way."""

    def _pages_at(urls: Sequence[str], direct_url: str | None = None) -> None:
        built = Message()
        for url in urls:
            built["Project-URL"] = url
        package = SimpleNamespace(metadata=built, read_text=lambda _: direct_url)
        monkeypatch.setattr(links, "distribution", lambda _: package)
        links._folder_of_pages.cache_clear()

    yield _pages_at
    links._folder_of_pages.cache_clear()


def links_of(listing: Listing) -> list[str | None]:
    """Every address that is given of the rule of one finding."""
    log = json.loads("".join(map(str, sarif.log(listing))))
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    (found,) = json.loads("".join(map(str, machine.document(listing))))["findings"]
    settings = Settings.read(["--isolated", "--nograd-project=off"])
    document = Document(HEAD + SHOWN, "a.py", settings, Style())
    (diagnostic,) = Messages(document, "file:///a.py").diagnostics()
    said = "".join(map(str, junit.suites(listing)))
    in_junit = re.search(r"https://\S+?(?=</failure>)", said)
    return [
        rule.get("helpUri"),
        found["url"],
        diagnostic.get("codeDescription", {}).get("href"),
        in_junit and in_junit[0],
    ]


def _listing() -> Listing:
    data = f"{HEAD}{SHOWN}".encode()
    (outcome,) = fix_engine.fix(data, "a.py").found
    return Listing([Entry("a.py", text_lines(data, "a.py"), outcome)])


def test_findings_under_one_decorator_share_their_edit():
    first = "    print(model(torch.ones(4)).argmax().item())\n"
    data = f"{HEAD}\n\ndef evaluate():\n{first}    print('now')\n{first}".encode()
    offered = quick_fixes(data)
    assert {item.title for item in offered} == {"Decorate with `@torch.no_grad()`"}
    assert together(data, offered[:1]) == fix_engine.fix(data).after.decode()


def test_findings_of_different_functions_do_not():
    body = "    print(model(torch.ones(4)).argmax().item())\n"
    data = f"{HEAD}\n\ndef test_a():\n{body}\n\ndef test_b():\n{body}".encode()
    one, other = quick_fixes(data)
    assert (one.others, other.others) == (0, 0)
    assert together(data, [one]).count("@torch.no_grad()") == 1


def test_import_comes_with_each_fix_that_needs_it():
    data = b"from torch import nn, ones\n\nmodel = nn.Linear(4, 2).eval()\n"
    data += b"print(model(ones(4)).argmax().item())\n"
    (offered,) = quick_fixes(data)
    assert offered.edits[0].text == "import torch\n"


def test_unsafe_fix_is_offered_and_marked():
    data = f"{HEAD}\n\ndef predict(x):\n    return model.eval()(x)\n".encode()
    (offered,) = quick_fixes(data)
    assert not offered.is_safe
    assert (
        together(data, [offered]) == fix_engine.fix(data, style=Style(unsafe=True)).after.decode()
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_sarif_replacements_make_the_file_that_the_command_writes(tmp_path, newline):
    program = f"{HEAD}print('é', model(torch.ones(4)).argmax().item())".replace("\n", newline)
    path = tmp_path / "a.py"
    path.write_bytes(program.encode())
    command = [sys.executable, "-m", "flake8_nograd", "--isolated", "--quiet", "a.py"]
    log = json.loads(
        subprocess.run(
            [*command, "--check", "--output-format=sarif"],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            encoding="utf-8",
        ).stdout
    )
    (result,) = log["runs"][0]["results"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert replaced(program, result["fixes"][0]).encode() == path.read_bytes()


def replaced(text: str, fix: dict[str, object]) -> str:
    """What a reader of SARIF makes of a text."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    (change,) = fix["artifactChanges"]  # type: ignore[misc]
    for edit in reversed(change["replacements"]):
        region = edit["deletedRegion"]
        first = starts[region["startLine"] - 1] + region["startColumn"] - 1
        last = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:first] + edit["insertedContent"]["text"] + text[last:]
    return text
