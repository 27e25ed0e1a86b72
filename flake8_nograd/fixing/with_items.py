"""One more item for a standing `with`, in the manner of those that are there."""

from __future__ import annotations

import libcst as cst

Whitespace = cst.BaseParenthesizableWhitespace
_SPACE = cst.SimpleWhitespace(" ")


def with_item(statement: cst.With, guard: str) -> cst.With:
    """Add an item at the end; every comment stays behind the item that it follows."""
    *others, last = statement.items
    added = cst.WithItem(cst.parse_expression(guard), comma=last.comma)
    closing = _closing(statement)
    if isinstance(closing, cst.ParenthesizedWhitespace):
        between: Whitespace = _like(_opening(statement), closing)
        statement = statement.with_changes(
            rpar=cst.RightParen(closing.with_changes(first_line=_bare(closing), empty_lines=()))
        )
    else:
        between = _between(others)
    comma = cst.Comma(whitespace_after=between)
    return statement.with_changes(items=[*others, last.with_changes(comma=comma), added])


def _closing(statement: cst.With) -> Whitespace | None:
    rpar = statement.rpar
    return rpar.whitespace_before if isinstance(rpar, cst.RightParen) else None


def _opening(statement: cst.With) -> Whitespace | None:
    lpar = statement.lpar
    return lpar.whitespace_after if isinstance(lpar, cst.LeftParen) else None


def _like(
    opening: Whitespace | None, closing: cst.ParenthesizedWhitespace
) -> cst.ParenthesizedWhitespace:
    """A line break with the comments that stood before the parenthesis, and an item's indent."""
    if isinstance(opening, cst.ParenthesizedWhitespace):
        return closing.with_changes(indent=opening.indent, last_line=opening.last_line)
    return closing


def _bare(whitespace: cst.ParenthesizedWhitespace) -> cst.TrailingWhitespace:
    return cst.TrailingWhitespace(newline=whitespace.first_line.newline)


def _between(others: list[cst.WithItem]) -> Whitespace:
    """What stands between the last two items, comments left out."""
    comma = others[-1].comma if others else None
    if not isinstance(comma, cst.Comma) or comma.whitespace_after.empty:
        return _SPACE
    found = comma.whitespace_after
    if isinstance(found, cst.ParenthesizedWhitespace):
        return found.with_changes(first_line=_bare(found), empty_lines=())
    return found
