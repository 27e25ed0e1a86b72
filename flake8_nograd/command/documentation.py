"""What the command can tell about rules and about single lines."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping

from flake8_nograd import engine
from flake8_nograd.command.advice import meant
from flake8_nograd.command.settings import Settings, Value
from flake8_nograd.options import Options
from flake8_nograd.rules import RULES
from flake8_nograd.source import Source, SourceError

# A place as findings are printed with it, or without its column.
_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d{1,9})(:\d*)?:?", re.DOTALL)


class UnknownError(Exception):
    """A question about something that does not exist."""


def answer(arguments: argparse.Namespace, settings: Settings) -> str | None:
    """The text that was asked for; None if files are to be fixed."""
    if arguments.list_rules:
        return _rules()
    if arguments.explain:
        return _rule(arguments.explain)
    if arguments.explain_finding:
        return _line(arguments.explain_finding, settings.options)
    if arguments.show_settings:
        shown = settings.shown()
        is_json = arguments.output_format == "json"
        return json.dumps(shown, indent=2) if is_json else "\n".join(_settings(shown))
    return None


def _rules() -> str:
    width = max(len(rule.name) for rule in RULES.values())
    return "\n".join(
        f"{rule.code}  {'on ' if rule.default else 'off'}  {'fix' if rule.fixable else '   '}"
        f"  {rule.name:<{width}}  {rule.summary}"
        for rule in RULES.values()
    )


def _rule(code: str) -> str:
    rule = RULES.get(code.upper())
    if rule is None:
        hint = meant(code.upper(), RULES)
        raise UnknownError(f"there is no rule {code}{hint or '; --list-rules shows all'}")
    return f"# {rule.name} ({rule.code})\n\n{rule.documentation}"


def _settings(shown: Mapping[str, Value]) -> Iterator[str]:
    """A line for each setting; what is not set holds nothing, and has none."""
    for name, value in shown.items():
        match value:
            case bool():
                text = str(value).lower()
            case str():
                text = value
            case dict():
                text = ", ".join(f"{files}:{code}" for files in value for code in value[files])
            case list():
                text = ", ".join(value)
        if name == "config":
            yield f"config = {text or 'none'}"
        elif text:
            yield f"{name} = {text}"


def _line(place: str, options: Options) -> str:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise UnknownError(f"{place!r} is not FILE:LINE or FILE:LINE:COLUMN")
    path, line = found["path"], int(found["line"])
    source = Source.from_path(path)
    if not 1 <= line <= len(source.lines):
        raise UnknownError(f"{path} has no line {line}")
    try:
        return engine.explain(source, options, line)
    except RecursionError as error:
        raise SourceError(path, None, "the file is nested too deeply to be analysed") from error
