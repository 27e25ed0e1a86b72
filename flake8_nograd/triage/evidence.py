"""Does a file show that anything in it is a module? Asked of what it mentions, not of its flow.

A value counts as a module by what made it, by how it is used, by its annotation or by its name.
The first three leave a trace somewhere in the file, though not where the value is called.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from flake8_nograd.flow.scopes import is_decorated
from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.signatures import positional
from flake8_nograd.triage.candidates import Candidate, Needs
from flake8_nograd.triage.names import Path, dotted_names
from flake8_nograd.triage.syntax_index import OwnClass, SyntaxIndex
from flake8_nograd.triage.text_prefilter import TextPrefilter
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.annotations import names_module_class
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.frameworks import is_function_base, is_module_base
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import names_a_model, names_something_else

_ONLY_OF_MODULES = frozenset(
    methods.ONLY_OF_MODULES | methods.ALMOST_ONLY_OF_MODULES | {"eval", "train"}
)
# What tells that something is a module, if it is read from that.
_TELLING = _ONLY_OF_MODULES | methods.MODULE_ATTRIBUTES | methods.WRAPPED_MODULE
# Effects whose results are no modules, even if they are used like one; and unless they are.
_OTHERS = frozenset((Effect.FOREIGN, Effect.OPTIMIZER))
_UNLESS_USED = _OTHERS | {Effect.OBJECT}
_NAME = lazy_pattern(r"\w+")


class Evidence:
    """What speaks for modules in a file, whichever of its values they are."""

    def __init__(
        self, index: SyntaxIndex, lines: Sequence[str], text: TextPrefilter, vocabulary: Vocabulary
    ) -> None:
        self._outside = index
        self._lines = lines
        self._text = text
        self._vocabulary = vocabulary

    def allows(self, candidate: Candidate) -> bool:
        """Whether what is called may be a module for all that the file shows."""
        name, needs, makers = candidate
        if needs is Needs.METHOD:
            return name in self._methods_left_out
        if needs is Needs.VALUE and not self._is_stored(name):
            return self._is_used and not names_something_else(name)
        if makers and self._make_no_module(makers, name):
            return False
        if any(map(self._makes_something_unknown, makers)):
            return True
        if self._is_certain or (name == "self" and self._module_classes):
            return True
        if names_something_else(name):
            return False
        if name in methods.CERTAIN_MODULES or self._is_used:
            return True
        return needs < Needs.USE and (
            self._is_likely or (needs is Needs.NAME and names_a_model(name))
        )

    def _make_no_module(self, makers: Collection[Path], name: str) -> bool:
        """Whether calls certainly make objects of some other kind, to which a name is given."""
        effects: set[Effect | None] = set()
        for maker in makers:
            names = self._dotted(maker)
            if not names or self._binds(maker[0]) or maker[0] in self._outside.defined:
                return False
            effects.update(map(self._vocabulary.effect, names))
        return effects <= _OTHERS or (effects <= _UNLESS_USED and not self._may_be_used(name))

    def _makes_something_unknown(self, maker: Path) -> bool:
        """Whether a call makes an object of a class of which other files may tell."""
        names = self._dotted(maker)
        is_class = maker[-1][:1].isupper() and bool(names)
        return is_class and all(self._vocabulary.effect(name) is None for name in names)

    def _may_be_used(self, name: str) -> bool:
        """Whether a name may be used as those of modules are, or go by another one."""
        is_read = any((name,) in index.reads for index in self._indexes)
        return is_read or name in self._names_used

    @cached_property
    def _names_used(self) -> set[str]:
        return {path[0] for path in self._paths if not _TELLING.isdisjoint(path)}

    @cached_property
    def _indexes(self) -> tuple[SyntaxIndex, SyntaxIndex]:
        """What is outside of forward passes, and what is inside."""
        return self._outside, SyntaxIndex(self._outside.left_out, self._lines)

    @cached_property
    def _paths(self) -> set[Path]:
        return {path for index in self._indexes for path in (*index.calls, *index.reads)}

    def _is_stored(self, attribute: str) -> bool:
        """Whether an attribute is assigned, or may be by `setattr`."""
        if "setattr" in self._text.text and attribute in self._text.quoted:
            return True
        return attribute in self._outside.stored or attribute in self._indexes[1].stored

    @cached_property
    def _methods_left_out(self) -> set[str]:
        """Methods of modules in which there may be passes; those in others are candidates."""
        classes = self._module_classes
        returning = {name for cls in classes for name in self._outside.returning(cls)}
        return returning.intersection(method.name for method in self._outside.left_out)

    @cached_property
    def _is_certain(self) -> bool:
        """Whether there is a module, not only `self`, of which no name can say that it is none."""
        return (
            Effect.MODULE in self._made
            or any(map(self._has_instances, self._module_classes))
            or self._vocabulary.speaks_of_factory(self._text.text)
        )

    @cached_property
    def _is_likely(self) -> bool:
        """Whether there is what may be a module, if its name says nothing else."""
        return Effect.LIKELY_MODULE in self._made or any(
            names_module_class(annotation)
            for index in self._indexes
            for annotation in index.annotations
        )

    @cached_property
    def _is_used(self) -> bool:
        """Whether anything is used as only modules are."""
        called = {path[-1] for index in self._indexes for path in index.calls if len(path) > 1}
        if "getattr" in self._text.text:
            called |= self._text.quoted
        if not _ONLY_OF_MODULES.isdisjoint(called):
            return True
        read = {name for path in self._paths for name in path[1:]}
        return not methods.MODULE_ATTRIBUTES.isdisjoint(read)

    @cached_property
    def _module_classes(self) -> list[OwnClass]:
        """Classes that may be modules; inside of forward passes there are none."""
        return [cls for cls in self._outside.classes if self._may_be_module(cls)]

    def _may_be_module(self, cls: OwnClass) -> bool:
        paths = list(cls.base_paths)
        bases = [dotted for path in paths for dotted in self._outside.dotted(path)]
        if any(map(is_function_base, bases)):
            return False
        return (
            cls.defines_forward
            or any(map(is_module_base, bases))
            or any(map(self._outside.is_open, paths))
        )

    def _has_instances(self, cls: OwnClass) -> bool:
        """Whether an instance may go by another name than `self`."""
        if any(_first_parameter(method) not in ("self", "cls") for method in cls.methods.values()):
            return True
        if any("self" in index.assigned for index in self._indexes):
            return True
        return cls.name in self._names or not self._paths.isdisjoint((("self",), ("cls",)))

    @cached_property
    def _names(self) -> set[str]:
        """All names in paths and annotations."""
        names = {name for path in self._paths for name in path}
        for index in self._indexes:
            for annotation in index.annotations:
                names.update(_names_in(annotation))
        return names

    @cached_property
    def _made(self) -> set[Effect | None]:
        """What calls of imported names may make, under whatever names these are called."""
        effects: set[Effect | None] = set()
        kept: set[str] = set()  # imported names that may go by other names
        loose: set[str] = set()  # attributes of what may be an imported name
        read = self._indexes[0].reads | self._indexes[1].reads
        for path in self._paths:
            names = self._dotted(path)
            for dotted in names:
                effects.update(map(self._vocabulary.effect, _along(dotted, path)))
            if path in read:
                kept.update(names)
            if not names or self._binds(path[0]):
                loose.update(path[1:])
        return effects | self._vocabulary.effects_below(kept, loose)

    def _dotted(self, path: Path) -> list[str]:
        """What a path stands for, as far as it comes from outside the file."""
        return dotted_names(path, self._imported)

    @cached_property
    def _imported(self) -> dict[str, set[str]]:
        outside, inside = (index.imported for index in self._indexes)
        both = {name: dotted | outside.get(name, set()) for name, dotted in inside.items()}
        return {**outside, **both}

    def _binds(self, name: str) -> bool:
        return any(index.binds(name) for index in self._indexes)


def _names_in(annotation: ast.expr) -> Iterator[str]:
    for part in nodes_of(annotation):
        if isinstance(part, ast.Constant):
            yield from _NAME.findall(str(part.value))
        else:
            yield getattr(part, "id", "") or getattr(part, "attr", "")


def _first_parameter(method: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The name of the first parameter; `cls` if there is none, or if nothing is bound to it."""
    names = [] if is_decorated(method, "staticmethod") else positional(method.args)
    return names[0] if names else "cls"


def _along(dotted: str, path: Path) -> Iterator[str]:
    """A dotted name and those that its attributes are read from."""
    yield dotted
    for attribute in path[:0:-1]:
        dotted = dotted[: -len(attribute) - 1]
        yield dotted
