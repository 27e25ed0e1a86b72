"""A survey as an SVG picture: how often each code is found, and where most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from flake8_nograd.rules import RULES
from flake8_nograd.survey.tally import Tally, per_thousand

_WIDTH, _ROW, _TOP = 920, 26, 92
_INK, _DIM, _PAPER, _CODE, _REPOSITORY = "#24292f", "#57606a", "#ffffff", "#bc4c00", "#57606a"
_REPOSITORIES = 10
_LONGEST_NAME = 40


class _Bar(NamedTuple):
    name: str
    title: str
    value: float
    text: str


def picture(tally: Tally) -> str:
    """The picture; it says so if there was nothing to find."""
    codes, repositories = _codes(tally), _most(tally)
    height = _TOP + _ROW * max(len(codes), len(repositories), 1) + 20
    title = f"{tally.findings} findings in {tally.torch_files} files that speak of torch"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'role="img" font-size="12" '
        'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif">',
        f"<title>{title}</title>",
        f'<rect width="{_WIDTH}" height="{height}" rx="8" fill="{_PAPER}"/>',
        _text(24, 32, title, weight="bold", points=15),
        _text(24, 52, f"{tally.files} Python files, {tally.repositories} repositories", _DIM),
        _text(24, 80, "findings in 1000 files of torch", weight="bold"),
        _text(480, 80, "repositories with the most findings", weight="bold"),
        *_bars(codes, 24, 100, 300, _CODE),
        *_bars(repositories, 480, 740, 860, _REPOSITORY),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _codes(tally: Tally) -> list[_Bar]:
    bars = []
    for item in tally.codes():
        rate = per_thousand(item.findings, tally.torch_files)
        summary = RULES[item.code].summary if item.code in RULES else ""
        bars.append(_Bar(item.code, summary, rate, f"{rate:.1f} ({item.findings})"))
    return bars


def _most(tally: Tally) -> list[_Bar]:
    return [
        _Bar(_short(item.name), f"{item.name}: {item.codes}", item.findings, str(item.findings))
        for item in tally.most(_REPOSITORIES)
    ]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _bars(bars: Sequence[_Bar], left: int, start: int, end: int, color: str) -> Iterator[str]:
    most = max((bar.value for bar in bars), default=0) or 1
    if not bars:
        yield _text(left, _TOP + 18, "none", _DIM)
    for number, bar in enumerate(bars):
        top = _TOP + number * _ROW
        width = round((end - start) * bar.value / most, 1)
        yield f"<g><title>{escape(bar.title)}</title>"
        yield _text(left, top + 16, bar.name)
        yield f'<rect x="{start}" y="{top + 5}" width="{width}" height="15" fill="{color}"/>'
        yield _text(start + width + 6, top + 16, bar.text, color)
        yield "</g>"


def _text(
    x: float, y: float, text: str, color: str = _INK, weight: str = "normal", points: int = 12
) -> str:
    return (
        f'<text x="{x}" y="{y}" fill="{color}" font-weight="{weight}" font-size="{points}">'
        f"{escape(text)}</text>"
    )
