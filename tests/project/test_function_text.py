"""A function that is parsed again out of its lines is the one that was parsed with its file."""

from __future__ import annotations

import ast

import pytest
from fixture_programs import FIXTURES

from flake8_nograd.project.function_text import FunctionNode, function_in, lines_of, parsed

TEXTS = {
    "decorated": b"@cache\n@other(\n    1)\ndef f(x):\n    return x\n",
    "on the first line": b"def f(x): return x; y = 1\nz = 2\n",
    "in a class on the first line": b"class A:\n    def f(self):\n        return 1\n",
    "in conditions": b"if a:\n  try:\n    def f(x):\n      return x\n  except E:\n    pass\n",
    "a text that is indented less": b'class A:\n    def f(self):\n        """Text\nhere"""\n# x\n'
    b"        return (\n1)\n    x = 1\n",
    "a text of functions": b'x = """\ndef g():\n    pass\n"""\nasync def f():\n    await g()\n',
    "in another encoding": b"# coding: latin-1\nclass A:\n  def f(self):\n    return '\xe4'\n",
    "with a cookie in the second line": b"#!/bin/python\n# coding: latin-1\ndef f():\n    '\xe4'\n",
    "after a mark of the byte order": b"\xef\xbb\xbf# text\ndef f(self):\n    return '\xc3\xa4'\n",
    "tabs and line ends of Windows": b"class A:\r\n\tdef f(self):\r\n\t\treturn 1\r\n\tx = 1\r\n",
    "line ends of old": b"class A:\r  def f(self):\r    return '''\r'''\r",
    "a continued line before": b"if a: \\\n  x = 1\ndef f():\n    return \\\n1\n",
    "a page break": b"class A:\n    x = '\x0c'\n\x0c    def f(self):\n        return 1\n",
}


def functions(tree: ast.Module) -> list[FunctionNode]:
    return [node for node in ast.walk(tree) if isinstance(node, FunctionNode)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_is_the_same_in_every_spelling(text):
    (function,) = functions(parsed(text))
    again = function_in(lines_of(function), text)
    assert ast.dump(again, include_attributes=True) == ast.dump(function, include_attributes=True)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*.py")), ids=lambda path: path.stem)
def test_it_is_the_same_in_every_fixture(path):
    text = path.read_bytes()
    for function in functions(parsed(text)):
        again = function_in(lines_of(function), text)
        assert ast.dump(again, include_attributes=True) == ast.dump(
            function, include_attributes=True
        )
