"""The vocabulary of a file: the tables, and the project's own modules as one more library."""

from __future__ import annotations

import ast

from flake8_nograd.elsewhere import Deed, Elsewhere, Frozen
from flake8_nograd.options import Options
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.frameworks import is_plain_base
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary


class ProjectVocabulary(Vocabulary):
    """Rows of tables and options come first, then the project, and names speak last."""

    knows_classes_elsewhere = True

    def __init__(self, options: Options, elsewhere: Elsewhere) -> None:
        super().__init__(options)
        self._elsewhere = elsewhere

    def _find(self, dotted: str) -> Effect | None:
        last = dotted.rpartition(".")[2]
        if not (self.lists(dotted) or last in self._model_factories or self.trains(last)):
            effect = self._elsewhere.effect(dotted)
            if effect is not None:
                return effect
        return super()._find(dotted)

    def runs(self, dotted: str) -> tuple[int, str] | None:
        """See `Vocabulary`."""
        return super().runs(dotted) or self._elsewhere.runs(dotted)

    def guards_method(self, maker: str, method: str) -> bool:
        """See `Vocabulary`; a method that runs no forward pass is as good."""
        if super().guards_method(maker, method):
            return True
        return self._elsewhere.method(maker, method) in (Deed.GUARDED, Deed.PLAIN, Deed.TRAINS)

    def behind_star(self, name: str) -> str | None:
        """See `Vocabulary`."""
        return self._elsewhere.behind_star(name) or super().behind_star(name)

    def keeps(self, dotted: str) -> bool:
        """See `Vocabulary`."""
        return self._elsewhere.keeps(dotted)

    def effect_of_annotation(self, text: str) -> Effect | None:
        """See `Vocabulary`."""
        return self._elsewhere.effect_of_name(text)

    def is_without_parameters(self, dotted: str) -> bool:
        """See `Vocabulary`; of its own modules the project calls a layer what has none."""
        if super().is_without_parameters(dotted):
            return True
        return not self.lists(dotted) and self._elsewhere.effect(dotted) is Effect.LAYER

    def frozen_arguments(self, dotted: str, call: ast.Call) -> list[int | str]:
        """See `Vocabulary`."""
        found: list[int | str] = []
        for frozen in self._elsewhere.freezes(dotted):
            to = frozen.to if isinstance(frozen.to, bool) else _literal(call, frozen)
            if to is False:
                end = len(call.args) if frozen.rest else frozen.position + 1
                found += range(frozen.position, min(end, len(call.args)))
                found += (name for item in call.keywords if (name := item.arg) == frozen.name)
        return found

    def guard(self, dotted: str) -> GradMode | None:
        """See `Vocabulary`."""
        return self._elsewhere.guard(dotted)

    def is_module_base(self, dotted: str) -> bool:
        """See `Vocabulary`."""
        known = self._elsewhere.is_module(dotted)
        return super().is_module_base(dotted) if known is None else known

    def makes_plain_objects(self, dotted: str) -> bool:
        """See `Vocabulary`; what runs a model when it is called stands for that."""
        is_plain = self._elsewhere.effect(dotted) is Effect.OBJECT
        return is_plain and self._elsewhere.method(dotted, "__call__") is not Deed.PASS

    def is_plain_class(self, dotted: str) -> bool:
        """See `Vocabulary`."""
        known = self._elsewhere.is_module(dotted)
        return super().is_plain_class(dotted) if known is None else not known

    def base_names(self, dotted: str) -> set[str]:
        """See `Vocabulary`."""
        further = self._elsewhere.outside_bases(dotted) or ()
        names = {name.rpartition(".")[2] for name in further}
        return super().base_names(dotted).union(names, self._elsewhere.ancestor_names(dotted))

    def is_open_base(self, dotted: str) -> bool:
        """See `Vocabulary`."""
        further = self._elsewhere.outside_bases(dotted)
        return any(map(_is_open, (dotted,) if further is None else further))


def _is_open(dotted: str) -> bool:
    return not (is_plain_base(dotted) or dotted.startswith("torch."))


def _literal(call: ast.Call, frozen: Frozen) -> object:
    """What the argument is, as a literal, that says whether to freeze; None for anything else."""
    given: list[ast.expr] = [item.value for item in call.keywords if item.arg == frozen.to]
    if not given and frozen.to_position < len(call.args):
        given = [call.args[frozen.to_position]]
    return given[0].value if given and isinstance(given[0], ast.Constant) else None
