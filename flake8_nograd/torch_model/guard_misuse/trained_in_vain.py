"""Modules that an optimizer is to train and whose every way to the loss is cut off."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.guards_in_force import guard_at
from flake8_nograd.torch_model.guard_misuse.handing_out import holders_of, is_given, is_handed_out
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.guard_misuse.optimized import (
    READ_OF_PARAMETERS,
    Optimized,
    is_only_read,
    optimized_modules,
)
from flake8_nograd.torch_model.points_to.makers import makers_of
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import methods, saved_inputs
from flake8_nograd.vocabulary.covered_calls import (
    cut_of,
    has_guarded_forward,
    names_called_covered,
)

_DEEPEST = 4  # modules inside each other
_MOST_HOLDERS = 64  # nodes that one module may be
# What may be done with a module that leaves its parameters to the optimizer.
_HARMLESS = frozenset(
    (
        *(methods.RETURNS_SELF - {"requires_grad_", "apply", "share_memory"}),
        *"parameters state_dict load_state_dict zero_grad forward".split(),
        *READ_OF_PARAMETERS,
    )
)


def trained_in_vain(what: Interpreted) -> Iterator[GuardMisuse]:
    """Each module once, at what cuts it off from the loss."""
    if not what.observations.differentiations or what.misplaced:
        return  # where a backward pass finds no graph, that is what is to be said
    given = list(optimized_modules(what))
    if given:
        yield from _Search(what, given).find()


class _Search:
    def __init__(self, what: Interpreted, given: list[Optimized]) -> None:
        self._what = what
        self._graph = what.program.graph
        self._given = given
        self._known: dict[Node, Optimized | None] = {}
        self._listed = {item.written for item in given}

    def find(self) -> Iterator[GuardMisuse]:
        names = names_called_covered(self._what.tree)
        found: dict[ast.expr, list[tuple[Call[Context], Optimized]]] = {}
        for call in self._calls:
            if own_name(call.node.func) in names or self._guard_of_forward(call) is not None:
                cut = self._cut(call)
                optimized = self._optimized_by(call) if cut is not None else None
                if cut is not None and optimized is not None:
                    found.setdefault(cut, []).append((call, optimized))
        for cut, vain in found.items():
            yield _misuse(cut, vain)

    @cached_property
    def _calls(self) -> list[Call[Context]]:
        return self._what.calls

    def _cut(self, call: Call[Context]) -> ast.expr | None:
        """What keeps the result of a call from its graph, though it gets to a backward pass."""
        if self._is_off(call):
            guard = guard_at(call, self._what)
            return guard if guard is not None and self._gets_to_backward(call) else None
        guard = self._guard_of_forward(call)
        if guard is not None:
            return guard if self._gets_to_backward(call) else None
        if cut_of(call.node, call.place.statement) and self._goes_on(call):
            return call.node
        return None

    def _gets_to_backward(self, call: Call[Context], deep: int = _DEEPEST) -> bool:
        """Whether what a call gives is differentiated, if it had a graph."""
        uses, function = self._what.uses_of, call.function
        if uses.is_trained(call):
            return True
        if deep == 0 or function.name != "forward" or not uses.hands_back(call):
            return False
        return any(
            self._runs(outer, function) and self._gets_to_backward(outer, deep - 1)
            for outer in self._calls
        )

    def _runs(self, call: Call[Context], forward: Function) -> bool:
        """Whether a call of a module of the file runs a forward."""
        things = self._what.points_to.callees.get(call.result, ())
        classes = [
            what for thing in things if isinstance(what := self._graph.payloads[thing], Class)
        ]
        return any(self._graph.kinds[thing] is Kind.INSTANCE for thing in things) and any(
            self._what.points_to.method(cls, "forward") is forward for cls in classes
        )

    def _is_off(self, call: Call[Context]) -> bool:
        modes = self._what.recording.modes(call.function, call.context)
        return bool(modes) and all(mode.is_off for mode in modes)

    def _goes_on(self, call: Call[Context]) -> bool:
        """Whether what is cut off is given to a call whose result is differentiated."""
        statement = call.place.statement
        names = {
            target.id
            for target in getattr(statement, "targets", ())
            if isinstance(target, ast.Name)
        }
        return any(
            other.function is call.function
            and other.node is not call.node
            and self._gets_to_backward(other)
            and any(
                (isinstance(part, ast.Name) and part.id in names)
                or (isinstance(part, ast.Attribute | ast.Call) and _holds(part, call.node))
                for part in other.node.args
            )
            for other in self._calls
        )

    def _guard_of_forward(self, call: Call[Context]) -> ast.expr | None:
        """The guard that the `forward` of a class of the file has above it."""
        things = self._what.points_to.callees.get(call.result, ())
        classes = [self._graph.payloads[thing] for thing in things]
        cls = classes[0] if len(classes) == 1 else None
        if not isinstance(cls, Class) or cls.node is None or not has_guarded_forward(cls.node.body):
            return None
        forward = cls.methods.get("forward")
        written = getattr(forward.node, "decorator_list", ()) if forward is not None else ()
        return next(iter(written), None)

    def _optimized_by(self, call: Call[Context]) -> Optimized | None:
        """The optimizer that is given the module that is called, if nobody else can train it."""
        made = list(makers_of(call.callee, self._graph))
        if len(made) != 1 or made[0] is None or self._what.unit_tests.has(call.function):
            return None
        if made[0].result not in self._known:
            self._known[made[0].result] = self._optimized(made[0])
        return self._known[made[0].result]

    def _optimized(self, maker: Call[Context]) -> Optimized | None:
        """The optimizer that is given what a call made, if nobody else can train that."""
        holders = holders_of(maker, self._what)
        if len(holders) > _MOST_HOLDERS or self._is_set_by_hand(holders):
            return None
        for item in self._given:
            if not item.module.aliases.isdisjoint(holders):
                return item if self._are_all_cut(holders, _HARMLESS) else None
        if not self._is_fresh(maker):
            return None
        for item in self._given:
            if self._is_whole(item.module, holders):
                harmless = _HARMLESS - {"load_state_dict"}
                return item if self._are_all_cut(holders, harmless) else None
        return None

    def _is_fresh(self, maker: Call[Context]) -> bool:
        """Whether it is a layer that begins with random numbers."""
        if maker.imported == saved_inputs.SEQUENCE:
            return any(
                made is not None and made.imported in saved_inputs.LAYERS
                for part in maker.positional
                for made in makers_of(part, self._graph)
            )
        return maker.imported in saved_inputs.LAYERS

    def _is_whole(self, module: Value, holders: set[Node]) -> bool:
        """Whether a module is an object of the class of which another one is an attribute."""
        owners = {
            self._graph.payloads[owner]
            for owner in self._graph.owners_of(holders)
            if self._graph.kinds[owner] is Kind.INSTANCE
        }
        things = [self._graph.payloads[thing] for thing in self._what.points_to.of(module)]
        if len(things) != 1 or things[0] not in owners:
            return False
        nodes = closure(module.aliases, self._graph.copies, self._what.points_to.object_flow)
        decided = self._is_set_by_hand(nodes, with_parts=False)
        return not decided and not self._is_handed_out(nodes)

    def _is_handed_out(self, holders: set[Node]) -> bool:
        """Whether code out of sight gets a module, or weights are loaded into it."""
        return is_handed_out(holders, self._what) or any(
            call.method == "load_state_dict"
            and call.receiver is not None
            and not call.receiver.aliases.isdisjoint(holders)
            for call in self._calls
        )

    def _is_set_by_hand(self, holders: set[Node], *, with_parts: bool = True) -> bool:
        """Whether somebody decides about `requires_grad` of a module, or of a part of it."""
        freezes = self._what.observations.freezes
        nodes = {node for freeze in freezes for node in freeze.nodes}
        nodes.update(self._what.observations.wants_grad)
        wholes = {whole for node in nodes for whole in self._graph.wholes(node)}
        kinds, payloads = self._graph.kinds, self._graph.payloads
        owners = {payloads[node] for node in nodes if kinds[node] is Kind.INSTANCE}
        things = {
            self._graph.payloads[thing]
            for node in holders
            for thing in self._what.points_to.objects.get(node, ())
        }
        around = {whole for node in holders for whole in self._graph.wholes(node)}
        return not (
            nodes.isdisjoint(holders)
            and (wholes.isdisjoint(holders) or not with_parts)
            and nodes.isdisjoint(around)
            and owners.isdisjoint(things)
        )

    def _are_all_cut(self, holders: set[Node], harmless: frozenset[str]) -> bool:
        """Whether every use of a module in sight is cut off, or harmless."""
        fields = (name for node in holders for name in self._names_of_fields(node))
        return harmless.issuperset(fields) and all(
            self._is_use_harmless(call, holders) for call in self._calls
        )

    def _names_of_fields(self, node: Node) -> Iterator[str]:
        for field in self._graph.fields_of(node):
            yield str(self._graph.pair(field)[1])

    def _is_use_harmless(self, call: Call[Context], holders: set[Node]) -> bool:
        receiver = call.receiver.aliases if call.receiver is not None else frozenset()
        is_method = not receiver.isdisjoint(holders)
        called = not call.callee.aliases.isdisjoint(holders) and not is_method
        if called or (call.method == "forward" and is_method):
            cut = self._is_off(call) or self._guard_of_forward(call) is not None
            is_cut = cut or cut_of(call.node, call.place.statement) != ""
            return is_cut or self._is_read(call)
        if call.method == "parameters" and is_method:
            return call.node in self._listed or is_only_read(call.node, call.place.statement)
        return not is_given(call, holders, self._what)

    def _is_read(self, call: Call[Context]) -> bool:
        """Whether the result of a call ends as numbers."""
        use = self._what.uses_of.of(call)
        return not (use.trained or use.escapes) and use.plain_use is not None


def _holds(node: ast.expr, call: ast.Call) -> bool:
    """Whether an expression is a call that is cut off its graph."""
    while isinstance(node, ast.Attribute | ast.Call):
        if node is call:
            return True
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return False


def _misuse(cut: ast.expr, vain: list[tuple[Call[Context], Optimized]]) -> GuardMisuse:
    """What one guard keeps from learning, in the function that has it or calls it."""
    first, optimized = vain[0]
    subjects = [access_path(call.node.func) for call, _ in vain if call.function is first.function]
    return GuardMisuse(
        cut,
        Misuse.TRAINED_IN_VAIN,
        cut_behind(first) if cut is first.node else ast.unparse(cut),
        "` and `".join(dict.fromkeys(subjects)),
        line=optimized.optimizer.node.lineno,
    )


def cut_behind(call: Call[Context]) -> str:
    """How a call is cut off its graph."""
    name = cut_of(call.node, call.place.statement)
    return f".{name}()" if name == "detach" else f".{name}"
