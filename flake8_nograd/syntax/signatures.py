"""What functions take and calls give: whether the one can be a call of the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Given(NamedTuple):
    """The arguments of a call, without their values."""

    positional: int
    keywords: frozenset[str]
    is_open: bool  # there are more behind a star

    @classmethod
    def by(cls, call: ast.Call) -> Given:
        """What a call gives."""
        keywords = {keyword.arg for keyword in call.keywords}
        return cls(
            positional=len(call.args),
            keywords=frozenset(filter(None, keywords)),
            is_open=None in keywords or any(isinstance(item, ast.Starred) for item in call.args),
        )


ANYTHING = Given(0, frozenset(), is_open=True)


class Signature(NamedTuple):
    """The parameters of a function as its callers see them."""

    positional: tuple[str, ...]
    required: int  # how many of those have no default
    named: frozenset[str]
    takes_more: bool  # by position
    takes_any: bool  # by name

    @classmethod
    def of(cls, arguments: ast.arguments) -> Signature:
        """The signature of a function, with the first parameter of a method."""
        names = positional(arguments)
        return cls(
            positional=tuple(names),
            required=len(names) - len(arguments.defaults),
            named=frozenset(item.arg for item in arguments.kwonlyargs),
            takes_more=arguments.vararg is not None,
            takes_any=arguments.kwarg is not None,
        )

    @property
    def bound(self) -> Signature:
        """The signature without the parameter that stands for the object."""
        return self._replace(positional=self.positional[1:], required=max(self.required - 1, 0))

    def may_take(self, given: Given) -> bool:
        """Whether there is a parameter for each argument, and no other is needed."""
        if given.is_open:
            return True
        if given.positional > len(self.positional) and not self.takes_more:
            return False
        if not self.takes_any and given.keywords - self.named - {*self.positional}:
            return False
        return given.keywords.issuperset(self.positional[given.positional : self.required])


def positional(arguments: ast.arguments) -> list[str]:
    """Names of the parameters that can be given by position."""
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, starred ones last."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return named + [star for star in (arguments.vararg, arguments.kwarg) if star is not None]


def defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    """The parameters that have a default, each with it."""
    if arguments.defaults:
        names = positional(arguments)[-len(arguments.defaults) :]
        yield from zip(names, arguments.defaults, strict=True)
    for parameter, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if value is not None:
            yield parameter.arg, value
