"""What the documentation shows is what happens, and its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import terminal_picture

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
    ROOT / "fixtures/README.md",
]
MODULES = {"flake8": "flake8", "nograd-fix": "flake8_nograd"}

_SESSION = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)")


def sessions() -> list[tuple[str, str]]:
    """The commands that the pages show, and what they say is printed."""
    return [
        (match["command"], match["output"])
        for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
        for match in _SESSION.finditer(page.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("command", "output"), sessions())
def test_pages_show_what_is_printed(command, output):
    program, *arguments = command.split()
    done = subprocess.run(
        [sys.executable, "-m", MODULES[program], *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.stdout, done.stderr) == (output, "")


def test_pages_whose_snippets_need_the_package_say_where_it_is():
    for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))):
        text = page.read_text("utf-8")
        if re.search(
            r"^(?!\$).*\b(nograd-(fix|trace|survey)|flake8-nograd)\b", _fenced(text), re.M
        ):
            assert "The package is not on PyPI yet" in " ".join(text.split()), page.name


def _fenced(text: str) -> str:
    return "\n".join(re.findall(r"^```(?!console|toml)\w+\n(.*?)^```", text, re.DOTALL | re.M))


def test_ci_runs_the_test_command_of_the_readme():
    (command,) = re.findall(
        r"^.* && pytest -n auto$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    steps = (ROOT / ".ci" / "run").read_text("utf-8").replace("--quiet ", "")
    assert all(f"\nstep {part}\n" in steps for part in command.split(" && "))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files(page):
    targets = [match["target"] for match in _LINK.finditer(page.read_text("utf-8"))]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_picture_of_the_terminal_shows_what_is_printed(request):
    """`--bless` draws it anew."""
    path = ROOT / "docs" / "terminal.svg"
    if request.config.getoption("--bless"):
        path.write_text(terminal_picture.picture(), "utf-8")
    shown = path.read_text("utf-8")
    assert terminal_picture.words(shown) == "".join(terminal_picture.session().plain.split())
    assert re.findall(r"https?://(?!www\.w3\.org)\S+|url\((?!#)", shown.split("-->", 1)[1]) == []
