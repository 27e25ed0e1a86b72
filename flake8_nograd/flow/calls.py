"""Calls, and how they reach the callee: with which arguments, on which receiver."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, ClassVar

from flake8_nograd.flow.expressions import Evaluator
from flake8_nograd.flow.graph import Kind
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.state import Context
from flake8_nograd.flow.values import PLAIN, Value, join

_BY_NAME = frozenset(("getattr", "setattr"))


class Calls(Evaluator[Context]):
    """Evaluates calls in the current state of one function of a program."""

    def _call(self, node: ast.Call, written: ast.Call | None = None, runner: str = "") -> Value:
        receiver, method = None, ""
        function = node.func
        if isinstance(function, ast.Attribute):
            receiver, method = self.evaluate(function.value), function.attr
            callee = self.read_attribute(function, receiver)
        else:
            if isinstance(function, ast.Name) and function.id in _BY_NAME:
                value = self._named_attribute(node, function.id)
                if value is not None:
                    return value
            callee = self.evaluate(function)
        imported = self._imported(callee)
        written_out = self._written_out(node, imported) if imported is not None else None
        if written_out is not None:
            return self._call(written_out, written or node, imported or "")
        positional, keywords, starred = self._arguments(node)
        assert self.place is not None
        call: Call[Context] = Call(
            node=node,
            function=self.function,
            place=self.place,
            context=self.state.context,
            callee=callee,
            imported=imported,
            receiver=receiver,
            method=method,
            positional=positional,
            keywords=keywords,
            starred=starred,
            result=self.graph.new(Kind.CALL, None),
            loops=self.loops,
            written=written,
            runner=runner,
        )
        self.graph.payloads[call.result] = call
        value, self.state.context = self.semantics.call(call)
        for store in self.semantics.stores(call):
            self.store(*store)
        return value

    def _arguments(self, node: ast.Call) -> tuple[tuple[Value, ...], dict[str, Value], Value]:
        """The values given by position, by keyword, and in no order that is known."""
        positional: list[Value] = []
        starred: list[Value] = []
        for argument in node.args:
            rest = starred if starred or argument.__class__ is ast.Starred else positional
            rest.append(self.evaluate(argument))
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is None:
                starred.append(value)
            else:
                keywords[keyword.arg] = value
        return tuple(positional), keywords, join(starred) if starred else PLAIN

    def _imported(self, callee: Value) -> str | None:
        if len(callee.aliases) == 1:
            (node,) = callee.aliases
            if self.graph.kinds[node] is Kind.EXTERNAL:
                return str(self.graph.payloads[node])
        return None

    def _written_out(self, node: ast.Call, imported: str) -> ast.Call | None:
        """The call that a function makes which only runs what it is given."""
        parameter = self.semantics.runs(imported)
        if parameter is None:
            return None
        position, name = parameter
        args, keywords = list(node.args), list(node.keywords)
        if any(isinstance(argument, ast.Starred) for argument in args[: position + 1]):
            return None
        if position < len(args):
            run = args.pop(position)
        else:
            given = [keyword for keyword in keywords if keyword.arg == name]
            if not given:
                return None
            run = given[0].value
            keywords.remove(given[0])
        return ast.copy_location(ast.Call(run, args, keywords), node)

    def _named_attribute(self, node: ast.Call, function: str) -> Value | None:
        """What `getattr` and `setattr` with a literal name stand for."""
        match function, node.args:
            case "getattr", [owner, ast.Constant(value=str(name)), *default]:
                return join(map(self.evaluate, (_attribute(owner, name, node), *default)))
            case "setattr", [owner, ast.Constant(value=str(name)), new]:
                self.bind(_attribute(owner, name, node), self.evaluate(new), new)
                return PLAIN
        return None

    _expressions: ClassVar[dict[type, Callable[[Any, Any], Value]]] = {
        **Evaluator._expressions,
        ast.Call: _call,
    }


def _attribute(owner: ast.expr, name: str, node: ast.Call) -> ast.Attribute:
    return ast.copy_location(ast.Attribute(owner, name, ast.Load()), node)
