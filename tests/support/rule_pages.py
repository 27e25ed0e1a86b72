"""The documentation of the rules as Markdown: a page for each, and the table of the README."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from flake8_nograd.rules.base import Rule

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "rules"
README = ROOT / "README.md"
SECTIONS = (
    "What it does",
    "Why is this bad?",
    "Example",
    "Fix safety",
    "When to ignore",
    "Options",
)

_BEGIN, _END = "<!-- rules: begin -->\n", "<!-- rules: end -->"
_TABLE = re.compile(f"(?<={re.escape(_BEGIN)}).*?(?={re.escape(_END)})", re.DOTALL)
_EXAMPLE = re.compile(
    r"## Example\n```python\n(?P<bad>.*?)```\n\nUse instead:\n```python\n(?P<good>.*?)```\n",
    re.DOTALL,
)


def page(rule: Rule) -> str:
    """The page of a rule: its docstring under a title."""
    by_default = "On by default" if rule.default else "Off by default"
    fix = "`nograd-fix` can mend it" if rule.fixable else "no fix is offered"
    return f"# {rule.code}: {rule.name}\n\n*{by_default}; {fix}.*\n\n{rule.documentation}\n"


def table(rules: Iterable[Rule]) -> str:
    """The rules in a table that links to their pages."""
    rows = (
        f"| [{rule.code}](docs/rules/{rule.code}.md) | {rule.summary}"
        f" | {'on' if rule.default else 'off'} | {'yes' if rule.fixable else 'no'} |\n"
        for rule in rules
    )
    return "| Code | What it finds | Default | Fix |\n| --- | --- | --- | --- |\n" + "".join(rows)


def readme_with(text: str, rules: Iterable[Rule]) -> str:
    """The README with its table brought up to date."""
    rows = table(rules)
    return _TABLE.sub(lambda _: rows, text)


def examples(rule: Rule) -> tuple[str, str]:
    """The bad and the good program of a rule's documentation."""
    match = _EXAMPLE.search(rule.documentation)
    assert match is not None, f"{rule.code} has no example of the usual form"
    return match["bad"], match["good"]
