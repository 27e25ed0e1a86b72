"""The measurements as an SVG picture, written by hand so that nothing has to be installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from flake8_nograd.trace.axis import Axis, round_steps
from flake8_nograd.trace.cost.measurement import Cost
from flake8_nograd.trace.table import size

_WIDTH, _HEIGHT = 920, 376
_TOP, _BOTTOM = 80, 340
_INK, _FAINT, _PAPER = "#24292f", "#d0d7de", "#ffffff"
_GUARDED, _BOUND, _KEPT, _TIME = "#1a7f37", "#bc4c00", "#a40e26", "#57606a"
_MIB = 2**20


def picture(costs: Sequence[Cost]) -> str:
    """Memory batch by batch for the hungriest workload, and ratios for all."""
    shown = max(costs, key=lambda cost: max(cost.kept.recorded))
    batches = len(shown.kept.recorded)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'role="img" font-size="12" '
        'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif">',
        f"<title>Evaluation of {batches} batches with and without torch.no_grad()</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="{_PAPER}"/>',
        *_memory_of(shown),
        *_ratios_of(costs),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _memory_of(cost: Cost) -> Iterator[str]:
    most = max(cost.kept.recorded)
    x, y = Axis(76, 296, len(cost.kept.recorded)), Axis(_BOTTOM, _TOP, most)
    yield _text(24, 32, "Memory held, batch by batch", weight="bold", points=15)
    yield _text(24, 52, cost.name, color=_TIME)
    for mebibytes in round_steps(most / _MIB):
        height = y(mebibytes * _MIB)
        yield _line(x(0), height, x(x.end), height, _FAINT)
        yield _text(x(0) - 8, height + 4, f"{mebibytes:g} MiB", color=_TIME, anchor="end")
    for batch in (1, round(x.end / 2), round(x.end)):
        yield _text(x(batch - 0.5), _BOTTOM + 18, str(batch), color=_TIME, anchor="middle")
    for values, color, label in (
        (cost.kept.recorded, _KEPT, "outputs.append(model(x))"),
        (cost.bound.recorded, _BOUND, "output = model(x)"),
        (cost.bound.guarded, _GUARDED, "the same under no_grad"),
    ):
        dots = [(x(number + 0.5), y(value)) for number, value in enumerate(values)]
        path = " ".join(f"{across},{down}" for across, down in dots)
        yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>'
        yield from (f'<circle cx="{cx}" cy="{cy}" r="3" fill="{color}"/>' for cx, cy in dots)
        across, down = dots[-1]
        yield _text(across + 12, down - 4, size(values[-1]), color=color, weight="bold")
        yield _text(across + 12, down + 10, label, color=color)


def _ratios_of(costs: Sequence[Cost]) -> Iterator[str]:
    left = 500
    memory = [recorded / guarded for guarded, recorded in (cost.bound.peaks for cost in costs)]
    x = Axis(left, 770, max(*memory, *(cost.time.ratio for cost in costs)))
    yield _text(
        left, 32, "Without the guard, times what it takes with it", weight="bold", points=15
    )
    yield _text(left, 52, "output = model(x) in a loop, model in eval mode", color=_TIME)
    row = (_BOTTOM + 6 - _TOP) / len(costs)
    for number, (cost, ratio) in enumerate(zip(costs, memory, strict=True)):
        top = _TOP + number * row
        yield _text(left, top + 4, cost.name)
        yield _bar(left, top + 10, x(ratio), _BOUND)
        yield _text(x(ratio) + 6, top + 20, f"{ratio:.1f}x peak memory", color=_BOUND)
        yield _bar(left, top + 24, x(cost.time.ratio), _TIME)
        yield _line(x(1), top + 8, x(1), top + 38, _INK, dashes="3 3")
        yield _text(x(cost.time.ratio) + 6, top + 34, f"{cost.time.ratio:.2f}x time", color=_TIME)
    yield _text(left, _BOTTOM + 18, "dashed: 1x, with the guard", color=_TIME)


def _bar(left: float, top: float, right: float, color: str) -> str:
    width = round(right - left, 1)
    return f'<rect x="{left}" y="{top:.1f}" width="{width}" height="12" fill="{color}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str, dashes: str = "") -> str:
    style = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{color}"{style}/>'


def _text(
    x: float,
    y: float,
    text: str,
    color: str = _INK,
    anchor: str = "start",
    weight: str = "normal",
    points: int = 12,
) -> str:
    return (
        f'<text x="{x}" y="{y:.1f}" fill="{color}" text-anchor="{anchor}" '
        f'font-weight="{weight}" font-size="{points}">{escape(text)}</text>'
    )
