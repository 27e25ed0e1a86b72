"""Reports as text, in colour where a person reads them, and the sites of several processes."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest

from flake8_nograd.trace.sites import Counts, Place, Route, Site, merged
from flake8_nograd.trace.table import shown, sites_table, size, wasted_table

PLACE = Place("/somewhere/program.py", 3, 5, "evaluate")


def site(line: int = 3, peak: int = 0, kept: int = 0, **counts: int) -> Site:
    place = replace(PLACE, line=line)
    return Site(place, (Route((place,), Counts(**counts)),), ("Net",), ("grad",), peak, kept)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_table():
    assert sites_table([site(wasted=2, peak=2048, kept=5), site(12, used=10)]).plain() == (
        "nograd-trace: 1 of 2 forward-pass sites wasted\n"
        "  place                       in        calls  grad mode  verdict  held, peak"
        "  kept to the end\n"
        "  /somewhere/program.py:3:5   evaluate      2  grad       wasted      2.0 KiB"
        "              5 B\n"
        "  /somewhere/program.py:12:5  evaluate     10  grad       used              -"
        "                -"
    )


def test_passes_that_differ_are_counted():
    row = sites_table([site(wasted=1, used=2, guarded=3, unrecorded=4)]).rows[0]
    assert "mixed: 1 wasted, 2 used, 3 guarded, 4 nothing recorded" in row


def test_wasted_sites_alone():
    table = wasted_table([site(wasted=1), site(4, used=1), site(5, wasted=1, guarded=1)])
    assert table.title == "nograd-trace: 2 of 3 forward-pass sites wasted"
    assert [row[0] for row in table.rows] == [
        "/somewhere/program.py:3:5",
        "/somewhere/program.py:5:5",
    ]


def test_findings_beside():
    table = sites_table([site(wasted=1), site(4, used=1)], {PLACE: "NGR102"})
    assert [row[-1] for row in table.rows] == ["NGR102", "-"]


@pytest.mark.parametrize("sites", [[], [site(wasted=1)]])
def test_a_pipe_gets_plain_text(sites):
    stream = io.StringIO()
    sites_table(sites).print_to(stream)
    assert stream.getvalue() == f"{sites_table(sites).plain()}\n"


def test_a_terminal_gets_colours_and_whole_lines(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    sites_table([site(wasted=1)]).print_to(stream)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert "/somewhere/program.py:3:5" in lines[2]
    assert "\x1b[" in lines[2]


def test_a_terminal_without_colours(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    sites_table([site(wasted=1)]).print_to(stream)
    assert stream.getvalue() == f"{sites_table([site(wasted=1)]).plain()}\n"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "-"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536 * 1024, "1.5 MiB"),
        (3 * 2**30, "3.0 GiB"),
        (5000 * 2**40, "5000.0 TiB"),
    ],
)
def test_size(number, text):
    assert size(number) == text


def test_paths_are_relative_where_that_is_shorter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    near = replace(PLACE, path=str(tmp_path / "program.py"))
    assert shown(near) == "program.py:3:5"
    assert shown(replace(near, column=None)) == "program.py:3"
    assert shown(PLACE) == "/somewhere/program.py:3:5"


def test_paths_are_absolute_when_the_directory_is_gone(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    os.rmdir(gone)
    assert shown(PLACE) == "/somewhere/program.py:3:5"


def test_sites_of_several_processes():
    first = site(wasted=1, peak=10, kept=1)
    second = replace(site(used=2, peak=5, kept=7), modes=("no_grad",), modules=("Other",))
    (one,) = merged([first, second])
    assert (one.counts, one.peak_bytes, one.kept_bytes) == (Counts(wasted=1, used=2), 10, 7)
    assert (one.modes, one.modules) == (("grad", "no_grad"), ("Net", "Other"))
    assert not one.is_waste


def test_the_most_wasteful_sites_come_first():
    found = merged(
        [site(1, used=1), site(2, wasted=1), site(3, guarded=1), site(4, wasted=1, peak=9)]
    )
    assert [one.place.line for one in found] == [4, 2, 1, 3]
