"""Every fixture is reported where its markers say, in whatever form it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fixture_programs import ANY_MARKER, MARKER, PROGRAMS, Program
from real_flake8 import Flake8Run, run_flake8
from rewritings import REWRITINGS, Rewriting, under_no_grad

from flake8_nograd import engine
from flake8_nograd.findings import Finding
from flake8_nograd.rules import RULES
from flake8_nograd.source import Source

# Programs whose point is that the guard around them does not reach the forward pass.
OUT_OF_REACH = {
    "NGR102/enable_grad_nested_in_no_grad.py",
    "NGR102/inference_mode_lifted_inside.py",
    "NGR102/inference_mode_switched_off.py",
    "NGR102/thread_started_inside_guard.py",
    "NGR310/thread_with_a_target.py",
}
each_program = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)


def findings(program: Program) -> list[Finding]:
    source = Source.from_bytes(program.code.encode(), program.path.name)
    return engine.check(source, program.options)


def findings_without_cure(program: Program, data: bytes) -> list[Finding]:
    return engine.find(Source.from_bytes(data, program.path.name), program.options)


def places(found: list[Finding]) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in found]


def places_expected(program: Program) -> list[tuple[int, str]]:
    return [(want.line, want.code) for want in program.expected]


@each_program
def test_findings_are_the_expected_ones(program):
    found = findings(program)
    assert places(found) == places_expected(program)
    assert all(map(lambda want, got: want.is_met_by(got), program.expected, found))


@pytest.mark.parametrize("rewriting", REWRITINGS, ids=lambda rewriting: rewriting.name)
@each_program
def test_form_does_not_matter(program: Program, rewriting: Rewriting):
    data = rewriting.apply(program.code)
    moved = [(want.line + rewriting.lines_added, want.code) for want in program.expected]
    assert places(findings_without_cure(program, data)) == moved


@each_program
def test_a_guard_around_everything_silences(program):
    found = findings_without_cure(program, under_no_grad(program.code))
    codes = [finding.code for finding in found if finding.code.startswith("NGR1")]
    expected = [want.code for want in program.expected if want.code.startswith("NGR1")]
    assert codes == (expected if program.name in OUT_OF_REACH else [])


@pytest.mark.parametrize("rewriting", REWRITINGS, ids=lambda rewriting: rewriting.name)
def test_rewritings_change_the_form_and_keep_the_lines(rewriting):
    program = 'import torch\n\nif torch.ones(1):\n    """a\n    b"""\n    print(f"{abs(1)}")\n'
    rewritten = rewriting.apply(program)
    assert rewritten != program.encode()
    compile(rewritten, "rewritten.py", "exec")
    assert rewritten.count(b"\n") == program.count("\n") + rewriting.lines_added


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory) -> Flake8Run:
    return run_on_all(tmp_path_factory.mktemp("plain"), lambda program: program.code)


@pytest.fixture(scope="module")
def silenced_run(tmp_path_factory) -> Flake8Run:
    return run_on_all(tmp_path_factory.mktemp("silenced"), lambda program: program.silenced)


def conditions(program: Program) -> tuple[str, str]:
    return program.torch_version, ",".join(program.options.opt_in)


def run_on_all(folder: Path, text_of: Callable[[Program], str]) -> Flake8Run:
    """One run for each version of torch, and each opt-in rule, that programs ask for, as one."""
    runs = []
    for wanted in sorted({conditions(program) for program in PROGRAMS}):
        version, opt_in = wanted
        group = [program for program in PROGRAMS if conditions(program) == wanted]
        for program in group:
            path = folder / program.name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text_of(program), "utf-8")
        options = ["--isolated", "--nograd-project=off", f"--nograd-torch-version={version}"]
        options += [f"--extend-select={opt_in}"] if opt_in else []
        runs.append(run_flake8(*options, *(item.name for item in group), folder=folder))
    return Flake8Run(
        max(run.exit_code for run in runs),
        "".join(run.out for run in runs),
        "".join(run.err for run in runs),
    )


@pytest.mark.xdist_group("plain run")
@each_program
def test_flake8_reports_what_the_engine_finds(program, plain_run):
    found = findings(program)
    reported = plain_run.findings(program.name)
    assert reported == found
    assert [item.message for item in reported] == [item.message for item in found]


@pytest.mark.xdist_group("silenced run")
@each_program
def test_noqa_silences_the_line_it_stands_on(program, silenced_run):
    left = silenced_run.findings(program.name)
    assert set(places(left)).isdisjoint(places_expected(program))
    assert all(item.code.startswith("NGR1") for item in left)


@each_program
def test_markers_are_well_formed(program):
    assert len(ANY_MARKER.findall(program.marked)) == len(MARKER.findall(program.marked))
    is_negative = program.group == "clean" or program.path.name.startswith("ok_")
    assert bool(program.expected) != is_negative
    assert program.group in {*RULES, "clean"}
    if program.expected:
        assert program.group in {want.code for want in program.expected}


@pytest.mark.xdist_group("silenced run")
@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_cases(code, silenced_run):
    group = [program for program in PROGRAMS if program.group == code]
    assert any(program.expected for program in group)
    assert any(not program.expected for program in group)
    silenced = [program for program in group if f"# noqa: {code}" in program.silenced]
    assert silenced
    assert any(not silenced_run.findings(program.name) for program in silenced)
