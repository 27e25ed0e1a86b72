"""Which of their arguments functions and constructors of the project freeze or thaw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_nograd.elsewhere import Frozen
from flake8_nograd.project.summary import FunctionSummary
from flake8_nograd.project.symbols import Definition, Symbols


def frozen_by(what: Definition, symbols: Symbols) -> Iterator[Frozen]:
    """The parameters of a function, or of the constructor of a class."""
    if what.function is not None and what.cls is None:
        names = [*what.function.parameters, *filter(None, (what.function.rest,))]
        yield from _frozen(what.function, names)
    elif what.function is None:
        constructor = symbols.method(what, "__init__")
        function = constructor.function if constructor is not None else None
        if function is not None:
            yield from _frozen(function, function.parameters[1:])


def _frozen(function: FunctionSummary, names: Sequence[str]) -> Iterator[Frozen]:
    for freeze in function.freezes:
        what = freeze.what
        if what.startswith("self."):  # what the constructor keeps of an argument
            made = function.locals.get(what, ())
            what = made[0] if len(made) == 1 else what
        if what in names:
            decider = names.index(str(freeze.to)) if freeze.to in names else -1
            if decider >= 0 or freeze.to is False:
                is_rest = what == function.rest
                name = "" if is_rest else what
                yield Frozen(names.index(what), name, is_rest, freeze.to, decider)
