"""Counting on the disk, so that a data set of any size needs no more memory than a small one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from flake8_nograd.survey.worker import Surveyed

_TABLES = """
create table repositories (name text primary key, files integer, torch integer) without rowid;
create table findings (repository text, code text, number integer,
  primary key (repository, code)) without rowid;
"""
_FILE = """
insert into repositories values (?, 1, ?)
on conflict do update set files = files + 1, torch = torch + excluded.torch
"""
_FINDINGS = """
insert into findings values (?, ?, ?) on conflict do update set number = number + excluded.number
"""
_REPOSITORIES = """
select name, files, torch, coalesce(sum(number), 0) as found,
  coalesce(group_concat(code || ' ' || number, ', '), '')
from repositories left join (select * from findings order by code) on repository = name
group by name
"""


class CodeCount(NamedTuple):
    """How often one code was found, in how many files and repositories."""

    code: str
    findings: int
    files: int
    repositories: int


class RepositoryCount(NamedTuple):
    """What one repository holds; `codes` as text, such as "NGR101 3, NGR102 1"."""

    name: str
    files: int
    torch_files: int
    findings: int
    codes: str


class Tally:
    """The counts of a run."""

    def __init__(self) -> None:
        self.files = self.torch_files = self.files_with_findings = 0
        self.left_out = self.failures = 0
        self._findings: Counter[str] = Counter()
        self._files: Counter[str] = Counter()
        self._database = sqlite3.connect("")  # a temporary file, gone with the process
        self._database.executescript(_TABLES)

    def leave_out(self) -> None:
        """A row holds no Python file."""
        self.left_out += 1

    def pass_over(self, repository: str) -> None:
        """A file does not speak of torch."""
        self._count_file(repository, is_torch=False)

    def add(self, surveyed: Surveyed) -> None:
        """A file was looked at."""
        self._count_file(surveyed.repository, is_torch=True)
        self.failures += bool(surveyed.failure)
        codes = Counter(finding.code for finding in surveyed.findings)
        self.files_with_findings += bool(codes)
        self._findings.update(codes)
        self._files.update(codes.keys())
        rows = [(surveyed.repository, code, number) for code, number in codes.items()]
        self._database.executemany(_FINDINGS, rows)

    @property
    def findings(self) -> int:
        """How many there are."""
        return self._findings.total()

    @property
    def repositories(self) -> int:
        """How many repositories have a Python file."""
        return self._number("select count(*) from repositories")

    @property
    def repositories_with_findings(self) -> int:
        """How many repositories have a finding."""
        return self._number("select count(distinct repository) from findings")

    def codes(self) -> list[CodeCount]:
        """The counts of each code that was found, in order of codes."""
        query = "select code, count(*) from findings group by code order by code"
        return [
            CodeCount(code, self._findings[code], self._files[code], repositories)
            for code, repositories in self._database.execute(query)
        ]

    def most(self, number: int) -> list[RepositoryCount]:
        """The repositories with the most findings."""
        query = f"{_REPOSITORIES} having found > 0 order by found desc, name limit {number}"
        return [RepositoryCount(*row) for row in self._database.execute(query)]

    def all_repositories(self) -> Iterator[RepositoryCount]:
        """Every repository, by name."""
        for row in self._database.execute(f"{_REPOSITORIES} order by name"):
            yield RepositoryCount(*row)

    def _count_file(self, repository: str, *, is_torch: bool) -> None:
        self.files += 1
        self.torch_files += is_torch
        self._database.execute(_FILE, (repository, int(is_torch)))

    def _number(self, query: str) -> int:
        return int(self._database.execute(query).fetchone()[0])


def per_thousand(number: int, files: int) -> float:
    """So many in a thousand files."""
    return 1000 * number / files if files else 0.0
