"""Functions of the file that others are given to run, and the context in which they run them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call, CallbackArgument, Program
from flake8_nograd.flow.values import Value, join
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.registration import registers
from flake8_nograd.vocabulary.threads import THREADED_SERVERS

# Effects of calls that may give back a function that they get, or keep it.
_GIVING_BACK = frozenset((Effect.WRAP, Effect.STORES))


class Callbacks:
    """Writes down what is passed on while the file is read."""

    def __init__(self, program: Program[Context], vocabulary: Vocabulary) -> None:
        self._program = program
        self._graph = program.graph
        self._vocabulary = vocabulary

    def pass_on(self, call: Call[Context]) -> None:
        """Functions of the file that a call gets as arguments may be run by it."""
        arguments = call.arguments()
        if not arguments:
            return
        given: AbstractSet[Node] = join(arguments).aliases
        effect = self._vocabulary.effect(call.imported) if call.imported is not None else None
        if effect is Effect.NUMBERS or effect is Effect.TENSOR:
            given = self._graph.of_kind(Kind.FUNCTION, given)
        if given and effect is not Effect.PARTIAL:
            gives_back = effect in _GIVING_BACK or call.method in methods.KEEPS
            self._note(call, given, self._context_of(call), gives_back=gives_back)

    def serve(self, decoration: Call[Context]) -> None:
        """A server runs the function that it is given for a route, each time in some thread."""
        function = decoration.decorates
        if function is None or isinstance(function.node, ast.AsyncFunctionDef):
            return  # a coroutine runs in the loop of the thread that runs the server
        for routed in self._makers(decoration.callee):
            servers = self._makers(routed.receiver) if registers(routed.method, True) else ()
            if any(server.imported in THREADED_SERVERS for server in servers):
                given = decoration.positional[0].aliases
                self._note(decoration, given, Context(GradMode.ON), gives_back=False)
                return

    def _note(
        self, call: Call[Context], given: AbstractSet[Node], context: Context, *, gives_back: bool
    ) -> None:
        item = CallbackArgument(call, given, context, gives_back)
        self._program.callback_arguments.append(item)

    def _context_of(self, call: Call[Context]) -> Context:
        """The context in which a call runs the functions that it is given."""
        if call.method == "step":  # optimizers let their closure record
            return call.context.switched(GradMode.ON)
        if call.imported is not None:
            defers = self._vocabulary.effect(call.imported) is Effect.DEFERS
        else:
            defers = call.method in methods.DEFERS or self._is_of_a_pool(call)
        return Context(GradMode.ON) if defers else call.context

    def _is_of_a_pool(self, call: Call[Context]) -> bool:
        """Whether a call that makes threads or processes has made the receiver of another."""
        return any(
            maker.imported is not None and self._vocabulary.effect(maker.imported) is Effect.DEFERS
            for maker in self._makers(call.receiver)
        )

    def _makers(self, value: Value | None) -> Iterator[Call[Context]]:
        """The calls whose results a value may be."""
        for node in value.aliases if value is not None else ():
            if isinstance(maker := self._graph.payloads[node], Call):
                yield maker
