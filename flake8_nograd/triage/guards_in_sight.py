"""Which calls of an index stand under a guard in plain sight, so that nothing is recorded there?"""

from __future__ import annotations

import ast
from functools import cached_property

from flake8_nograd.triage.names import Path, path_of
from flake8_nograd.triage.syntax_index import SyntaxIndex
from flake8_nograd.triage.text_prefilter import TextPrefilter
from flake8_nograd.vocabulary.grad_modes import SWITCHED_OFF_BY
from flake8_nograd.vocabulary.lookup import Vocabulary


class GuardsInSight:
    """`torch.no_grad()` and its like, around suites: no condition, no other name for them."""

    def __init__(self, index: SyntaxIndex, text: TextPrefilter) -> None:
        self._index = index
        self._text = text
        managers = {item for setting in index.settings.values() for item in setting.managers}
        self._guards = {item: path for item in managers if (path := self._path_of_guard(item))}

    @cached_property
    def calls(self) -> frozenset[ast.Call]:
        """The calls that are certainly guarded."""
        if not self._guards or self._text.may_switch_on:
            return frozenset()
        settings = self._index.settings.items()
        guards = self._guards.keys()
        return frozenset(call for call, item in settings if not guards.isdisjoint(item.managers))

    def are_all(self, vocabulary: Vocabulary) -> bool:
        """Whether the text holds no further name of a guard."""
        named = [".".join(path) for path in self._guards.values()]
        named += [dotted for names in self._index.imported.values() for dotted in names]
        in_sight = sum(map(vocabulary.mentions_of_guards, named))
        return in_sight == vocabulary.mentions_of_guards(self._text.text)

    def _path_of_guard(self, manager: ast.expr) -> Path:
        """The names of a guard; empty if it is none."""
        if not isinstance(manager, ast.Call) or manager.args or manager.keywords:
            return ()
        path, _ = path_of(manager.func)
        known = self._index.names_imported(path[0])
        return path if known and SWITCHED_OFF_BY.issuperset(self._index.dotted(path)) else ()
