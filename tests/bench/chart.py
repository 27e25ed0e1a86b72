"""The chart of the README: user CPU of each tool, in multiples of flake8 alone."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

# Tree, then tool, then the ratio to flake8 alone.
Ratios = Mapping[str, Mapping[str, float]]

_WIDTH, _LEFT, _RIGHT = 720, 200, 60
_TOP, _BAR, _STEP, _GAP = 56, 14, 20, 34
_OURS, _OTHERS, _BASE = "#2f7d4f", "#b3b9c2", "#6b7280"
_STYLE = """\
text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 } .tree { font-weight: 600 } .value { font-weight: 600 }
.note { fill: #59636e } .one { stroke: #6b7280; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .note { fill: #9198a1 } }"""


def draw(ratios: Ratios, title: str, note: str) -> str:
    """The chart as the text of an SVG file."""
    longest = max(value for tools in ratios.values() for value in tools.values())
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    parts, y = [], _TOP
    for tree, tools in ratios.items():
        parts.append(f'<text class="tree" x="16" y="{y + _BAR}">{escape(tree)}</text>')
        y += _STEP
        top = y
        for tool, value in tools.items():
            parts += _bar(tool, value, y, scale)
            y += _STEP
        x = _LEFT + scale
        parts.append(f'<path class="one" d="M{x:.1f} {top - 3}V{y - 3}"/>')
        y += _GAP - _STEP
    height = y + 20
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}" role="img" aria-label="{escape(title)}">\n'
        f"<style>\n{_STYLE}\n</style>\n"
        f'<text class="title" x="16" y="26">{escape(title)}</text>'
    )
    foot = f'<text class="note" x="16" y="{height - 10}">{escape(note)}</text>\n</svg>\n'
    return "\n".join([head, *parts, foot])


def _bar(tool: str, value: float, y: int, scale: float) -> list[str]:
    colour = _OURS if "nograd" in tool else _BASE if tool == "flake8" else _OTHERS
    width = max(value * scale, 1)
    label = _LEFT + max(width, scale) + 6  # a number would not be readable across the line at 1
    return [
        f'<text x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(tool)}</text>',
        f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2" fill="{colour}"/>',
        f'<text class="value" x="{label:.1f}" y="{y + 11}">{value:.2f}</text>',
    ]
