"""Reading the tables: the effect of a dotted name, and what a project's options add."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection
from functools import cache

from flake8_nograd.options import Options
from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.effects import EFFECTS
from flake8_nograd.vocabulary.frameworks import is_module_base, is_plain_base
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.layers import PARAMETERLESS
from flake8_nograd.vocabulary.methods import GUARDED_METHODS, computes_gradient
from flake8_nograd.vocabulary.runs_given import RUNS_GIVEN
from flake8_nograd.vocabulary.words import (
    names_a_model,
    names_another_class,
    words,
)

_GUARDED_CLASS = lazy_pattern(
    r"\w*Pipeline(?:For\w+)?|SentenceTransformer|CrossEncoder|YOLO\w*|AutoShape|\w*Inferencer"
)
# The twins that other frameworks and engines have of the models of transformers and diffusers.
_TWIN = lazy_pattern(r"(?:TF|Flax|ORT|OV|Onnx|Neuron|Gaudi)[A-Z][a-z]?\w*")
_TWINNED = ("transformers.", "diffusers.", "optimum.")
_NO_MODULES = frozenset((Effect.OBJECT, Effect.FOREIGN, Effect.GUARDED))
# Class methods that make a model out of something stored.
_MAKERS = frozenset(("from_config", "from_quantized", "from_hparams"))
_MODEL_WITH_HEAD = lazy_pattern(r"[A-Z]\w+(For[A-Z]\w+|LMHead\w*)")
_CLASS_NAME = lazy_pattern(r"[A-Z]+[a-z]\w*")
# The names that libraries hand on to whoever imports all of them, as fastai does.
_HANDED_ON = {"torch": "torch", "th": "torch", "nn": "torch.nn", "F": "torch.nn.functional"}
_GUARD_WORDS = ("no_grad", "nograd", "inference_mode", "disable_grad")


class Vocabulary:
    """The tables, together with the names that a project's options add."""

    knows_classes_elsewhere = False  # which other files define

    def __init__(self, options: Options) -> None:
        self._effects: dict[str, Effect | None] = dict.fromkeys(
            options.model_factories, Effect.MODULE
        )
        self._effects.update(dict.fromkeys(options.training_calls, Effect.TRAINS))
        self._model_factories = _last_parts(options.model_factories)
        self._training_calls = _last_parts(options.training_calls)
        self._guards = _last_parts(options.guards)
        self.inference_functions = options.inference_functions

    def effect(self, dotted: str) -> Effect | None:
        """What calling this imported or built-in name does; None if nothing is known."""
        if dotted not in self._effects:
            self._effects[dotted] = self._find(dotted)
        return self._effects[dotted]

    def runs(self, dotted: str) -> tuple[int, str] | None:
        """The parameter that a function runs, by position and name, if it does nothing else."""
        return RUNS_GIVEN.get(dotted)

    def _find(self, dotted: str) -> Effect | None:
        head, _, last = dotted.rpartition(".")
        if last in self._model_factories:
            return Effect.MODULE
        if self.trains(last):
            return Effect.TRAINS
        if computes_gradient(last) and dotted not in EFFECTS:
            return Effect.TRAINS
        if dotted.startswith("torch.nn.modules."):
            return self.effect(f"torch.nn.{last}")
        found = EFFECTS.get(dotted) or _of_package(head)
        if found is Effect.MODULE and _is_of_class(head, last):
            return Effect.OBJECT
        if last == "from_pretrained" and found not in _NO_MODULES:
            return _of_pretrained(dotted, head.rpartition(".")[2])
        if found is Effect.NUMBERS and _CLASS_NAME.fullmatch(last):
            return Effect.FOREIGN
        if found is None and last in _MAKERS:
            made = _of_pretrained(dotted, head.rpartition(".")[2])
            return None if made is Effect.LIKELY_MODULE else made
        return found or _handed_on_above(dotted) or _of_class(dotted, last)

    def effects_below(self, packages: Collection[str], names: Collection[str]) -> set[Effect]:
        """Whether calls of attributes of imported names may make modules, by the attributes."""
        if not (packages and names):
            return set()
        below = _makers_below()
        found = {
            effect
            for package in packages
            for last, effect in below.get(package, ())
            if last == "*" or last in names
        }
        if not (_MAKERS | {"from_pretrained"}).isdisjoint(names):
            found.add(Effect.MODULE)
        classes = [name for name in names if name[:1].isupper()]
        if any(map(names_a_model, classes)):
            found.add(Effect.LIKELY_MODULE)
        if classes and any("models" in words(name) for name in (*packages, *names)):
            found.add(Effect.LIKELY_MODULE)
        return found

    def speaks_of_factory(self, text: str) -> bool:
        """Whether a text holds the name of a function that makes models, by the options."""
        return any(name in text for name in self._model_factories)

    def mentions_of_guards(self, text: str) -> int:
        """How often a text holds the name of a guard, or of torch's switch."""
        lower = text.lower()
        named = sum(map(lower.count, (*_GUARD_WORDS, "set_grad_enabled")))
        return named + sum(map(text.count, self._guards))

    def lists(self, dotted: str) -> bool:
        """Whether the table has a row for exactly this name, or it composes modules of torch."""
        return dotted in EFFECTS or dotted.startswith("torch.nn.")

    def guards_method(self, maker: str, method: str) -> bool:
        """Whether what `maker` makes switches recording off inside this method of its own."""
        return any(
            method in names and maker.startswith(prefix)
            for prefix, names in GUARDED_METHODS.items()
        )

    def guard(self, dotted: str) -> GradMode | None:
        """The mode that an imported name gives as a context manager or decorator, if known."""
        return None

    def behind_star(self, name: str) -> str | None:
        """The dotted name of what `import *` gives a name of the file, if that can be told."""
        return _HANDED_ON.get(name)

    def keeps(self, dotted: str) -> bool:
        """Whether a function is known to keep what it is given, whatever it is called."""
        return False

    def effect_of_annotation(self, text: str) -> Effect | None:
        """What an object is that an annotation names, if a class of another file tells it."""
        return None

    def is_without_parameters(self, dotted: str) -> bool:
        """Whether an imported class is known for modules that have nothing to train."""
        return PARAMETERLESS.fullmatch(dotted) is not None

    def frozen_arguments(self, dotted: str, call: ast.Call) -> list[int | str]:
        """The arguments whose parameters a call of an imported name freezes.

        They are told by their positions, and by their names if they are given by keyword.
        """
        return []

    def is_module_base(self, dotted: str) -> bool:
        """Whether an imported class is an nn.Module."""
        return is_module_base(dotted)

    def makes_plain_objects(self, dotted: str) -> bool:
        """Whether it is read, not only listed, that what a call gives is no module."""
        return False

    def is_plain_class(self, dotted: str) -> bool:
        """Whether an imported class is known to be no nn.Module."""
        return is_plain_base(dotted)

    def base_names(self, dotted: str) -> set[str]:
        """The last part of the name of an imported class, and what else is known of its bases."""
        return {dotted.rpartition(".")[2]}

    def is_open_base(self, dotted: str) -> bool:
        """Whether nothing is known of an imported class, wherever one looks."""
        return False

    def trains(self, name: str) -> bool:
        """Whether the project's options say that this function or method trains."""
        return name in self._training_calls

    def is_guard_name(self, name: str) -> bool:
        """Whether an imported or unknown name is a guard, by the options or by its spelling."""
        return name in self._guards or any(word in name.lower() for word in _GUARD_WORDS)


@cache
def vocabulary_of(options: Options) -> Vocabulary:
    """The vocabulary of a project; what it has looked up once it knows for the next file."""
    return Vocabulary(options)


@cache
def _makers_below() -> dict[str, list[tuple[str, Effect]]]:
    """The last parts of the names in each package that make modules."""
    below: defaultdict[str, list[tuple[str, Effect]]] = defaultdict(list)
    for dotted, effect in EFFECTS.items():
        if effect in (Effect.MODULE, Effect.LIKELY_MODULE):
            package, _, last = dotted.rpartition(".")
            while package:
                below[package].append((last, effect))
                package = package.rpartition(".")[0]
    return below


@cache
def _classes_below() -> dict[tuple[str, str], set[Effect]]:
    """What the table says of classes, by the top package and the name of the class."""
    classes: defaultdict[tuple[str, str], set[Effect]] = defaultdict(set)
    for dotted, effect in EFFECTS.items():
        if (last := dotted.rpartition(".")[2])[:1].isupper():
            classes[dotted.partition(".")[0], last].add(effect)
    return classes


def _handed_on_above(dotted: str) -> Effect | None:
    """What a class is that is imported from where it is defined, and listed where all take it."""
    effects = _classes_below().get((dotted.partition(".")[0], dotted.rpartition(".")[2]), set())
    return next(iter(effects)) if len(effects) == 1 else None


def _last_parts(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in names)


def _is_of_class(head: str, last: str) -> bool:
    """Whether a name is an attribute of a class, and none of its constructors."""
    return head.rpartition(".")[2][:1].isupper() and not last.startswith("from_")


def _of_package(head: str) -> Effect | None:
    """What the nearest package around a name says of everything in it."""
    found = None
    while found is None and head:
        found = EFFECTS.get(f"{head}.*")
        head = head.rpartition(".")[0]
    return found


def _of_pretrained(dotted: str, class_name: str) -> Effect:
    if dotted.startswith(_TWINNED) and _TWIN.fullmatch(class_name):
        return Effect.OBJECT
    if _GUARDED_CLASS.fullmatch(class_name):
        return Effect.GUARDED
    if names_another_class(class_name) or class_name.endswith("FeatureExtractor"):
        return Effect.OBJECT
    is_model = names_a_model(class_name) or _MODEL_WITH_HEAD.fullmatch(class_name) is not None
    return Effect.MODULE if is_model else Effect.LIKELY_MODULE


def _of_class(dotted: str, last: str) -> Effect | None:
    """What a class nobody has listed makes, judged by its name."""
    if not last[:1].isupper():
        return None
    if dotted.startswith(_TWINNED) and _TWIN.fullmatch(last):
        return Effect.OBJECT
    if _GUARDED_CLASS.fullmatch(last):
        return Effect.GUARDED
    if names_another_class(last):
        return Effect.OBJECT
    return Effect.LIKELY_MODULE if names_a_model(last) or "models" in words(dotted) else None
