"""The part of a file's fix that belongs to one finding, as edits of the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from flake8_nograd import fix_engine
from flake8_nograd.engine import Keep
from flake8_nograd.findings import Finding, Safety
from flake8_nograd.fix_engine import FileFix
from flake8_nograd.fixing import FixError, Outcome, Style, Verdict
from flake8_nograd.options import Options
from flake8_nograd.source import Source, SourceError, text_lines
from flake8_nograd.text_edits import TextEdit, added_lines, difference

_APPLIED = (Verdict.FIXED, Verdict.LATER)


@dataclass(frozen=True, slots=True)
class QuickFix:
    """What would mend one finding; `others` counts findings that the same edits mend."""

    title: str
    edits: tuple[TextEdit, ...]
    is_safe: bool
    others: int = 0


@dataclass(frozen=True, slots=True)
class FileWithQuickFixes(FileFix):
    """A file before and after, and what would mend each finding that is listed for it."""

    quick_fixes: Mapping[Finding, QuickFix] = field(default_factory=dict)


def with_quick_fixes(file: FileFix, quick_fixes: Mapping[Finding, QuickFix]) -> FileFix:
    """The same file with what mends single findings."""
    values = {item.name: getattr(file, item.name) for item in fields(file)}
    return FileWithQuickFixes(**values, quick_fixes=quick_fixes)


def quick_fixes_of(file: FileFix) -> Mapping[Finding, QuickFix]:
    """The quick fixes that were found for a file, if anybody looked for them."""
    return file.quick_fixes if isinstance(file, FileWithQuickFixes) else {}


@dataclass(frozen=True, slots=True)
class Repairs:
    """Finds the quick fixes of a file; its fields are the arguments of `fix_engine.fix`."""

    path: str
    options: Options
    style: Style
    keep: Keep

    def of(self, data: bytes, outcomes: Sequence[Outcome]) -> dict[Finding, QuickFix]:
        """A quick fix for each finding of a file that has one.

        Each is a part of what the command makes of the whole file: if it is taken first and the
        rest is fixed then, the same text comes out.
        """
        found: dict[Finding, QuickFix] = {}
        for is_safe in (True, False):
            wanted = [item for item in outcomes if _is_offered(item, is_safe)]
            for outcome, quick_fix in self._each(data, wanted, is_safe):
                found[outcome.finding] = quick_fix
        return found

    def of_one(self, data: bytes, outcomes: Sequence[Outcome], finding: Finding) -> QuickFix | None:
        """The quick fix that `of` has for one finding, without looking for those of all others.

        Only what stands in the same function can be rewritten in another way.
        """
        near = [item for item in outcomes if _function(item.finding) == _function(finding)]
        return self.of(data, near).get(finding)

    def _each(
        self, data: bytes, wanted: Sequence[Outcome], is_safe: bool
    ) -> Iterator[tuple[Outcome, QuickFix]]:
        style = self.style._replace(unsafe=self.style.unsafe or not is_safe)
        whole = self.fix(data, style, self.keep) if wanted else None
        if whole is None:
            return
        attempt = _Attempt(self, style, whole)
        found: dict[Outcome, QuickFix] = {}
        for outcome in wanted:
            made = attempt.smallest(outcome.finding)
            if made is not None:
                after, others = made
                made_fix = _quick_fix(data, after, self.path, is_safe, others)
                found[outcome] = _titled(made_fix, outcome.finding)
        for outcome, quick_fix in found.items():
            # Two that rewrite the same lines take each other's place: both mend all there is.
            if any(_clash(other.edits, quick_fix.edits) for other in found.values()):
                after, others = attempt.all()
                yield outcome, _quick_fix(data, after, self.path, is_safe, others)
            else:
                yield outcome, quick_fix

    def fix(self, data: bytes, style: Style, keep: Keep) -> FileFix | None:
        """The file after a fix; None if that goes wrong."""
        try:
            return fix_engine.fix(data, self.path, self.options, style, keep)
        except (SourceError, FixError):
            return None


class _Attempt:
    """Tries ever larger sets of findings until fixing them first changes nothing in the end."""

    def __init__(self, repairs: Repairs, style: Style, whole: FileFix) -> None:
        self._repairs = repairs
        self._style = style
        self._whole = whole
        self._mended = [item.finding for item in whole.found if item.verdict in _APPLIED]

    def smallest(self, finding: Finding) -> tuple[bytes, int] | None:
        """The file after the smallest fix that mends a finding, and how many others it mends."""
        if finding not in self._mended:
            return None
        for chosen in self._sets(finding):
            after = self._fix_only(chosen)
            if after != self._whole.before and self._leads_to_whole(after):
                return after, len(chosen) - 1
        return self.all()

    def all(self) -> tuple[bytes, int]:
        """The file after everything is mended, and how many findings that are beside one."""
        return self._whole.after, len(self._mended) - 1

    def _sets(self, finding: Finding) -> Iterator[list[Finding]]:
        if len(self._mended) > 1:
            yield [finding]
        together = [other for other in self._mended if _function(other) == _function(finding)]
        if 1 < len(together) < len(self._mended):
            yield together

    def _fix_only(self, chosen: Sequence[Finding]) -> bytes:
        before = text_lines(self._whole.before, self._whole.path)

        def keep(source: Source, findings: Sequence[Finding]) -> Sequence[Finding]:
            # Places of later rounds are those of another text.
            now = chosen if list(source.lines) == before else ()
            return [item for item in self._repairs.keep(source, findings) if item in now]

        fixed = self._repairs.fix(self._whole.before, self._style, keep)
        return fixed.after if fixed is not None else self._whole.before

    def _leads_to_whole(self, after: bytes) -> bool:
        fixed = self._repairs.fix(after, self._style, self._repairs.keep)
        return fixed is not None and fixed.after == self._whole.after


def _clash(one: Sequence[TextEdit], other: Sequence[TextEdit]) -> bool:
    """Whether two fixes rewrite the same lines, each in its own way."""
    return any(
        left != right
        and (left.first == right.first or (left.first < right.end and right.first < left.end))
        for left in one
        for right in other
    )


def _quick_fix(data: bytes, after: bytes, path: str, is_safe: bool, others: int) -> QuickFix:
    before, fixed = (text_lines(text, path) for text in (data, after))
    edits = difference(before, fixed)
    added = list(added_lines(before, edits))
    title = _title(added, is_longer=len(fixed) > len(before))
    return QuickFix(title, edits, is_safe, others)


def _titled(quick_fix: QuickFix, finding: Finding) -> QuickFix:
    """The fix of what is written in another way, which its lines alone do not tell."""
    respelling = finding.respelling
    if respelling is None or quick_fix.others:
        return quick_fix
    return replace(quick_fix, title=respelling.title)


def _title(added: Sequence[str], is_longer: bool) -> str:
    """What a fix does, told by the lines that it adds."""
    for line in added:
        if line.startswith("@"):
            return f"Decorate with `{line}`"
    for line in added:
        if line.startswith(("with ", "async with ")):
            return f"Wrap in `{line}`" if is_longer else f"Extend to `{line}`"
    return f"Write `{added[0]}`" if added else "Extend the guard above"


def _is_offered(outcome: Outcome, is_safe: bool) -> bool:
    """Whether a finding has a fix, and that one is safe or is not."""
    if outcome.verdict is Verdict.HELD:
        return not is_safe
    return outcome.verdict in _APPLIED and (outcome.safety is Safety.SAFE) is is_safe


def _function(finding: Finding) -> object:
    function = finding.repair.function if finding.repair is not None else None
    return function.lineno if function is not None else None
