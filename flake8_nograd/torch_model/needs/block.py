"""Everything that runs under one guard, and why some of it may need to be recorded."""

from __future__ import annotations

import ast
from collections.abc import Collection, Container, Iterator, Sequence
from typing import Protocol

from flake8_nograd.flow.program import Program
from flake8_nograd.syntax.bindings import Bindings, FunctionNode, Variable
from flake8_nograd.syntax.expressions import children_of, nodes_of, own_name
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.callers import Callers
from flake8_nograd.torch_model.needs.endings import Endings
from flake8_nograd.torch_model.needs.fields import is_known_import
from flake8_nograd.torch_model.needs.implicit_calls import ImplicitCalls
from flake8_nograd.torch_model.needs.in_place import written_by
from flake8_nograd.torch_model.needs.module_state import ModuleState
from flake8_nograd.torch_model.needs.ownership import Ownership
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import escapes

_CONTAINER_METHODS = frozenset("append extend appendleft insert setdefault".split())
_MOST_INLINED = 64  # functions that a block runs
_NOT_COMPARED = (ast.Is, ast.IsNot)


class FileFacts(Protocol):
    """What is known of the whole file."""

    guard_items: Container[ast.expr]
    passes: frozenset[ast.Call]
    program: Program[Context]

    @property
    def callees(self) -> Callees: ...
    @property
    def bindings(self) -> Bindings: ...
    @property
    def callers(self) -> Callers: ...
    @property
    def state(self) -> ModuleState: ...
    @property
    def implicit(self) -> ImplicitCalls: ...
    @property
    def kept_generators(self) -> Collection[object]: ...


class Block:
    """Statements or expressions that would run under one guard."""

    def __init__(
        self,
        file: FileFacts,
        code: Sequence[ast.AST],
        passes: Collection[ast.Call],
        plain: PlainValues,
    ) -> None:
        self._bindings = file.bindings
        self._file = file
        self._plain = plain
        self._passes = file.passes.union(passes)
        self._inlined: set[ast.AST] = set()
        self._handed_on: set[ast.AST] = set()
        self._functions_in: dict[Variable, list[FunctionNode | ast.Lambda]] = {}
        self._nodes = list(self._run_by(code))
        self._ownership = Ownership(file.bindings, file.callees, self._passes)
        self._endings = Endings(
            file.bindings,
            file.callees,
            file.callers,
            plain,
            covered=set(self._nodes),
            inlined=self._inlined - self._handed_on,
            passes=self._passes,
        )

    def need(self) -> str | None:
        """Why something that is recorded here may be needed."""
        if len(self._inlined) > _MOST_INLINED:
            return "more functions of the file run there than are followed"
        for node in self._nodes:
            why = self._of_node(node)
            if why is not None:
                return why
        return self._file.implicit.need(self._nodes) or self._endings.need()

    def _run_by(self, code: Sequence[ast.AST]) -> Iterator[ast.AST]:
        """All that runs with the code, functions of the file that it calls included."""
        todo = list(code)
        while todo and len(self._inlined) <= _MOST_INLINED:
            node = todo.pop()
            yield node
            if isinstance(node, ast.With) and self._is_guarded(node):
                todo += self._entered_beside(node)
                continue
            if isinstance(node, FunctionNode):
                todo += [*node.decorator_list, *node.args.defaults]
                todo += [item for item in node.args.kw_defaults if item is not None]
            else:
                todo.extend(children_of(node))
            for function in self._functions_run_by(node):
                if function not in self._inlined:
                    self._inlined.add(function)
                    todo += function.body if isinstance(function, FunctionNode) else [function.body]

    def _is_guarded(self, node: ast.With) -> bool:
        """Whether a guard stands around a suite already."""
        return any(item.context_expr in self._file.guard_items for item in node.items)

    def _entered_beside(self, node: ast.With) -> list[ast.expr]:
        """What a `with` enters beside a guard."""
        entered = (item.context_expr for item in node.items)
        return [item for item in entered if item not in self._file.guard_items]

    def _functions_run_by(self, node: ast.AST) -> Iterator[FunctionNode | ast.Lambda]:
        if isinstance(node, ast.Call):
            callee = self._file.callees.of(node)
            if callee.does is Does.RUNS:
                for function in callee.functions:
                    if function.node is not None:
                        yield function.node
        elif self._is_handed_on(node):
            for definition in self._definitions(node):
                self._handed_on.add(definition)
                yield definition

    def _is_handed_on(self, node: ast.AST) -> bool:
        """Whether somebody gets what may be a function, and so may run it."""
        if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
            return False
        outer = self._bindings.parents.get(node)
        return not isinstance(outer, ast.Attribute) and not (
            isinstance(outer, ast.Call) and outer.func is node
        )

    def _definitions(self, node: ast.AST) -> Iterator[FunctionNode | ast.Lambda]:
        """The functions of the file that a name or an attribute may stand for."""
        if isinstance(node, ast.Attribute):
            for function in self._file.program.functions_named.get(node.attr, ()):
                if isinstance(function.node, FunctionNode):
                    yield function.node
        elif isinstance(node, ast.Name):
            variable = self._bindings.of(node)
            if variable not in self._functions_in:
                self._functions_in[variable] = list(self._stored_in(variable))
            yield from self._functions_in[variable]

    def _stored_in(self, variable: Variable) -> Iterator[FunctionNode | ast.Lambda]:
        for store in self._bindings.stores.get(variable, ()):
            value = getattr(self._bindings.parents.get(store), "value", None)
            if isinstance(store, FunctionNode):
                yield store
            elif isinstance(value, ast.Lambda):
                yield value

    def _of_node(self, node: ast.AST) -> str | None:
        match node:
            case ast.Call():
                return self._of_call(node)
            case ast.BinOp() | ast.UnaryOp() | ast.Compare():
                self._follow(node)
            case ast.Subscript(ctx=ast.Load()) | ast.Starred(ctx=ast.Load()):
                self._follow(node)
            case ast.Attribute(attr=name):
                return self._of_attribute(node, name)
            case ast.AugAssign():
                return self._of_added(node)
            case ast.For() | ast.comprehension():
                return self._of_iteration(node)
            case ast.Assign(targets=targets, value=value):
                return self._of_assignment(node, targets, value)
            case ast.Match(subject=subject):
                return self._of_match(node, subject)
            case ast.With(items=items):
                return next(filter(None, map(self._of_entered, items)), None)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                if not all(is_known_import(node, item.asname or item.name) for item in names):
                    return f"an import runs other code (line {node.lineno})"
            case ast.AsyncFor() | ast.AsyncWith() | ast.YieldFrom():
                return f"what line {node.lineno} does is not followed"
        return None

    def _follow(self, node: ast.expr) -> None:
        if not self._plain.is_plain(node):
            self._endings.add(node)

    def _of_call(self, node: ast.Call) -> str | None:
        name = own_name(node.func)
        if name in escapes.SHOWING_CALLS:
            return f"{name}() looks at recording or sets it (line {node.lineno})"
        does, functions = self._file.callees.of(node)
        if does is Does.UNKNOWN and functions:
            what = ast.unparse(node.func)[:40]
            return f"{what}() runs more than it shows (line {node.lineno})"
        if node in self._passes or does is Does.PASSES_ON:
            self._follow(node)
            left = self._file.callees.left_by_pass(node)
            return left or self._file.state.need() or self._of_filled(node)
        if does is Does.UNKNOWN:
            what = ast.unparse(node.func)[:40]
            return f"{what}() may need a graph (line {node.lineno})"
        if does is Does.KEEPS:
            return self._of_keeping(node, name)
        if name == "next" and self._file.kept_generators:
            return f"next() may run a generator that needs a graph (line {node.lineno})"
        if name == "eval" and self._file.state.of_switching is not None:
            return self._file.state.of_switching
        if name == "hasattr" and self._file.implicit.harmful_properties():
            return f"hasattr() may run a property (line {node.lineno})"
        self._follow(node)
        written = written_by(node)
        if self._file.callees.is_layer(node):
            written += node.args if name in self._file.state.writing_layers else []
        whys = (self._of_written(target, node.lineno) for target in written)
        return next(filter(None, whys), None)

    def _of_filled(self, node: ast.Call) -> str | None:
        """What a forward pass may put into its arguments is followed as its result is."""
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        name = own_name(node.func)
        if name in self._file.state.writing_layers:
            whys = (self._of_written(target, node.lineno) for target in given)
            return next(filter(None, whys), None)
        if any(map(self._file.state.is_filled_elsewhere, given)):
            return f"a forward pass of another file fills its argument (line {node.lineno})"
        if not self._file.state.fills_arguments:
            return None
        for argument in given:
            if isinstance(argument, ast.Name):
                if self._bindings.is_parameter(argument):
                    return f"a forward pass fills its argument (line {node.lineno})"
                why = self._endings.bind(argument, node)
                if why is not None:
                    return why
            elif not isinstance(argument, ast.Call | ast.Constant):
                return f"a forward pass fills its argument (line {node.lineno})"
        return None

    def _of_keeping(self, node: ast.Call, name: str) -> str | None:
        """A method that keeps what it is given, if it is one of a container for certain."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in _CONTAINER_METHODS:
            return None
        if isinstance(owner, ast.Name) and self._plain.is_container(self._bindings.of(owner)):
            return None
        return f"{ast.unparse(node.func)[:40]}() may need a graph (line {node.lineno})"

    def _of_attribute(self, node: ast.Attribute, name: str) -> str | None:
        why = self._file.implicit.is_property(name)
        if why is not None:
            return f"{why} (line {node.lineno})"
        is_computed = name in escapes.VIEW_ATTRIBUTES or self._file.implicit.is_computed(name)
        if is_computed and isinstance(node.ctx, ast.Load):
            self._follow(node)
        return None

    def _of_iteration(self, node: ast.For | ast.comprehension) -> str | None:
        if self._plain.is_plain_iteration(node.iter):
            return None
        if self._file.kept_generators and not isinstance(node.iter, ast.Call):
            return f"a generator may run in the loop and need a graph (line {node.iter.lineno})"
        return self._endings.bind(node.target, node)

    def _of_match(self, node: ast.Match, subject: ast.expr) -> str | None:
        """Patterns take a subject apart; only plain ones are followed."""
        parts = list(nodes_of(node))
        has_sequences = any(isinstance(part, ast.MatchSequence) for part in parts)
        if has_sequences and not self._plain.is_plain(subject):
            return f"what the patterns of line {node.lineno} take apart is not followed"
        names = (
            name for part in parts if isinstance(part, ast.MatchClass) for name in part.kwd_attrs
        )
        return next(filter(None, map(self._file.implicit.is_property, names)), None)

    def _of_assignment(
        self, node: ast.Assign, targets: list[ast.expr], value: ast.expr
    ) -> str | None:
        for target in targets:
            if isinstance(target, ast.Subscript) and not self._is_of_container(target):
                why = self._of_written(target.value, node.lineno)
                if why is not None:
                    return why
        is_unpacking = any(isinstance(item, ast.Tuple | ast.List) for item in targets)
        if (
            not is_unpacking
            or isinstance(value, ast.Tuple | ast.List)
            or self._plain.is_plain(value)
        ):
            return None
        whys = (self._endings.bind(target, node) for target in targets)
        return next((why for why in whys if why is not None), None)

    def _of_added(self, node: ast.AugAssign) -> str | None:
        target = node.target
        if isinstance(target, ast.Name):
            load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
            self._bindings.parents[load] = node
            is_plain = self._plain.is_plain(load)
        else:
            is_plain = isinstance(target, ast.Subscript) and self._plain.is_plain(target.value)
        if is_plain and self._plain.is_plain(node.value):
            return None
        if isinstance(target, ast.Subscript) and self._plain.is_plain(node.value):
            return self._of_written(target.value, node.lineno)
        return self._endings.add_to(node)

    def _of_written(self, target: ast.expr, line: int) -> str | None:
        """Something is written into a tensor: if that may have a graph, who sees it is followed."""
        if self._plain.is_plain(target) or self._plain.is_kept_plain(target):
            return None
        if isinstance(target, ast.BinOp):
            return None
        names = self._ownership.names_of(target)
        if names is None:
            return f"{ast.unparse(target)[:40]} is written into (line {line})"
        whys = (self._endings.follow_all(variable, line) for variable in names)
        return next(filter(None, whys), None)

    def _is_of_container(self, target: ast.Subscript) -> bool:
        """Whether a subscript puts something into a list or a dict, instead of a tensor."""
        if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            return True
        return isinstance(target.value, ast.Name) and self._plain.is_container(
            self._bindings.of(target.value)
        )

    def _of_entered(self, item: ast.withitem) -> str | None:
        """What a `with` enters runs code of its own."""
        entered = item.context_expr
        if isinstance(entered, ast.Call) or entered in self._file.guard_items:
            return None
        if isinstance(entered, ast.Name):
            stores = self._bindings.stores.get(self._bindings.of(entered), ())
            values = [getattr(self._bindings.parents.get(store), "value", None) for store in stores]
            if values and all(map(self._enters_known, values)):
                return None
        return f"{ast.unparse(entered)[:40]} may need a graph (line {entered.lineno})"

    def _enters_known(self, value: ast.expr | None) -> bool:
        match value:
            case ast.IfExp(body=body, orelse=orelse):
                return self._enters_known(body) and self._enters_known(orelse)
            case ast.Call():
                return self._file.callees.of(value).does in (Does.READS, Does.PASSES)
        return False
