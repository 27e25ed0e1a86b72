"""How each of the four questions was answered for the calls on one line, in words."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

from flake8_nograd.torch_model.facts import ForwardPass, ModuleFacts
from flake8_nograd.torch_model.fate.result_use import ResultUse
from flake8_nograd.vocabulary.annotations import ModelEvidence

_TRUST = {
    ModelEvidence.ORIGIN: "yes, by where it comes from",
    ModelEvidence.USE: "yes, by how it is used",
    ModelEvidence.ANNOTATION: "yes, by its annotation",
    ModelEvidence.NAME: "probably, by its name",
}

_UNKNOWN = (
    "nothing is concluded of this file: very many of its functions may be run by very many of its"
    " calls, or very many values may be very many things"
)


def explain(facts: ModuleFacts, line: int, silenced: Container[ast.Call] = ()) -> str:
    """The answers for all forward passes that start or go on at a 1-based line.

    What would be reported of those that are ``silenced`` stays out by a comment.
    """
    if facts.is_unknown:
        return f"line {line}: {_UNKNOWN}"
    found = [
        item
        for item in (*_reported(facts), *facts.silent)
        if item.node.lineno <= line <= (item.node.end_lineno or item.node.lineno)
    ]
    found.sort(key=lambda item: (item.node.lineno, item.node.col_offset))
    if not found:
        return f"line {line}: no call here is taken for a forward pass"
    return "\n\n".join(_about(item, item.node in silenced) for item in found)


def _reported(facts: ModuleFacts) -> Iterator[ForwardPass]:
    for region in facts.regions:
        yield from region.passes


def _about(item: ForwardPass, is_silenced: bool) -> str:
    verdict = "silenced by `# noqa`" if is_silenced else "reported"
    if item.suppression is not None:
        verdict = f"silent: {item.suppression.value}"
    elif item.wasted_by is not None:
        verdict += f" for runs of {item.wasted_by.function}() as that of line {item.wasted_by.line}"
    if item.seen_at is not None:
        verdict += f" ({item.seen_at.path}:{item.seen_at.line})"
    return "\n".join(
        (
            f"line {item.node.lineno}: {ast.unparse(item.node)}",
            f"  is it a model?                {_TRUST[item.evidence]}",
            f"  is recording on?              {_recording(item)}",
            f"  what becomes of the result?   {_use(item.use)}",
            f"  is this inference?            {_inference(item)}",
            f"  verdict                       {verdict}"
            f" (confidence: {item.confidence.name.lower()})",
        )
    )


def _recording(item: ForwardPass) -> str:
    modes = sorted(mode.value for mode in item.modes)
    return f"{' or '.join(modes)}; in the function itself: {item.call.context.grad.value}"


def _use(use: ResultUse) -> str:
    said = [
        text
        for holds, text in (
            (use.trained, "it is differentiated"),
            (use.returned, "it is returned to callers outside the file"),
            (use.stored, "it is stored in an attribute that the file does not read"),
            (use.passed_on, "it is passed to functions outside the file"),
            (use.discarded, "it is dropped"),
        )
        if holds
    ]
    if use.plain_use is not None:
        said.append(f"it is read by {use.plain_use.how} (line {use.plain_use.line})")
    return "; ".join(said) or "nothing uses it"


def _inference(item: ForwardPass) -> str:
    mode = "the mode of the model is not known"
    if item.mode is not None:
        name = "eval" if item.mode.evaluating else "training"
        mode = f"{name} mode since line {item.mode.line}"
    return f"{mode}; the role of {item.function.name} is {item.role.value}"
