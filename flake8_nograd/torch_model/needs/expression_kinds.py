"""What kinds of syntax do with the values that they contain."""

from __future__ import annotations

import ast

# They give a value on, or compute another one from it.
COMPUTING = (
    *(ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.Tuple, ast.List, ast.Set, ast.Dict),
    *(ast.Starred, ast.Subscript, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp),
    *(ast.Await, ast.NamedExpr),
)

# They read a value and give nothing of it.
READING = (ast.Compare, ast.FormattedValue, ast.Assert, ast.If, ast.While, ast.Expr, ast.Slice)
