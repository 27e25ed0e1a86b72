"""Where an import of torch goes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from flake8_nograd.fixing.edits import Import
from flake8_nograd.syntax.imports import ImportNode, first_run, groups, is_docstring, roots
from flake8_nograd.syntax.order import runs_with_module
from flake8_nograd.syntax.statements import Statement, Statements


def place_import(statements: Statements, code: str, place: Statement) -> Import:
    """Beside the imports of torch; in a file that imports it lazily, inside the function."""
    relatives = [item for item in statements.all if "torch" in roots(item.node)]
    in_module = [item for item in relatives if runs_with_module(item)]
    at_top = [item for item in in_module if item.around is None]
    reached = [item for item in at_top if item.number <= place.number]
    optional = [item for item in in_module if item.around is not None]
    if reached:
        return Import(reached[0].number, after=False, code=code)
    if optional and not at_top:
        return Import(optional[0].number, after=False, code=code)
    function = place.function
    is_lazy = bool(relatives) and all(item.function is not None for item in relatives)
    if is_lazy and function is not None:
        first = statements.all[function.number + 1]
        if is_docstring(first.node) and len(first.suite) > 1:
            first = first.after
        return Import(first.number, after=False, code=code)
    return _among_imports(statements.top, code)


def _among_imports(top: Sequence[Statement], code: str) -> Import:
    """Among the first run of imports, where a sorter of imports would put it."""
    run = list(first_run(top))
    foreign = next((group for group in groups(run) if any(map(_is_foreign, group))), None)
    if foreign is not None:
        return _in_group(foreign, code)
    own = [item for item in run if not getattr(item.node, "level", 0)]
    if own:
        is_import = isinstance(own[-1].node, ImportNode)
        return Import(own[-1].number, after=True, code=code, apart=is_import)
    return Import((run or top)[0].number, after=False, code=code, apart=True)


def _in_group(group: Sequence[Statement], code: str) -> Import:
    """Behind the last plain import of a package, before what is imported from torch's family."""
    family = [item for item in group if any(root.startswith("torch") for root in roots(item.node))]
    if family:
        return Import(family[0].number, after=False, code=code)
    plain = [item for item in group if isinstance(item.node, ast.Import) and _is_foreign(item)]
    return Import((plain or group)[-1].number, after=True, code=code)


def _is_foreign(statement: Statement) -> bool:
    """Whether this imports something that does not come with Python."""
    return any(
        root not in sys.stdlib_module_names and root != "__future__"
        for root in roots(statement.node)
    )
