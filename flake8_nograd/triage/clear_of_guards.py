"""Is it plain to see that no backward pass of a file meets a guard?

Each has to differentiate a forward pass in its own suite, in a function that calls no other of the
file and that the file itself runs with recording on; and nothing may hide under another name.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from flake8_nograd.triage.backward_in_sight import MisplacedBackward
from flake8_nograd.triage.guards_in_sight import GuardsInSight
from flake8_nograd.triage.names import path_of
from flake8_nograd.triage.syntax_index import SyntaxIndex
from flake8_nograd.triage.text_prefilter import TextPrefilter
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import names_something_else


class ClearOfGuards:
    """Looks at the functions that hold backward passes, and at who calls them."""

    def __init__(
        self, index: SyntaxIndex, text: TextPrefilter, guards: GuardsInSight, vocabulary: Vocabulary
    ) -> None:
        self._index = index
        self._text = text
        self._guards = guards
        self._vocabulary = vocabulary

    def are_all(self, passes: Sequence[MisplacedBackward]) -> bool:
        """Whether these are all backward passes of the file and none meets a guard."""
        if not (
            self._text.text.count("backward") == len(passes)
            and all(any(map(self._is_forward_pass, item.trained)) for item in passes)
            and self._guards.are_all(self._vocabulary)
            and self._functions_are_only_called()
        ):
            return False
        guarded = self._guards.calls
        calls_in = self._calls_by_function()
        run = self._run_with_recording(calls_in, guarded)
        functions = {self._index.settings[item.call].function for item in passes}
        return functions <= run and all(
            call not in guarded and not self._is_own(call)
            for function in functions
            for call in calls_in[function]
        )

    def _is_forward_pass(self, call: ast.Call) -> bool:
        """Whether a model may be called, by its name or by a method, and nothing of the file is."""
        index, (path, _) = self._index, path_of(call.func)
        if path[0] in index.defined or path[0] in index.imported or names_something_else(path[0]):
            return False
        if len(path) > 1:
            return methods.is_hidden_forward(path[-1]) and path[-1] not in self._index.methods
        made_by = (name for maker in index.makers(path[0]) for name in index.dotted(maker))
        return Effect.LAYER not in map(self._vocabulary.effect, made_by)

    def _functions_are_only_called(self) -> bool:
        """Whether no function of the file can go by another name than its own."""
        classes = {cls.name for cls in self._index.classes}
        return not any(
            path[0] in self._index.defined and path[0] not in classes
            if len(path) == 1
            else path[-1] in self._index.methods
            for path in self._index.reads
        )

    def _calls_by_function(self) -> defaultdict[ast.AST | None, list[ast.Call]]:
        calls_in: defaultdict[ast.AST | None, list[ast.Call]] = defaultdict(list)
        for call, setting in self._index.settings.items():
            calls_in[setting.function].append(call)
        return calls_in

    def _run_with_recording(
        self, calls_in: defaultdict[ast.AST | None, list[ast.Call]], guarded: AbstractSet[ast.Call]
    ) -> AbstractSet[ast.AST | None]:
        """Functions that the module runs, itself or through others of them."""
        waiting = {
            function.name: function
            for function in calls_in
            if isinstance(function, ast.FunctionDef) and self._runs_when_called(function)
        }
        run: set[ast.AST | None] = set()
        todo: list[ast.AST | None] = [None]
        while todo:
            for call in calls_in[todo.pop()]:
                name = getattr(call.func, "id", "")
                if name in waiting and call not in guarded:
                    function = waiting.pop(name)
                    run.add(function)
                    todo.append(function)
        return run

    def _runs_when_called(self, function: ast.FunctionDef) -> bool:
        """Whether the name stands for this function alone, and a call of it runs its body."""
        index, name = self._index, function.name
        if function.decorator_list or name in self._index.methods or name in index.imported:
            return False
        return index.defined[name] == 1 and not index.binds(name)

    def _is_own(self, call: ast.Call) -> bool:
        """Whether something that the file defines is called."""
        path, _ = path_of(call.func)
        return path[-1] in (self._index.defined if len(path) == 1 else self._index.methods)
