"""What is known of functions and of the words a call is written with."""

from __future__ import annotations

import ast

import pytest
from watching import watch

from flake8_nograd.syntax.access_path import access_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("model", "model"),
        ("self.net", "self.net"),
        ("a.b.c", "a.b.c"),
        ("nets['a']", "nets.[]"),
        ("self.nets[0].head", "self.nets.[].head"),
        ("build().net", ""),
        ("(a or b).net", ""),
    ],
)
def test_path_of_an_access(text, path):
    assert access_path(ast.parse(text, mode="eval").body) == path


def test_functions_know_who_they_are():
    program = watch(
        """
        class C:
            def method(self, a, /, b, *c, d, **e): pass
            @staticmethod
            def static(a): pass
            @classmethod
            def of(cls): pass
        def outer():
            def inner(): pass
            return lambda x: x
        """
    ).program
    functions = {function.name: function for function in program.functions}
    (cls,) = program.classes
    method = functions["method"]
    assert method.owner is cls
    assert cls.methods["method"] is method
    assert method.positional_parameters() == ["self", "a", "b"]
    assert [item.arg for item in method.parameters()] == ["self", "a", "b", "d", "c", "e"]
    assert functions["static"].is_static
    assert functions["of"].is_classmethod
    inner, outer = functions["inner"], functions["outer"]
    assert list(inner.enclosing()) == [inner, outer, program.module]
    assert functions["<lambda>"].body == []
    assert program.module.name == "<module>"
