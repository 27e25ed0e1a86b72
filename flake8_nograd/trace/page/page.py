"""The page as text; whatever comes from the program is escaped by the template."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flake8_nograd.trace.page.chart import HEIGHT, WIDTH, chart
from flake8_nograd.trace.page.side_by_side import Row, side_by_side
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.sites import Place, Site
from flake8_nograd.trace.table import fate, shorter, shown, size, title

_PACKAGE = "flake8_nograd.trace.page"
# Finding a cure takes a while, and who reads so many?
MOST_CURES = 100


class CureOf(Protocol):
    """What the page asks of a cure."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def heading(self) -> str: ...
    @property
    def remark(self) -> str: ...
    @property
    def before(self) -> tuple[str, ...]: ...
    @property
    def after(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class _Shown:
    """One cure as the page shows it."""

    place: str
    line: int
    heading: str
    remark: str
    is_mended: bool
    rows: list[Row]


def to_cure(report: Report) -> Sequence[Site]:
    """The sites whose source the page shows."""
    return [site for site in report.sites if site.counts.wasted][:MOST_CURES]


def render(
    program: str,
    report: Report,
    codes: Mapping[Place, str],
    cures: Mapping[Place, Sequence[CureOf]],
) -> str:
    """The whole page; `program` is how the program was called."""
    style, script = (_asset(name) for name in ("page.css", "page.js"))
    environment = Environment(
        loader=PackageLoader(_PACKAGE, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(
        program=program,
        title=title(report.sites).removeprefix("nograd-trace: "),
        style=Markup(style),
        script=Markup(script),
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        sites=[_site(site, codes, cures) for site in report.sites],
        left_out=max(0, sum(bool(site.counts.wasted) for site in report.sites) - MOST_CURES),
        chart=chart(report.memory),
        width=WIDTH,
        height=HEIGHT,
    )


def _asset(name: str) -> str:
    return files(_PACKAGE).joinpath(name).read_text("utf-8")


def _site(
    site: Site, codes: Mapping[Place, str], cures: Mapping[Place, Sequence[CureOf]]
) -> dict[str, Any]:
    return {
        "place": shown(site.place),
        "function": site.place.scope,
        "calls": site.counts.calls,
        "modes": " ".join(site.modes),
        "verdict": site.verdict.value,
        "fate": fate(site.counts),
        "peak": site.peak_bytes,
        "peak_text": size(site.peak_bytes),
        "kept": site.kept_bytes,
        "kept_text": size(site.kept_bytes),
        "modules": ", ".join(site.modules),
        "codes": codes.get(site.place, "-"),
        "cures": [_cure(cure) for cure in cures.get(site.place, ())],
    }


def _cure(cure: CureOf) -> _Shown:
    return _Shown(
        place=f"{shorter(cure.path)}:{cure.line}",
        line=cure.line,
        heading=cure.heading,
        remark=cure.remark,
        is_mended=bool(cure.after),
        rows=side_by_side(cure.before, cure.after, cure.line),
    )
