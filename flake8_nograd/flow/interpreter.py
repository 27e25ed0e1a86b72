"""The structured interpreter: statements, one pass, loops closed through nodes of the graph."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic

from flake8_nograd.flow.definitions import Definitions
from flake8_nograd.flow.graph import Kind
from flake8_nograd.flow.program import Place, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.semantics import Semantics
from flake8_nograd.flow.state import Context, State, flow_into
from flake8_nograd.flow.values import PLAIN, Value, derived, join, value_of
from flake8_nograd.syntax.expressions import nodes_of


@dataclass(slots=True)
class _Loop(Generic[Context]):
    """A loop being interpreted: the states that leave its body early."""

    base: State[Context]
    header: State[Context]
    breaks: list[State[Context]] = field(default_factory=list)
    continues: list[State[Context]] = field(default_factory=list)


def interpret(tree: ast.Module, program: Program[Context], semantics: Semantics[Context]) -> None:
    """Interpret a module, then each of its functions once, outer ones first."""
    program.functions.append(program.module)
    _Interpreter(program, semantics).run(tree)


class _Interpreter(Definitions[Context]):
    def __init__(self, program: Program[Context], semantics: Semantics[Context]) -> None:
        super().__init__(program, semantics)
        self._loops: list[_Loop[Context]] = []
        self._exits: list[Context] = []

    def run(self, tree: ast.Module) -> None:
        self._suite(tree.body)
        self.semantics.exit(self.program.module, [self.state.context])
        while self.pending:
            self._function(self.pending.popleft())
        self._close_variables()

    def _function(self, function: Function) -> None:
        assert function.node is not None
        self.function = self.scope = function
        self.state = State(self.semantics.entry(function))
        self.place, self.loops, self.outer = None, 0, {}
        self._loops, self._exits = [], []
        self._bind_parameters(function)
        if isinstance(function.node, ast.Lambda):
            statement = ast.copy_location(ast.Return(function.node.body), function.node.body)
            self.place = Place(statement, [statement], 0, None, 0)
            self._return(statement)
        else:
            self._suite(function.body)
        if self.state.alive:
            self._exits.append(self.state.context)
        self.semantics.exit(function, self._exits)

    def _suite(self, body: list[ast.stmt]) -> None:
        outer = self.place
        for index, statement in enumerate(body):
            self.place = Place(statement, body, index, outer, self.loops)
            handler = self._statements.get(statement.__class__)
            if handler is not None:
                handler(self, statement)
            if not self.state.alive:
                break
        self.place = outer

    def _branch(self, body: list[ast.stmt]) -> State[Context]:
        """Interpret a suite in a layer of its own and come back to where it forked."""
        base = self.state
        self.state = branch = base.fork()
        self._suite(body)
        self.state = base
        return branch

    def _expression(self, statement: ast.Expr) -> None:
        value = self.evaluate(statement.value)
        if value.aliases or value.dependencies:
            self.semantics.discard(value, statement.value)

    def _assign(self, statement: ast.Assign) -> None:
        value = self.evaluate(statement.value)
        if isinstance(statement.value, ast.BinOp):
            value = self._accumulated(value)
        for target in statement.targets:
            self.bind(target, value, statement.value)

    def _accumulated(self, value: Value) -> Value:
        return self.semantics.accumulate(value, self.function, self.place, self.state.context)

    def _annotated(self, statement: ast.AnnAssign) -> None:
        target, annotation = statement.target, statement.annotation
        value = self.evaluate(statement.value) if statement.value is not None else PLAIN
        if statement.value is not None:
            self.bind(target, value, statement.value)
        nodes = set(value.aliases)
        if isinstance(self.scope, Class) and isinstance(target, ast.Name):
            attribute = self.graph.field(self.graph.intern(Kind.INSTANCE, self.scope), target.id)
            nodes.add(attribute)
            self._annotate(attribute, annotation)
        elif isinstance(target, ast.Attribute):
            nodes |= self.evaluate(target).aliases
        self.program.annotated += ((node, annotation) for node in nodes)

    def _augmented(self, statement: ast.AugAssign) -> None:
        value = self._accumulated(self.evaluate(statement.value))
        target = statement.target
        before = self.evaluate(target)
        if isinstance(target, ast.Name):
            self._note_change(target, before)
            after = derived((before, value))
            after = self.semantics.operate(after, statement.value, self.state.context)
            self.bind_name(target.id, after)
        else:
            within = target.value if isinstance(target, ast.Subscript) else target
            if isinstance(target, ast.Subscript) and isinstance(within, ast.Name):
                self._note_change(target, self.evaluate(within))
            self.store(within, before, value)

    def _return(self, statement: ast.Return) -> None:
        if statement.value is not None:
            value = self.evaluate(statement.value)
            flow_into(value, self.graph.intern(Kind.RETURN, self.function), self.graph)
            self.function.returned_tuples.add(None if value.items is None else len(value.items))
            for position, item in enumerate(value.items or ()):
                node = self.graph.intern(Kind.RETURN, (self.function, position))
                flow_into(item, node, self.graph)
        self._exits.append(self.state.context)
        self.state.alive = False

    def _if(self, statement: ast.If) -> None:
        self.semantics.observe(self.evaluate(statement.test), statement.test)
        branches = [self._branch(statement.body), self._branch(statement.orelse)]
        self.join_branches(self.state, branches)

    def _for(self, statement: ast.For | ast.AsyncFor) -> None:
        items = self.evaluate(statement.iter)
        before = self.state.context
        inside = self.semantics.iterate(items, self.function, before)
        self._suspend_if_async(statement)

        def start() -> None:
            self.state.context = inside
            self.bind(statement.target, items)

        with nullcontext() if inside is before else self._restoring(before):
            self._loop(statement, start)

    def _while(self, statement: ast.While) -> None:
        def start() -> None:
            self.semantics.observe(self.evaluate(statement.test), statement.test)

        self._loop(statement, start)

    def _loop(
        self, statement: ast.For | ast.AsyncFor | ast.While, start: Callable[[], None]
    ) -> None:
        base = self.state
        body = self.state = base.fork_loop()
        assert body.parent is not None
        loop = _Loop(base, body.parent)
        with self._inside(loop):
            start()
            self._suite(statement.body)
        if body.alive:
            loop.continues.append(body.rebased(loop.header, base))
        body.close_loop(loop.continues, self.graph)
        self.join_branches(base, [base.fork(), *loop.continues])
        self._take_for_run(base, loop.continues)
        if statement.orelse:
            self.join_branches(base, [self._branch(statement.orelse)])
        if loop.breaks:
            completed = base.fork()
            completed.alive = base.alive
            self.join_branches(base, [completed, *loop.breaks])

    def _take_for_run(self, base: State[Context], ends: list[State[Context]]) -> None:
        """After a loop the context is that of its body: who writes a loop means it to run."""
        contexts = [end.context for end in ends if end.alive]
        if contexts:
            base.context = self.semantics.join(contexts)

    @contextmanager
    def _inside(self, loop: _Loop[Context]) -> Iterator[None]:
        self._loops.append(loop)
        self.loops += 1
        yield
        self.loops -= 1
        self._loops.pop()

    def _jump(self, statement: ast.Break | ast.Continue) -> None:
        if self._loops:
            loop = self._loops[-1]
            ends = loop.breaks if isinstance(statement, ast.Break) else loop.continues
            ends.append(self.state.rebased(loop.header, loop.base))
        self.state.alive = False

    def _suspend_if_async(self, statement: ast.stmt) -> None:
        """An `async for` or `async with` lets others run where it stands."""
        if isinstance(statement, ast.AsyncFor | ast.AsyncWith):
            self.semantics.suspend(statement, self.function, self.state.context, self.place)

    def _with(self, statement: ast.With | ast.AsyncWith) -> None:
        self._suspend_if_async(statement)
        with self._restoring(self.state.context):
            for item in statement.items:
                value, context = self.evaluate(item.context_expr), self.state.context
                self.state.context = self.semantics.enter(item.context_expr, value, context)
                if item.optional_vars is not None:
                    self.bind(item.optional_vars, value)
            self._suite(statement.body)

    @contextmanager
    def _restoring(self, before: Context) -> Iterator[None]:
        """Whatever way leads out of the block, the context is as the semantics leaves it."""
        mark = len(self._exits)
        yield
        self.state.context = self.semantics.leave(before, self.state.context)
        self._exits[mark:] = [self.semantics.leave(before, end) for end in self._exits[mark:]]

    def _try(self, statement: Any) -> None:
        base, mark = self.state, len(self._exits)
        body = self._branch(statement.body)
        entry = base.fork()
        self.join_branches(entry, [entry.fork(), body.rebased(base, entry)])
        ends: list[State[Context]] = []
        for handler in statement.handlers:
            self.state = branch = entry.fork()
            if handler.name:
                self.bind_name(handler.name, PLAIN)
            self._suite(handler.body)
            end = branch.rebased(base, base)
            end.alive = branch.alive
            ends.append(end)
        self.state = body
        if body.alive:
            self._suite(statement.orelse)
        self.join_branches(base, [body, *ends])
        if statement.finalbody:
            self._finally(statement.finalbody, mark)

    def _finally(self, body: list[ast.stmt], mark: int) -> None:
        """A `finally` also runs on the way of the returns since `mark`."""
        alive, self.state.alive = self.state.alive, True
        returns = self._exits[mark:]
        if returns and not alive:
            self.state.context = self.semantics.join(returns)
        before = self.state.context
        self._suite(body)
        if returns and self.state.context is not before:
            self._exits[mark:] = [self.state.context]
        self.state.alive = self.state.alive and alive

    def _match(self, statement: ast.Match) -> None:
        subject = self.evaluate(statement.subject)
        base = self.state
        branches = [base.fork()]
        for case in statement.cases:
            self.state = branch = base.fork()
            self._bind_pattern(case.pattern, subject)
            if case.guard is not None:
                self.semantics.observe(self.evaluate(case.guard), case.guard)
            self._suite(case.body)
            branches.append(branch)
        self.join_branches(base, branches)

    def _bind_pattern(self, pattern: ast.pattern, subject: Value) -> None:
        for node in nodes_of(pattern):
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if name:
                self.bind_name(name, Value(subject.aliases, subject.dependencies))

    def _class(self, statement: ast.ClassDef) -> None:
        bases = tuple(self.evaluate(base) for base in statement.bases)
        decorators = tuple(self.evaluate(decorator) for decorator in statement.decorator_list)
        cls = Class(self.scope, node=statement, bases=bases, decorators=decorators)
        self.program.classes.append(cls)
        outer_scope, outer_state = self.scope, self.state
        self.scope, self.state = cls, outer_state.fork()
        self._suite(statement.body)
        self.scope, self.state = outer_scope, outer_state
        node = self.graph.intern(Kind.CLASS, cls)
        self.bind_name(statement.name, value_of(node))
        for owner in (self.graph.intern(Kind.INSTANCE, cls), node):
            for name, values in cls.definitions.items():
                if name not in cls.methods:
                    flow_into(join(values), self.graph.field(owner, name), self.graph)

    def _raise(self, statement: ast.Raise) -> None:
        if statement.exc is not None:
            self.evaluate(statement.exc)
        self.state.alive = False

    def _assert(self, statement: ast.Assert) -> None:
        self.semantics.observe(self.evaluate(statement.test), statement.test)

    def _delete(self, statement: ast.Delete) -> None:
        for target in statement.targets:
            if isinstance(target, ast.Name):
                self.state.names[target.id] = PLAIN

    _statements: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        ast.Expr: _expression,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.Return: _return,
        ast.If: _if,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Try: _try,
        ast.Match: _match,
        ast.FunctionDef: Definitions._define,
        ast.AsyncFunctionDef: Definitions._define,
        ast.ClassDef: _class,
        ast.Import: Definitions._import,
        ast.ImportFrom: Definitions._import,
        ast.Global: Definitions._global,
        ast.Nonlocal: Definitions._nonlocal,
        ast.Break: _jump,
        ast.Continue: _jump,
        ast.Raise: _raise,
        ast.Assert: _assert,
        ast.Delete: _delete,
    }
    if hasattr(ast, "TryStar"):
        _statements[ast.TryStar] = _try
