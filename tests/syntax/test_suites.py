"""Which suites a statement has, and which statements stand in them."""

from __future__ import annotations

import ast

from flake8_nograd.syntax.suites import inner_suites, own_statements, statements_in

NESTED = """
if test:
    try:
        first()
    except E:
        second()
    def helper():
        third()
match subject:
    case 1:
        fourth()
"""


def test_suites_of_statements():
    [statement] = ast.parse("try: a\nexcept E: b\nelse: c\nfinally: d").body
    assert [ast.unparse(suite[0]) for suite in inner_suites(statement)] == ["a", "c", "d", "b"]


def test_a_definition_has_no_suites_of_its_own():
    [definition] = ast.parse("def f(): a").body
    assert not inner_suites(definition)


def _calls(statements) -> list[str]:
    return [ast.unparse(statement) for statement in statements if isinstance(statement, ast.Expr)]


def test_own_statements_leave_definitions_out():
    assert _calls(own_statements(ast.parse(NESTED).body)) == ["first()", "second()", "fourth()"]


def test_statements_in_enter_definitions_and_clauses():
    assert sorted(_calls(statements_in(ast.parse(NESTED)))) == [
        "first()",
        "fourth()",
        "second()",
        "third()",
    ]
