"""One function read: its calls and their grad modes, what it returns, freezes, differentiates."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flake8_nograd.flow.scopes import is_property
from flake8_nograd.project.expressions import (
    annotated_classes,
    arguments_of,
    defaults_of,
    is_main_test,
    path_called,
)
from flake8_nograd.project.freezes import Freezes, flag_asked
from flake8_nograd.project.function_text import FunctionNode
from flake8_nograd.project.guard_spelling import GuardSpelling
from flake8_nograd.project.summary import CallSite, FunctionSummary
from flake8_nograd.project.value_names import (
    RETURNED,
    STORED,
    TRAINED,
    ValueNames,
    made_by,
    makers_of,
    methods_in,
    name_of_call,
    sources_of,
    unscaled,
)
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.signatures import ANYTHING, Given, Signature
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary

_STARTING = frozenset(("Thread", "Process", "Timer", "run_in_executor", "map_async"))
_WITHOUT_TORCH = frozenset((Effect.FOREIGN, Effect.NUMBERS))
_Loop = ast.For | ast.AsyncFor
_With = ast.With | ast.AsyncWith


class FunctionReader:
    """Walks the statements of one function once; what lies inside of it belongs to it."""

    def __init__(self, spelling: GuardSpelling, vocabulary: Vocabulary) -> None:
        self._spelling = spelling
        self._vocabulary = vocabulary
        self._grad = GradMode.INHERITED
        self._managers: tuple[str, ...] = ()
        self._main_block = False
        self._values = ValueNames()
        self._when = ""  # the flag of the `if` around, see `Freeze`
        self._calls: list[tuple[ast.Call, GradMode, tuple[str, ...], bool, int, str]] = []
        self._returns: dict[str, None] = {}
        self._locals: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._freezes = Freezes()
        self._differentiates = False
        # Of backward passes, as plain accesses, and the line of the inner function they are in.
        self._starts: set[tuple[int, str]] = set()
        self._inside = 0
        self._numbers: set[str] = set()  # names that stand for a number as well
        self._yields: set[GradMode] = set()

    def read(
        self, name: str, body: Sequence[ast.stmt], node: FunctionNode | None
    ) -> FunctionSummary:
        """The summary of a function, or of the body of a module."""
        outer, managed_by = self._outer_mode(body, node)
        self._suite(body)
        arguments = arguments_of(node)
        trained = self._values.reaching(TRAINED)
        return FunctionSummary(
            name=name,
            line=node.lineno if node is not None else 1,
            grad=outer,
            managed_by=managed_by,
            parameters=tuple(item.arg for item in arguments),
            rest=node.args.vararg.arg if node is not None and node.args.vararg else "",
            annotations=annotated_classes(node),
            calls=tuple(self._call_sites(trained)),
            returns=tuple(self._returns),
            locals={key: tuple(made) for key, made in self._locals.items()},
            freezes=tuple(self._freezes.found),
            differentiates=self._differentiates,
            differentiated=tuple(item.arg for item in arguments if item.arg in trained),
            trained_attributes=frozenset(name for name in trained if name.startswith("self.")),
            yields=next(iter(self._yields)) if len(self._yields) == 1 else None,
            is_generator=bool(self._yields),
            is_property=node is not None and is_property(node),
            defaults=defaults_of(node),
            signature=None if node is None or node.decorator_list else Signature.of(node.args),
        )

    def _outer_mode(
        self, body: Sequence[ast.stmt], node: FunctionNode | None
    ) -> tuple[GradMode, tuple[str, ...]]:
        """The mode that holds for all of a function, and what may set it unseen."""
        if node is None or isinstance(node, ast.AsyncFunctionDef):
            return GradMode.INHERITED, ()
        managed: list[str] = []
        for decorator in node.decorator_list:
            mode = self._spelling.of(decorator)
            if mode is not None:
                return mode, ()
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            managed.append(access_path(called))
        return GradMode.INHERITED, tuple(filter(None, managed))

    def _suite(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)
            else:
                self._plain(statement)

    def _plain(self, statement: ast.AST) -> None:
        """A statement without a meaning of its own, and the suites in it."""
        for name, value in ast.iter_fields(statement):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                before = self._grad
                self._suite(value)
                if name == "orelse":
                    self._grad = before
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.expr):
                        self._expression(item)
                    elif isinstance(item, ast.AST):
                        self._plain(item)
            elif isinstance(value, ast.expr):
                self._expression(value)

    def _if(self, statement: ast.If) -> None:
        before = self._main_block, self._when
        self._main_block = self._main_block or is_main_test(statement.test)
        self._expression(statement.test)
        self._when, otherwise = flag_asked(statement.test, self._when)
        self._suite(statement.body)
        mode, self._when = self._grad, otherwise
        self._suite(statement.orelse)
        self._grad = mode
        self._main_block, self._when = before

    def _with(self, statement: _With) -> None:
        before = self._grad, self._managers
        for item in statement.items:
            self._expression(item.context_expr)
            mode = self._spelling.of(item.context_expr)
            if mode is not None:
                self._grad = self._grad.under(mode)
                continue
            path = made_by(item.context_expr)
            if path.endswith("()"):
                self._managers = (path[:-2], *self._managers)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, item.context_expr)
        self._suite(statement.body)
        self._grad, self._managers = before

    def _inner(self, statement: FunctionNode | ast.ClassDef) -> None:
        """What lies inside of a function runs in it, as far as anybody can see."""
        before = self._grad, self._returns, self._inside
        self._returns = {}
        self._inside = statement.lineno
        for decorator in statement.decorator_list:
            mode = self._spelling.of(decorator)
            if mode is not None:
                self._grad = mode
        self._suite(statement.body)
        self._grad, self._returns, self._inside = before

    def _assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign) -> None:
        value = statement.value
        if value is None:
            return
        self._expression(value)
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            self._bind(target, value)
            if isinstance(target, ast.Attribute) and target.attr == "requires_grad":
                self._freezes.note(access_path(target.value), value, self._when)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            whole = not isinstance(value, ast.Tuple) or len(value.elts) != len(target.elts)
            for position, part in enumerate(target.elts):
                self._bind(part, value if whole else value.elts[position])  # type: ignore[attr-defined]
            return
        path = access_path(target.value if isinstance(target, ast.Starred) else target)
        if not path:
            return
        plain = path.replace(".[]", "")
        sources = list(sources_of(value))
        self._values.lead(sources, plain)
        if not sources and not isinstance(value, ast.Constant):
            self._numbers.add(path)
        if isinstance(target, ast.Attribute | ast.Subscript) and plain.startswith("self."):
            self._values.lead((plain,), STORED)
        if plain == path:
            self._locals[path].update(dict.fromkeys(makers_of(value)))

    def _for(self, statement: _Loop) -> None:
        self._expression(statement.iter)
        over = statement.iter
        self._values_of_loop(statement.target, over)
        self._freezes.loop(statement.target, over)
        self._suite(statement.body)
        self._suite(statement.orelse)

    def _values_of_loop(self, target: ast.expr, over: ast.expr) -> None:
        sources = list(sources_of(over))
        for part in nodes_of(target):
            if isinstance(part, ast.Name):
                self._values.lead(sources, part.id)

    def _return(self, statement: ast.Return) -> None:
        if statement.value is None:
            return
        self._expression(statement.value)
        self._values.lead(sources_of(statement.value), RETURNED)
        self._returns[made_by(statement.value)] = None

    def _expression(self, node: ast.expr) -> None:
        """The calls in an expression, and what it yields."""
        for part in nodes_of(node):
            if isinstance(part, ast.Call):
                self._call(part)
            elif isinstance(part, ast.Yield):
                self._yields.add(self._grad)
                if part.value is not None:
                    self._values.lead(sources_of(part.value), RETURNED)
            elif isinstance(part, ast.comprehension):
                self._values_of_loop(part.target, part.iter)
            elif isinstance(part, ast.NamedExpr):
                self._bind(part.target, part.value)

    def _call(self, node: ast.Call) -> None:
        place = self._main_block, self._inside, self._when
        self._calls.append((node, self._grad, self._managers, *place))
        switched = self._spelling.switched_by(node)
        if switched is not None:
            self._grad = switched
        function = node.func
        method = function.attr if isinstance(function, ast.Attribute) else ""
        if isinstance(function, ast.Attribute):
            self._method(node, function, method)
        dotted = self._spelling.dotted(access_path(function))
        if self._vocabulary.effect(dotted) is Effect.TRAINS if "." in dotted else False:
            self._train(node, [*node.args, *(keyword.value for keyword in node.keywords)])

    def _method(self, node: ast.Call, function: ast.Attribute, method: str) -> None:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if self._trains(function.value, method):
            self._train(node, [function.value, *given] if method == "backward" else given)
        elif method == "enter_context" and node.args:
            mode = self._spelling.of(node.args[0])
            self._grad = mode if mode is not None else self._grad
            path = made_by(node.args[0])
            if mode is None and path.endswith("()"):
                self._managers = (path[:-2], *self._managers)
        elif method == "requires_grad_":
            to = given[0] if given else ast.Constant(True)
            self._freezes.note(access_path(function.value), to, self._when)
        elif method in methods.KEEPS and given:
            owner = access_path(function.value).replace(".[]", "")
            for value in given:
                self._values.lead(sources_of(value), owner or STORED)
            if owner.startswith("self."):
                self._values.lead((owner,), STORED)

    def _trains(self, owner: ast.expr, method: str) -> bool:
        """Whether a method differentiates; one of what is made without torch does not."""
        made = self._locals.get(access_path(owner), ())
        effects = {self._vocabulary.effect(self._spelling.dotted(item[:-2])) for item in made}
        trains = method in methods.TRAINING_METHODS or self._vocabulary.trains(method)
        return trains and not (effects and effects <= _WITHOUT_TORCH)

    def _train(self, node: ast.Call, values: Iterable[ast.expr]) -> None:
        for value in values:
            self._values.lead(sources_of(value), TRAINED)
            self._starts.add((self._inside, access_path(unscaled(value))))
        self._differentiates = self._differentiates or self._grad is not GradMode.OFF

    def _call_sites(self, trained: set[str]) -> Iterator[CallSite]:
        returned, stored = self._values.reaching(RETURNED), self._values.reaching(STORED)
        kept = self._values.attributes_reached()
        for node, grad, managers, main_block, inside, when in self._calls:
            path = path_called(node.func)
            if not path:
                continue
            name = name_of_call(node)
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            argument = access_path(node.args[0]) if node.args else ""
            starts = (
                argument and argument not in self._numbers and (inside, argument) in self._starts
            )
            site = CallSite(
                path=path,
                line=node.lineno,
                grad=grad,
                managers=managers,
                trained=name in trained and not grad.is_off,
                returned=name in returned,
                stored=name in stored,
                main_block=main_block,
                argument=argument,
                kept_in=tuple(kept.get(name, ())),
                differentiated=bool(starts) and not grad.is_off,
                when=when,
                given=Given.by(node),
            )
            yield site
            for method in methods_in(self._locals.get(path, ())):
                yield site._replace(path=method)
            if site.name in methods.DEFERS or site.name in _STARTING:
                continue  # it runs later, without the guards around it
            for item in given:
                if isinstance(item, ast.Name | ast.Attribute) and (passed := access_path(item)):
                    yield site._replace(path=passed, passed=True, given=ANYTHING)


_STATEMENTS: dict[type, Callable[[FunctionReader, Any], None]] = {
    ast.If: FunctionReader._if,
    ast.With: FunctionReader._with,
    ast.AsyncWith: FunctionReader._with,
    ast.FunctionDef: FunctionReader._inner,
    ast.AsyncFunctionDef: FunctionReader._inner,
    ast.ClassDef: FunctionReader._inner,
    ast.Assign: FunctionReader._assign,
    ast.AnnAssign: FunctionReader._assign,
    ast.AugAssign: FunctionReader._assign,
    ast.For: FunctionReader._for,
    ast.AsyncFor: FunctionReader._for,
    ast.Return: FunctionReader._return,
}
