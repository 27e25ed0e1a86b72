"""Is there anything to look at? A cheap answer before the analysis, and never a wrong "no".

Outside the bodies of modules, is there a call that could be a forward pass at all?
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from flake8_nograd.torch_model.vocabulary import frameworks
from flake8_nograd.torch_model.vocabulary.methods import is_hidden_forward
from flake8_nograd.torch_model.vocabulary.words import names_a_model, runs_inference

_SETS_MODE = re.compile(r"\.\s*(?:eval|train)\s*\(")
_DIFFERENTIATES = re.compile(r"\b(?:manual_)?backward\s*\(|\bgrad\s*\(")
_RUNS_ITSELF = re.compile(r"\bself\s*(?:\.\s*forward\s*)?\(")
_GUARDS = re.compile(r"no_?grad|inference_mode|set_grad_enabled", re.IGNORECASE)
_ASSIGNED_ATTRIBUTE = re.compile(r"\.(\w+)\s*(?::[^=\n]*|[+|]|,[^=\n]*)?=(?!=)")
_BUILTINS = frozenset(dir(builtins))

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def may_have_facts(tree: ast.Module, text: str) -> bool:
    """Whether the analysis could have anything to report in a file that speaks of torch."""
    if _DIFFERENTIATES.search(text) and _GUARDS.search(text):
        return True
    return _Triage(tree, text).finds_a_candidate(tree)


class _Triage:
    """One walk over everything but the bodies of plain modules."""

    def __init__(self, tree: ast.Module, text: str) -> None:
        # In such a file a method of a module can be more than a part of its forward pass.
        self._has_active_modules = any(
            sign.search(text) for sign in (_SETS_MODE, _RUNS_ITSELF, _DIFFERENTIATES)
        )
        self._imported = set(_imported(tree.body))
        self._defined = {node.name for node in tree.body if isinstance(node, _Definition)}
        self._attributes = set(_ASSIGNED_ATTRIBUTE.findall(text))
        self._modules: set[str] = set()
        self._rebound: set[str] = set()
        self._called: set[str] = set()
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                self._attributes.update(item.name for item in node.body if _is_function(item))

    def finds_a_candidate(self, tree: ast.Module) -> bool:
        """Whether a call outside of modules' bodies could be a forward pass."""
        todo: list[Any] = list(tree.body)
        while todo:
            node = todo.pop()
            kind = node.__class__
            if kind is ast.Call:
                if self._is_candidate(node.func):
                    return True
            elif kind is ast.Name:
                if node.ctx.__class__ is ast.Store:
                    self._rebound.add(node.id)
                continue
            elif kind is ast.arg:
                self._rebound.add(node.arg)
            elif kind is ast.ClassDef and self._is_plain_module(node):
                continue
            for name in node._fields:
                child = getattr(node, name, None)
                if child.__class__ is list:
                    todo.extend(item for item in child if isinstance(item, ast.AST))
                elif isinstance(child, ast.AST):
                    todo.append(child)
        return not self._called.isdisjoint(self._rebound)

    def _is_candidate(self, callee: ast.expr) -> bool:
        if isinstance(callee, ast.Name):
            self._called.add(callee.id)
            known = self._defined, self._imported, _BUILTINS
            return not any(callee.id in names for names in known)
        if not isinstance(callee, ast.Attribute):
            return not isinstance(callee, ast.Constant | ast.JoinedStr)
        name = callee.attr
        if not (is_hidden_forward(name) or name in self._attributes or names_a_model(name)):
            return False
        root: ast.expr = callee.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id in self._imported:
            self._called.add(root.id)
            return False
        return True

    def _is_plain_module(self, node: ast.ClassDef) -> bool:
        """Whether a class is a module none of whose methods is judged by itself."""
        if self._has_active_modules or not any(map(self._is_module_base, node.bases)):
            return False
        self._modules.add(node.name)
        return not any(
            _is_function(item) and (runs_inference(item.name) or item.name.startswith("on_"))
            for item in node.body
        )

    def _is_module_base(self, base: ast.expr) -> bool:
        name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        return name in self._modules or frameworks.MODULE_BASES.fullmatch(name) is not None


def _is_function(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _imported(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Names that the top level imports, `try` and `if` around an import included."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.Try | ast.If):
            yield from _imported([*node.body, *node.orelse])
            for handler in getattr(node, "handlers", ()):
                yield from _imported(handler.body)
