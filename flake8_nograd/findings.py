"""The values that leave the analysis: findings, and what a repair needs to know of them."""

from __future__ import annotations

import ast
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from flake8_nograd.syntax.bindings import Bindings, FunctionNode


class Safety(enum.Enum):
    """How sure we are that a repair keeps what the program computes."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Span(NamedTuple):
    """A stretch of source text: 1-based lines, 0-based columns in characters, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


def overlap(one: Span, other: Span) -> bool:
    """Whether two stretches share text."""
    return one[:2] < other[2:] and other[:2] < one[2:]


class Hoisted(NamedTuple):
    """How a forward pass could be evaluated before its statement; an empty text is no reason.

    ``whole`` is the pass with what cuts its result off. The calls of ``earlier`` are evaluated
    before it, so they would have to move as well, in this order.
    """

    whole: ast.Call
    why_not: str
    earlier: tuple[ast.Call, ...] = ()
    doubt: str = ""


class GuardFacts(Protocol):
    """What the analysis knows of code that a guard would cover; each answer is a reason or empty.

    Code is statements, or an expression, of the tree that was analysed.
    """

    @property
    def bindings(self) -> Bindings:
        """Where the names of the file are bound and read."""
        ...

    def need(self, code: Sequence[ast.AST]) -> str:
        """Why a guard over the code may change what the program computes."""
        ...

    def other_need(self, code: Sequence[ast.AST]) -> str:
        """The same, if nobody needs the graphs of the reported forward passes."""
        ...

    def differentiates(self, code: Sequence[ast.AST]) -> str:
        """Why the code has to record: it computes gradients itself."""
        ...

    def lasts(self, code: Sequence[ast.AST]) -> str:
        """Why tensors that are made in the code must not be those of inference mode."""
        ...

    def must_record(self, code: Sequence[ast.AST]) -> str:
        """Why the code has to record: it differentiates, or asks for recording itself."""
        ...

    def deferred(self, node: ast.Call) -> str:
        """Why a forward pass does not run where it is written."""
        ...

    def set_by_hand(self, statement: ast.stmt) -> tuple[bool, int] | None:
        """Whether recording is switched on (or off) by hand around a statement, and the line."""
        ...

    def autocast(self, code: Sequence[ast.AST]) -> str:
        """Why a guard may change what an autocast block around the code keeps."""
        ...

    def other_values(self) -> str:
        """Why a guard may change numbers although nobody needs a graph."""
        ...

    def is_scripted(self, function: FunctionNode) -> bool:
        """Whether TorchScript compiles a function."""
        ...

    def drops_decorators(self, function: FunctionNode) -> bool:
        """Whether a guard above a `def` would not work, or stands there already."""
        ...

    def sees_decorators(self, function: FunctionNode) -> str:
        """Why others may see that a function is another one once it is decorated."""
        ...

    def hoisted(self, node: ast.Call) -> Hoisted:
        """How a forward pass could be evaluated before its statement."""
        ...


class Repair(NamedTuple):
    """Where a guard would go, and how safe that is.

    ``block`` are the fewest whole consecutive statements of one suite that hold every forward
    pass of the finding. ``function`` is the ``def`` around it, ``None`` at module level.
    ``whole_function`` says that nothing in that function needs a graph. ``guard`` is the ``with``
    that ended too early (NGR105), ``None`` for all other findings. ``passes`` are its forward
    passes, ``start`` the one that is reported, ``facts`` what is known of the code around them.
    ``entangled`` says that a statement of the block also runs a forward pass that needs its graph.
    ``cure`` says what is to be done where no edit is made.
    """

    block: tuple[ast.stmt, ...]
    function: FunctionNode | None
    whole_function: bool
    guard: ast.stmt | None
    safety: Safety
    reason: str
    start: ast.Call
    passes: tuple[ast.Call, ...]
    facts: GuardFacts
    entangled: bool = False
    cure: str = ""

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """Nothing of it goes to another process: it lives with the tree that it was made for."""
        return type(None), ()


class Respelling(NamedTuple):
    """What is to be written in place of an expression or a block, and how safe that is."""

    span: Span
    text: str
    safety: Safety
    reason: str
    title: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One report: a 1-based line, a 1-based column in characters, and one line of text.

    Place and code tell findings apart. ``end`` is the line and column just past the call that is
    meant, counted in the same way.
    """

    line: int
    column: int
    code: str
    message: str = field(compare=False)
    repair: Repair | None = field(default=None, compare=False)
    end: tuple[int, int] | None = field(default=None, compare=False)
    respelling: Respelling | None = field(default=None, compare=False)
