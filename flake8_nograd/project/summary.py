"""What one file says, made of names: small, frozen, and free of references to other files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from flake8_nograd.project.function_text import FunctionNode, function_in, lines_of
from flake8_nograd.project.kept_values import Kept, computes, is_quiet, kept_by, looks_at_recording
from flake8_nograd.syntax.signatures import ANYTHING, Given, Signature
from flake8_nograd.vocabulary.grad_modes import GradMode

MODULE_BODY = "<module>"
_REGISTERING = frozenset(("register_parameter", "add_module", "register_module", "setattr"))


class CallSite(NamedTuple):
    """A call, by the plain access that is called, such as `self.net.encode` or `build`.

    ``grad`` is the mode that its function gives it, ``managers`` are the calls around it in `with`
    items that may turn out to be guards, innermost first.
    """

    path: str
    line: int
    grad: GradMode
    managers: tuple[str, ...]
    trained: bool  # the result is differentiated in the same function
    returned: bool
    stored: bool
    main_block: bool
    argument: str  # the plain access that is given first
    passed: bool = False  # it is not called here but given to something that may call it
    kept_in: tuple[str, ...] = ()  # the attributes of `self` that the result may get into
    differentiated: bool = False  # the argument is what a backward pass of the function starts from
    when: str = ""  # the flag under which it stands, see `Freeze`
    given: Given = ANYTHING

    @property
    def name(self) -> str:
        """The last name of what is called."""
        return self.path.rpartition(".")[2]


class Freeze(NamedTuple):
    """`requires_grad` of all parameters of ``what`` is set to False, or to a parameter's value.

    ``when`` is the flag that decides whether, such as `frozen` or `not self.trains`; "" stands for
    always, "?" for any other condition.
    """

    what: str
    to: bool | str
    when: str


@dataclass(eq=False, slots=True)
class FunctionSummary:
    """A function or method; the body of the module is one as well."""

    name: str
    line: int
    grad: GradMode  # what decorators, or guards around all of the body, give it
    managed_by: tuple[str, ...]  # decorators and managers of all of the body, as plain accesses
    parameters: tuple[str, ...]
    rest: str  # the parameter that takes all further arguments
    annotations: Mapping[str, str]
    calls: tuple[CallSite, ...]
    returns: tuple[
        str, ...
    ]  # what is returned: the accesses that are called or named, "" if unsure
    locals: Mapping[str, tuple[str, ...]]  # what variables are made by, in the same way
    freezes: tuple[Freeze, ...]
    differentiates: bool
    differentiated: tuple[str, ...]  # parameters whose values are
    trained_attributes: frozenset[str]  # of `self`, such as `self.losses`
    yields: GradMode | None  # the mode in which a context manager runs the `with` body
    is_generator: bool
    is_property: bool = False  # it is read like an attribute, and never called itself
    # of the parameters with a literal for a default, whether that is true
    defaults: Mapping[str, bool] = field(default_factory=dict)
    signature: Signature | None = None  # None if a decorator may change it

    @property
    def is_method(self) -> bool:
        """Whether the first parameter stands for the object."""
        return self.parameters[:1] in (("self",), ("cls",))

    @property
    def frozen_by_default(self) -> list[str]:
        """What is frozen if every flag has its default."""
        frozen = (item for item in self.freezes if not self.thaws_by_default(item))
        return [item.what for item in frozen if self.holds_by_default(item.when)]

    def thaws_by_default(self, item: Freeze) -> bool:
        """Whether what sets `requires_grad` may set it to True if no flag is given."""
        return item.to is not False and self.defaults.get(str(item.to)) is not False

    def holds_by_default(self, when: str) -> bool:
        """Whether a flag is set as it has to be for callers who say nothing of it."""
        if not when:
            return True
        name = when.removeprefix("not ")
        made = self.locals.get(name, ())
        is_set = self.defaults.get(made[0] if len(made) == 1 else name)
        return is_set is not None and is_set is (name == when)


class Functions(Mapping[str, FunctionSummary]):
    """The functions of a file or class by name; each is read when somebody asks for it."""

    def __init__(
        self,
        nodes: Mapping[str, FunctionNode],
        read: Callable[[FunctionNode], FunctionSummary],
        known: Mapping[str, FunctionSummary] | None = None,
    ) -> None:
        self._nodes = nodes
        self._text = b""
        self._lines = {name: lines_of(node) for name, node in nodes.items()}
        self._read = read
        self._known = dict(known or {})
        self._kept: dict[str, tuple[Kept, ...]] = {}

    def __getitem__(self, name: str) -> FunctionSummary:
        if name not in self._known:
            node = self.node(name)
            if node is None:
                raise KeyError(name)
            self._known[name] = self._read(node)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._lines or name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._lines, *self._known)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def kept(self, name: str) -> tuple[Kept, ...]:
        """What a function keeps beyond its call that may have a graph."""
        if name not in self._kept:
            node = self.node(name)
            self._kept[name] = tuple(kept_by(node)) if node is not None else ()
        return self._kept[name]

    def looks_at_recording(self, name: str) -> int:
        """The line in which a function asks whether something is recorded; 0 if nowhere."""
        node = self.node(name)
        return looks_at_recording(node) if node is not None else 0

    def is_quiet(self, name: str) -> bool:
        """Whether a function only looks things up."""
        node = self.node(name)
        return node is not None and is_quiet(node)

    def computes(self, name: str) -> bool:
        """Whether a function may give a value that it has recorded itself."""
        node = self.node(name)
        return node is not None and computes(node)

    def node(self, name: str) -> FunctionNode | None:
        """The syntax of a function; None for the body of a module."""
        if name in self._nodes:
            return self._nodes[name]
        return function_in(self._lines[name], self._text) if name in self._lines else None

    def around(self, lines: Iterable[int]) -> list[str]:
        """The names of the functions in which some lines lie."""
        return [name for name, own in self._lines.items() if any(line in own for line in lines)]

    def let_go(self, text: bytes) -> None:
        """Keep no syntax tree: what has not been read yet is parsed again out of its text."""
        self._nodes, self._text = {}, text


@dataclass(eq=False)
class ClassSummary:
    """A class: its bases as they are written, its methods, and what its attributes are made by."""

    name: str
    line: int
    bases: tuple[str, ...]
    methods: Functions
    annotations: Mapping[str, str]  # the classes of attributes that the body only annotates

    @cached_property
    def attributes(self) -> Mapping[str, tuple[str, ...]]:
        """What each attribute of `self` is made by."""
        found: dict[str, dict[str, None]] = {}
        for method in self.methods.values():
            for path, made in method.locals.items():
                if path.startswith("self.") and path.count(".") == 1:
                    found.setdefault(path[5:], {}).update(dict.fromkeys(made))
        return {name: tuple(made) for name, made in found.items()}

    @cached_property
    def registers(self) -> bool:
        """Whether parameters or modules are added by a name that is computed."""
        return any(
            call.name in _REGISTERING for item in self.methods.values() for call in item.calls
        )


@dataclass(eq=False, slots=True)
class ModuleSummary:
    """A file: what its names are imported as, and what it defines."""

    path: str
    imports: Mapping[str, str]
    stars: tuple[str, ...]
    aliases: Mapping[str, str]
    classes: Mapping[str, ClassSummary]
    functions: Functions

    def all_functions(self) -> Iterator[tuple[ClassSummary | None, FunctionSummary]]:
        """The functions and methods, each with its class, and the module's body."""
        yield from ((None, function) for function in self.functions.values())
        for cls in self.classes.values():
            yield from ((cls, method) for method in cls.methods.values())

    def around(self, lines: Collection[int]) -> list[tuple[ClassSummary | None, FunctionSummary]]:
        """The functions and methods in which some lines lie; the module's body always."""
        found: list[tuple[ClassSummary | None, FunctionSummary]] = [
            (None, self.functions[name]) for name in self.functions.around(lines)
        ]
        found += (
            (cls, cls.methods[name])
            for cls in self.classes.values()
            for name in cls.methods.around(lines)
        )
        return [*found, (None, self.functions[MODULE_BODY])]

    def let_go(self, text: bytes) -> None:
        """See `Functions`."""
        for functions in (self.functions, *(cls.methods for cls in self.classes.values())):
            functions.let_go(text)
