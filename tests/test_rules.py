"""Rules are what their documentation says, and the documentation is what is published."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import entry_points

import pytest
from fixture_programs import opt_in_of_rule, torch_version_of
from rule_pages import PAGES, README, SECTIONS, examples, page, readme_with

from flake8_nograd import engine, fix_engine
from flake8_nograd.findings import Finding
from flake8_nograd.fixing import Style
from flake8_nograd.options import Options
from flake8_nograd.rules import RULES
from flake8_nograd.rules.base import Rule
from flake8_nograd.source import Source

FLAKE8_CODE = re.compile(r"[A-Z]{1,3}[0-9]{0,3}")
each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)


def codes_of(program: str, rule: Rule) -> list[str]:
    return [finding.code for finding in findings_of(program, rule)]


def findings_of(program: str, rule: Rule) -> list[Finding]:
    return engine.check(Source.from_text(program, "example.py"), options_of(program, rule))


def options_of(program: str, rule: Rule) -> Options:
    return Options(torch_version=torch_version_of(program), opt_in=opt_in_of_rule(rule.code))


@each_rule
def test_bad_example_yields_the_code_and_nothing_else(rule):
    bad, _ = examples(rule)
    assert codes_of(bad, rule) == [rule.code]


@each_rule
def test_good_example_is_clean(rule):
    _, good = examples(rule)
    assert codes_of(good, rule) == []


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if rule.fixable], ids=lambda rule: rule.code
)
def test_fix_leads_from_the_bad_example_to_the_good_one(rule):
    bad, good = examples(rule)
    options = options_of(bad, rule)
    result = fix_engine.fix(bad.encode(), "example.py", options, style=Style(unsafe=True))
    assert result.after.decode() == good


@each_rule
def test_documentation_has_all_sections_in_order(rule):
    assert re.findall(r"^## (.*)$", rule.documentation, re.MULTILINE) == list(SECTIONS)
    summary, _, rest = rule.documentation.partition("\n\n")
    assert re.fullmatch(r"[A-Z][^\n]*\.", summary)
    assert rest.startswith("## ")


@each_rule
def test_summary_is_one_short_line(rule):
    assert re.fullmatch(r"[a-z`.][^\n]{10,90}[^.\n]", rule.summary)


@each_rule
def test_code_names_the_file_and_suits_flake8(rule):
    module = inspect.getmodule(rule.check)
    assert module is not None
    assert module.__name__ == f"flake8_nograd.rules.{rule.code.lower()}"
    assert FLAKE8_CODE.fullmatch(rule.code)
    (prefix,) = (
        point.name
        for point in entry_points(group="flake8.extension")
        if point.value.startswith("flake8_nograd")
    )
    assert FLAKE8_CODE.fullmatch(prefix)
    assert rule.code.startswith(prefix)


@each_rule
def test_message_is_one_line_in_lower_case_without_a_period(rule):
    bad, _ = examples(rule)
    (finding,) = findings_of(bad, rule)
    assert re.fullmatch(r"[a-z][^\n]*[^.\n]", finding.message)


def test_names_and_precedences_are_unique():
    assert len({rule.name for rule in RULES.values()}) == len(RULES)
    assert len({rule.precedence for rule in RULES.values()}) == len(RULES)


@each_rule
def test_page_is_current(rule, request):
    path = PAGES / f"{rule.code}.md"
    if request.config.getoption("--bless"):
        PAGES.mkdir(parents=True, exist_ok=True)
        path.write_text(page(rule), "utf-8")
    assert path.read_text("utf-8") == page(rule)


def test_every_page_has_its_rule():
    assert sorted(path.stem for path in PAGES.glob("*.md")) == sorted(RULES)


def test_table_of_the_readme_is_current(request):
    text = README.read_text("utf-8")
    current = readme_with(text, RULES.values())
    if request.config.getoption("--bless") and current != text:
        README.write_text(current, "utf-8")
    assert README.read_text("utf-8") == current
    assert all(f"[{code}](docs/rules/{code}.md)" in current for code in RULES)
