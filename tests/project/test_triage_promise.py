"""What triage lets off, nothing can be reported of with the project in view either."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path
from random import Random

import pytest
from fixture_projects import PROJECTS, Project
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutant

from flake8_nograd import engine
from flake8_nograd.mentions import speaks_of_torch
from flake8_nograd.options import DEFAULT_OPTIONS
from flake8_nograd.source import Source
from flake8_nograd.triage.triage import may_have_facts


def is_let_off(source: Source) -> bool:
    speaks = speaks_of_torch("".join(source.lines))
    return speaks and not may_have_facts(source.tree, source.lines, DEFAULT_OPTIONS)


def has_facts(source: Source) -> bool:
    facts = engine.facts_of(source, DEFAULT_OPTIONS)
    return bool(facts.regions or facts.backward_passes)


def lost(folder: Path) -> list[str]:
    """The files that triage lets off although something would be reported of them."""
    sources = map(Source.from_path, sorted(folder.rglob("*.py")))
    return [source.path for source in sources if is_let_off(source) and has_facts(source)]


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_no_finding_of_a_project_is_lost(project, tmp_path):
    assert lost(project.lay_out(tmp_path)) == []


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(PROJECTS), st.integers(0, 2**32 - 1))
def test_no_finding_of_a_mutant_is_lost(project: Project, seed: int):
    random = Random(seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = project.lay_out(Path(temporary))
        changed = random.sample(project.files, random.randint(1, len(project.files)))
        for file in changed:
            text = mutant(file.code, random) if ast.parse(file.code).body else file.code
            (folder / project.place(file)).write_text(text, "utf-8")
        assert lost(folder) == [], {
            file.path.name: (folder / project.place(file)).read_text("utf-8") for file in changed
        }
