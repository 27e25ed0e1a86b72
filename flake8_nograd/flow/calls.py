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


class Calls(Evaluator[Context]):
    """Evaluates calls in the current state of one function of a program."""

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Name) and node.func.id in ("getattr", "setattr"):
            value = self._named_attribute(node, node.func.id)
            if value is not None:
                return value
        receiver, method = None, ""
        if isinstance(node.func, ast.Attribute):
            receiver, method = self.evaluate(node.func.value), node.func.attr
            callee = self.read_attribute(node.func, receiver)
        else:
            callee = self.evaluate(node.func)
        positional: list[Value] = []
        starred: list[Value] = []
        for argument in node.args:
            rest = starred if isinstance(argument, ast.Starred) or starred else positional
            rest.append(self.evaluate(argument))
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is None:
                starred.append(value)
            else:
                keywords[keyword.arg] = value
        assert self.place is not None
        call: Call[Context] = Call(
            node=node,
            function=self.function,
            place=self.place,
            context=self.state.context,
            callee=callee,
            imported=self._imported(callee),
            receiver=receiver,
            method=method,
            positional=tuple(positional),
            keywords=keywords,
            starred=join(starred) if starred else PLAIN,
            result=self.graph.new(Kind.CALL, None),
            loops=self.loops,
        )
        self.graph.payloads[call.result] = call
        value, self.state.context = self.semantics.call(call)
        for store in self.semantics.stores(call):
            self.store(*store)
        return value

    def _imported(self, callee: Value) -> str | None:
        if len(callee.same) == 1:
            (node,) = callee.same
            if self.graph.kinds[node] is Kind.EXTERNAL:
                return str(self.graph.payloads[node])
        return None

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
