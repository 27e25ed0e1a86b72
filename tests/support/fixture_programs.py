"""The programs of `fixtures/` and the findings that their markers ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flake8_nograd.findings import Finding
from flake8_nograd.options import AUTO, Options
from flake8_nograd.rules import RULES

FIXTURES = Path(__file__).parents[2] / "fixtures"
MARKER = re.compile(
    r"  # expect: (?P<codes>NGR\d{3}(?:@\d+)?(?: NGR\d{3}(?:@\d+)?)*)$", re.MULTILINE
)
TORCH_VERSION = re.compile(r"^# nograd-torch-version = (\S+)$", re.MULTILINE)
ANY_MARKER = re.compile(r"#\s*expect\b")


@dataclass(frozen=True, order=True)
class Expectation:
    """A finding that a marker asks for; the 1-based column is optional."""

    line: int
    code: str
    column: int | None = None

    def is_met_by(self, finding: Finding) -> bool:
        """Whether a finding is the one meant."""
        place = (finding.line, finding.code) == (self.line, self.code)
        return place and self.column in (None, finding.column)


@dataclass(frozen=True)
class Program:
    """One fixture."""

    path: Path
    marked: str

    @property
    def name(self) -> str:
        """Directory and file name, unique among the fixtures."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def group(self) -> str:
        """The directory: the code that the program shows, or `clean`."""
        return self.path.parent.name

    @property
    def torch_version(self) -> str:
        """The oldest torch on which the program says that it has to run."""
        return torch_version_of(self.marked)

    @property
    def options(self) -> Options:
        """The options with which the program is read, as if it stood alone."""
        opt_in = opt_in_of_rule(self.group)
        return Options(project="off", torch_version=self.torch_version, opt_in=opt_in)

    @cached_property
    def code(self) -> str:
        """The program without its markers; nothing else moves."""
        return MARKER.sub("", self.marked)

    @cached_property
    def silenced(self) -> str:
        """The program with a `# noqa` where each marker was."""
        return MARKER.sub(lambda marker: f"  # noqa: {_codes(marker)}", self.marked)

    @cached_property
    def expected(self) -> list[Expectation]:
        """What the markers ask for, in order of place."""
        lines = enumerate(self.marked.splitlines(), 1)
        markers = ((number, MARKER.search(line)) for number, line in lines)
        return sorted(
            _expectation(number, text)
            for number, marker in markers
            if marker is not None
            for text in marker["codes"].split()
        )


def torch_version_of(text: str) -> str:
    """The value of `nograd-torch-version` that a comment of a program asks for."""
    found = TORCH_VERSION.search(text)
    return found[1] if found is not None else AUTO


def opt_in_of_rule(code: str) -> frozenset[str]:
    """What has to be asked for, that a rule is on."""
    is_on = code not in RULES or RULES[code].default
    return frozenset() if is_on else frozenset((code,))


def _codes(marker: re.Match[str]) -> str:
    return ",".join(text.partition("@")[0] for text in marker["codes"].split())


def _expectation(line: int, text: str) -> Expectation:
    code, _, column = text.partition("@")
    return Expectation(line, code, int(column) if column else None)


_ALL = [Program(path, path.read_text("utf-8")) for path in sorted(FIXTURES.glob("*/*.py"))]
# Programs that a fix must not change; which findings they have is not what they are for.
ATTACKS = [program for program in _ALL if program.group == "attacks"]
PROGRAMS = [program for program in _ALL if program.group != "attacks"]
