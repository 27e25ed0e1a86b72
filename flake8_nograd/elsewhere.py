"""What the analysis of one file may ask of the other files; `project/` answers."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Set
from typing import NamedTuple, Protocol

from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.grad_modes import GradMode


class Place(NamedTuple):
    """A line of another file."""

    path: str
    line: int


class Callers(NamedTuple):
    """What other code does with a function of the file.

    ``modes`` are the grad modes in which it is run, each with a place; ``is_open`` tells that some
    callers have none in sight themselves. ``recording`` is a caller that certainly records,
    ``frozen`` one of callers that all give a model which they have frozen before.
    """

    seen: bool = False
    modes: Mapping[GradMode, Place] = {}
    is_open: bool = True
    recording: Place | None = None
    trained: Place | None = None
    forward: Place | None = None
    frozen: Place | None = None


class Frozen(NamedTuple):
    """A parameter whose modules a function, or a constructor, freezes or thaws.

    ``rest`` tells that it stands for all further arguments, and so has no ``name``; ``to`` is what
    `requires_grad` is set to, or the position of the parameter that says it.
    """

    position: int
    name: str
    rest: bool
    to: bool | str
    to_position: int


class Deed(enum.Enum):
    """What a method that another file defines does."""

    GUARDED = "it switches recording off itself"
    PLAIN = "it runs no forward pass"
    PASS = "it runs a forward pass"
    TRAINS = "it differentiates"
    METHOD = "it is a method, and no attribute that holds a model"


class Reading(enum.Enum):
    """What reading an attribute may run, by the properties of other files that bear its name."""

    STORED = "nothing, or what gives a value that was there before"
    COMPUTED = "a property that computes its value anew"
    MORE = "a property that keeps something, sees recording or trains"


class Elsewhere(Protocol):
    """What is known of names that the file imports, and of those who call its functions."""

    def effect(self, dotted: str) -> Effect | None:
        """What calling something that the project defines does; None if nothing is known."""
        ...

    def freezes(self, dotted: str) -> tuple[Frozen, ...]:
        """Which of its parameters a function, or the constructor of a class, freezes."""
        ...

    def runs(self, dotted: str) -> tuple[int, str] | None:
        """The parameter that a function of the project runs, and hands the result of back."""
        ...

    def guard(self, dotted: str) -> GradMode | None:
        """The grad mode inside `with` a context manager of the project, or under a decorator."""
        ...

    def is_module(self, dotted: str) -> bool | None:
        """Whether a class of the project is an nn.Module."""
        ...

    def outside_bases(self, dotted: str) -> Set[str] | None:
        """The dotted names of a class's ancestors outside the project; None if it has no such."""
        ...

    def ancestor_names(self, dotted: str) -> Set[str]:
        """The names of a class's ancestors in the project."""
        ...

    def method(self, maker: str, name: str) -> Deed | None:
        """What a method does of an object that calling `maker` makes."""
        ...

    def method_named(self, name: str) -> Deed | None:
        """What a method of this name does, if the project's classes agree."""
        ...

    def effect_of_name(self, path: str) -> Effect | None:
        """What calling a name gives, as the file writes it, that other files define."""
        ...

    def behind_star(self, name: str) -> str | None:
        """The dotted name of what `import *` gives a name of the file."""
        ...

    def may_need_recording(self) -> bool:
        """Whether a model of unknown class may differentiate inside of its forward pass."""
        ...

    def may_be_frozen(self) -> bool:
        """Whether a model of unknown class may have been frozen when it was saved."""
        ...

    def thaws_to_train(self) -> bool:
        """Whether the file enters managers that freeze a model again as they end."""
        ...

    def left_behind(self) -> Place | None:
        """Where forward passes of models of other files keep what may have a graph."""
        ...

    def filled(self) -> Set[str]:
        """The attributes that forward passes of other files set of what they are given."""
        ...

    def keeps(self, dotted: str) -> bool:
        """Whether a function of the project may keep what it is given."""
        ...

    def leaves_behind(self, dotted: str) -> bool:
        """Whether a function of the project keeps something, sees recording or trains."""
        ...

    def method_leaves_behind(self, name: str) -> bool:
        """Whether a method of this name of any class of another file does so."""
        ...

    def pass_leaves_behind(self, name: str) -> bool:
        """Whether a method of this name of what may be a model of another file does so."""
        ...

    def unseen(self) -> Place | None:
        """Where other files run something unseen, such as an operator, that leaves something."""
        ...

    def reading(self, name: str) -> Reading:
        """What reading an attribute of this name may run."""
        ...

    def outcome(self, dotted: str) -> Reading:
        """What calling a function of the project does, as if it were a property."""
        ...

    def varies(self, name: str) -> bool:
        """Whether other files set an attribute of this name, or act where it is read."""
        ...

    def is_overloaded(self) -> bool:
        """Whether classes of other files act where a subscript or an operator is evaluated."""
        ...

    def is_overridden(self, cls: str, function: str) -> bool:
        """Whether another file overrides a method by one that may keep what it is given."""
        ...

    def access(self, cls: str, function: str, path: str) -> Deed | None:
        """What a call does in a function of the file, if a class of another file tells it."""
        ...

    def runs_any_model(self, cls: str, function: str, path: str) -> bool:
        """Whether what an access yields in a function of the file runs a model of any class."""
        ...

    def runs_known_class(self, cls: str, function: str, path: str) -> bool:
        """Whether a call runs models of a class whose heirs do not differentiate inside either."""
        ...

    def is_mentioned(self, cls: str, function: str) -> bool:
        """Whether other files hold the name of a function or method, or may compute it."""
        ...

    def callers(self, cls: str, function: str) -> Callers:
        """What is known of the callers of a function of the file, or of a method of a class."""
        ...

    def adding(self, cls: str, method: str) -> Place | None:
        """Where another file gives a method what its own backward pass starts from."""
        ...

    def training(self, cls: str, function: str) -> Place | None:
        """Where a function is called, at any distance, by one that trains."""
        ...


class Nowhere:
    """There are no other files, or none that say anything."""

    def effect(self, dotted: str) -> Effect | None:
        """See `Elsewhere`."""
        return None

    def freezes(self, dotted: str) -> tuple[Frozen, ...]:
        """See `Elsewhere`."""
        return ()

    def runs(self, dotted: str) -> tuple[int, str] | None:
        """See `Elsewhere`."""
        return None

    def guard(self, dotted: str) -> GradMode | None:
        """See `Elsewhere`."""
        return None

    def is_module(self, dotted: str) -> bool | None:
        """See `Elsewhere`."""
        return None

    def outside_bases(self, dotted: str) -> Set[str] | None:
        """See `Elsewhere`."""
        return None

    def ancestor_names(self, dotted: str) -> Set[str]:
        """See `Elsewhere`."""
        return frozenset()

    def method(self, maker: str, name: str) -> Deed | None:
        """See `Elsewhere`."""
        return None

    def method_named(self, name: str) -> Deed | None:
        """See `Elsewhere`."""
        return None

    def effect_of_name(self, path: str) -> Effect | None:
        """See `Elsewhere`."""
        return None

    def behind_star(self, name: str) -> str | None:
        """See `Elsewhere`."""
        return None

    def may_need_recording(self) -> bool:
        """See `Elsewhere`."""
        return False

    def may_be_frozen(self) -> bool:
        """See `Elsewhere`."""
        return False

    def thaws_to_train(self) -> bool:
        """See `Elsewhere`."""
        return False

    def left_behind(self) -> Place | None:
        """See `Elsewhere`."""
        return None

    def filled(self) -> Set[str]:
        """See `Elsewhere`."""
        return frozenset()

    def keeps(self, dotted: str) -> bool:
        """See `Elsewhere`."""
        return False

    def leaves_behind(self, dotted: str) -> bool:
        """See `Elsewhere`."""
        return False

    def method_leaves_behind(self, name: str) -> bool:
        """See `Elsewhere`."""
        return False

    def pass_leaves_behind(self, name: str) -> bool:
        """See `Elsewhere`."""
        return False

    def unseen(self) -> Place | None:
        """See `Elsewhere`."""
        return None

    def reading(self, name: str) -> Reading:
        """See `Elsewhere`."""
        return Reading.STORED

    def outcome(self, dotted: str) -> Reading:
        """See `Elsewhere`."""
        return Reading.MORE

    def varies(self, name: str) -> bool:
        """See `Elsewhere`."""
        return False

    def is_overloaded(self) -> bool:
        """See `Elsewhere`."""
        return False

    def is_overridden(self, cls: str, function: str) -> bool:
        """See `Elsewhere`."""
        return False

    def access(self, cls: str, function: str, path: str) -> Deed | None:
        """See `Elsewhere`."""
        return None

    def runs_any_model(self, cls: str, function: str, path: str) -> bool:
        """See `Elsewhere`."""
        return False

    def runs_known_class(self, cls: str, function: str, path: str) -> bool:
        """See `Elsewhere`."""
        return False

    def is_mentioned(self, cls: str, function: str) -> bool:
        """See `Elsewhere`."""
        return False

    def callers(self, cls: str, function: str) -> Callers:
        """See `Elsewhere`."""
        return Callers()

    def adding(self, cls: str, method: str) -> Place | None:
        """See `Elsewhere`."""
        return None

    def training(self, cls: str, function: str) -> Place | None:
        """See `Elsewhere`."""
        return None


NOWHERE = Nowhere()
