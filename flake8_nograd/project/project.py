"""The answers of a project to what the analysis of one of its files asks."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping, Set

from flake8_nograd.elsewhere import NOWHERE, Callers, Deed, Elsewhere, Frozen, Place, Reading
from flake8_nograd.flow.imports import imported_names
from flake8_nograd.options import AUTO, Options
from flake8_nograd.project.callers import CallerSearch
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.effects import Effects
from flake8_nograd.project.files import Files
from flake8_nograd.project.frozen_arguments import frozen_by
from flake8_nograd.project.given_models import GivenModels
from flake8_nograd.project.habits import Habits
from flake8_nograd.project.left_behind import LeftBehind
from flake8_nograd.project.location import root_of
from flake8_nograd.project.module_reader import summarize
from flake8_nograd.project.neighbours import Neighbours
from flake8_nograd.project.origins import MAKERS, Origins, Spot
from flake8_nograd.project.picked_names import PickedNames
from flake8_nograd.project.programs import Programs
from flake8_nograd.project.pure_functions import PureFunctions
from flake8_nograd.project.quiet_passes import QuietPasses
from flake8_nograd.project.symbols import Definition, Outside, Symbols
from flake8_nograd.project.texts import Texts
from flake8_nograd.project.unseen_calls import UnseenCalls
from flake8_nograd.source import Source
from flake8_nograd.torch_versions import NEWEST, Version, version_of
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.grad_modes import GUARDS, GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary, vocabulary_of

_EFFECTS = {Reading.STORED: Effect.NUMBERS, Reading.COMPUTED: Effect.TENSOR}
# Every module has these: that a class defines one says nothing of another.
_OF_ALL_MODULES = frozenset(("forward", "__call__"))


class View:
    """A project as one of its files sees it; the file's own text is the one that is analysed."""

    def __init__(self, files: Files, source: Source, vocabulary: Vocabulary) -> None:
        self._path = os.path.realpath(source.path)
        own = summarize(source.tree, self._path, vocabulary)
        text = "".join(source.lines).encode("utf-8", "replace")
        self._own = own
        self._symbols = Symbols(Neighbours(files, own, text))
        self._origins = Origins(self._symbols)
        self._deeds = Deeds(self._symbols, self._origins, vocabulary)
        self._effects = Effects(self._symbols, self._origins, self._deeds, vocabulary)
        self._callers = CallerSearch(self._symbols, self._origins, self._deeds)
        programs = Programs(self._symbols.files)
        self._left_behind = LeftBehind(self._symbols, self._deeds, self._origins, programs)
        unseen = self._unseen = UnseenCalls(self._symbols, self._left_behind, programs)
        self._pure = PureFunctions(self._symbols, self._left_behind, unseen, vocabulary)
        self._quiet_passes = QuietPasses(
            self._symbols, self._deeds, self._effects, unseen, programs, vocabulary
        )
        self._given_models = GivenModels(self._symbols, vocabulary)
        self._picked_names = PickedNames(self._symbols)
        self._habits = Habits(self._symbols, self._deeds, self._callers)

    def effect(self, dotted: str) -> Effect | None:
        """See `Elsewhere`."""
        found = self._defined(dotted)
        if found is None:
            return None
        effect = self._effects.of(found)
        return _EFFECTS.get(self._pure.outcome(found)) if effect is None else effect

    def freezes(self, dotted: str) -> tuple[Frozen, ...]:
        """See `Elsewhere`."""
        found = self._defined(dotted)
        return tuple(frozen_by(found, self._symbols)) if found is not None else ()

    def runs(self, dotted: str) -> tuple[int, str] | None:
        """See `Elsewhere`."""
        found = self._function(dotted)
        return self._given_models.run_by(found) if found is not None else None

    def guard(self, dotted: str) -> GradMode | None:
        """See `Elsewhere`."""
        found = self._defined(dotted)
        if found is not None:
            return self._deeds.guard(found)
        alias = self._symbols.imported(dotted, self._path)
        return GUARDS.get(alias.dotted) if isinstance(alias, Outside) else None

    def is_module(self, dotted: str) -> bool | None:
        """See `Elsewhere`."""
        found = self._defined(dotted)
        is_class = found is not None and found.function is None
        return self._deeds.is_module(found) if found is not None and is_class else None

    def outside_bases(self, dotted: str) -> Set[str] | None:
        """See `Elsewhere`."""
        found = self._defined(dotted)
        if found is None or found.function is not None:
            return None
        return self._symbols.outside_bases(found)

    def ancestor_names(self, dotted: str) -> Set[str]:
        """See `Elsewhere`."""
        found = self._defined(dotted)
        if found is None or found.function is not None:
            return frozenset()
        ancestors = self._symbols.ancestors(found)
        return {item.cls.name for item in ancestors if item.cls is not None}

    def method(self, maker: str, name: str) -> Deed | None:
        """See `Elsewhere`."""
        found = self._defined(maker)
        if found is None:
            return None
        for origin in self._origins.made_by(found):
            if isinstance(origin, Definition):
                cls = origin._replace(function=None)
                method = self._symbols.method(cls, name)
                deed = self._deeds.of(method) if method is not None else None
                return deed or self._deeds.of_implementations(name, cls)
        return None

    def method_named(self, name: str) -> Deed | None:
        """See `Elsewhere`."""
        deed = self._deeds.of_implementations(name, None)
        if deed is not None or name in _OF_ALL_MODULES:
            return deed
        return Deed.METHOD if self._deeds.is_method(name) else None

    def effect_of_name(self, path: str) -> Effect | None:
        """See `Elsewhere`."""
        found = self._symbols.named(path, self._own)
        if not isinstance(found, Definition) or found.module is self._own:
            return None
        return self._effects.of(found)

    def behind_star(self, name: str) -> str | None:
        """See `Elsewhere`."""
        return self._symbols.behind_star(name, self._own)

    def may_need_recording(self) -> bool:
        """See `Elsewhere`."""
        return self._habits.differentiates_inside

    def may_be_frozen(self) -> bool:
        """See `Elsewhere`."""
        return self._habits.saves_frozen

    def thaws_to_train(self) -> bool:
        """See `Elsewhere`."""
        return self._habits.thaws_to_train

    def left_behind(self) -> Place | None:
        """See `Elsewhere`."""
        return self._left_behind.place or self._quiet_passes.loud

    def filled(self) -> Set[str]:
        """See `Elsewhere`."""
        return self._left_behind.filled

    def keeps(self, dotted: str) -> bool:
        """See `Elsewhere`."""
        found = self._function(dotted)
        return found is not None and self._left_behind.keeps(found)

    def leaves_behind(self, dotted: str) -> bool:
        """See `Elsewhere`."""
        found = self._function(dotted) or self._symbols.named(dotted, self._own)
        if not isinstance(found, Definition) or found.function is None:
            return False
        return self._left_behind.left_by(found) or not self._quiet_passes.is_quiet(found)

    def method_leaves_behind(self, name: str) -> bool:
        """See `Elsewhere`."""
        return self._left_behind.of_methods(name) or not self._quiet_passes.are_quiet(name)

    def pass_leaves_behind(self, name: str) -> bool:
        """See `Elsewhere`."""
        found = self._left_behind.of_methods(name, of_models=True)
        return found or not self._quiet_passes.are_quiet(name)

    def unseen(self) -> Place | None:
        """See `Elsewhere`."""
        return self._unseen.place

    def reading(self, name: str) -> Reading:
        """See `Elsewhere`."""
        return self._unseen.reading(name)

    def outcome(self, dotted: str) -> Reading:
        """See `Elsewhere`."""
        found = self._function(dotted)
        return Reading.MORE if found is None else self._pure.outcome(found)

    def varies(self, name: str) -> bool:
        """See `Elsewhere`."""
        return self._unseen.varies(name)

    def is_overloaded(self) -> bool:
        """See `Elsewhere`."""
        return self._unseen.is_overloaded

    def is_overridden(self, cls: str, function: str) -> bool:
        """See `Elsewhere`."""
        own = self._defined_here(cls, function)
        return own is not None and self._quiet_passes.is_overridden_loudly(own.definition)

    def access(self, cls: str, function: str, path: str) -> Deed | None:
        """See `Elsewhere`."""
        own = self._defined_here(cls, function)
        return self._deeds.of_access(path, own) if own is not None else None

    def runs_any_model(self, cls: str, function: str, path: str) -> bool:
        """See `Elsewhere`."""
        own = self._defined_here(cls, function)
        return own is not None and self._deeds.runs_any_model(path, own)

    def runs_known_class(self, cls: str, function: str, path: str) -> bool:
        """See `Elsewhere`."""
        own = self._defined_here(cls, function)
        classes = self._deeds.classes_run(path, own) if own is not None else []
        return bool(classes) and not self._habits.may_differentiate(classes)

    def is_mentioned(self, cls: str, function: str) -> bool:
        """See `Elsewhere`."""
        if self._symbols.files.is_mentioned(function, is_method=bool(cls)):
            return True
        return self._picked_names.may_pick(cls, function)

    def callers(self, cls: str, function: str) -> Callers:
        """See `Elsewhere`."""
        own = self._defined_here(cls, function)
        return self._callers.of(own.definition) if own is not None else Callers()

    def adding(self, cls: str, method: str) -> Place | None:
        """See `Elsewhere`."""
        own = self._defined_here(cls, method)
        return self._callers.adding(own.definition) if own is not None else None

    def training(self, cls: str, function: str) -> Place | None:
        """See `Elsewhere`."""
        own = self._defined_here(cls, function)
        return self._callers.training(own.definition) if own is not None else None

    def _function(self, dotted: str) -> Definition | None:
        """What an imported name stands for, if that is a function or method of the project."""
        found = self._defined(dotted)
        return found if found is not None and found.function is not None else None

    def _defined_here(self, cls: str, function: str) -> Spot | None:
        own = self._own
        if cls and cls in own.classes and function in own.classes[cls].methods:
            owner = own.classes[cls]
            return Spot(own, owner, owner.methods[function])
        if not cls and function in own.functions:
            return Spot(own, None, own.functions[function])
        return None

    def _defined(self, dotted: str) -> Definition | None:
        found = self._symbols.imported(dotted, self._path)
        head, _, last = dotted.rpartition(".")
        if not isinstance(found, Definition) and last in MAKERS and head.strip("."):
            maker = self._symbols.imported(head, self._path)
            if isinstance(maker, Definition) and maker.function is None:
                return maker
        return found if isinstance(found, Definition) else None


def seen_from(source: Source, options: Options) -> Elsewhere:
    """What the other files of its project tell of a file."""
    root = _root_of(source, options)
    if root is None:
        return NOWHERE
    return View(_SESSION.files(root, options), source, vocabulary_of(options))


def torch_floor(source: Source, options: Options) -> Version:
    """The oldest torch on which a file has to run: as the options say, else its project."""
    if options.torch_version != AUTO:
        return version_of(options.torch_version) or NEWEST
    root = _root_of(source, options)
    return NEWEST if root is None else _SESSION.floor(root)


def _root_of(source: Source, options: Options) -> str | None:
    return root_of(source.path, options.project, _first_names(source.tree))


def _first_names(tree: ast.Module) -> set[str]:
    """The first parts of the names that a file imports at its top level."""
    names = (
        imported
        for statement in tree.body
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for _, imported in imported_names(statement)
    )
    return {name.partition(".")[0] for name in names}


def begin_session(unsaved: Mapping[str, bytes]) -> None:
    """Look at the disk again when somebody asks; `unsaved` are the texts that an editor holds."""
    _SESSION.begin(unsaved)


class _Session:
    """What is remembered of projects: for one run, or until the next question of an editor."""

    def __init__(self) -> None:
        self._texts = Texts({})
        self._files: dict[tuple[str, Options], Files] = {}
        self._before: dict[tuple[str, Options], Files] = {}
        self._floors: dict[str, Version] = {}

    def begin(self, unsaved: Mapping[str, bytes]) -> None:
        self._texts = Texts(
            {os.path.realpath(path): text for path, text in unsaved.items()}, self._texts
        )
        self._before.update(self._files)
        self._files = {}
        self._floors = {}

    def floor(self, root: str) -> Version:
        if root not in self._floors:
            from flake8_nograd.project.torch_floor import declared_floor  # and all that reads TOML

            self._floors[root] = declared_floor(root) or NEWEST
        return self._floors[root]

    def files(self, root: str, options: Options) -> Files:
        key = (root, options)
        if key not in self._files:
            before = self._before.pop(key, None)
            self._files[key] = Files(
                root,
                vocabulary_of(options),
                options.excluded,
                self._texts,
                before.summaries if before is not None else {},
            )
        return self._files[key]


_SESSION = _Session()
