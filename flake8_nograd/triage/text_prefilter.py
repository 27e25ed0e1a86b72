"""What the text of a file can be searched for, long before anything is understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.vocabulary import methods

# Several patterns that begin with a letter or a dot are found about as fast as words.
Patterns = tuple[re.Pattern[str], ...]


def _named(names: Iterable[str]) -> Patterns:
    """Patterns of methods, read from something or by `getattr`."""
    either = "|".join(sorted(names))
    return (
        re.compile(rf"\.\s*(?:{either})\b"),
        re.compile(rf"getattr\b.*[\"'](?:{either})[\"']"),
    )


_GRAD = lazy_pattern(r"grad(?<!\wgrad)\s*\(")
_GRADIENT_CALLS = (lazy_pattern(r"backward(?<!def backward)\s*\("), _GRAD)
_DIFFERENTIATES: Patterns = (*_named(methods.TRAINING_METHODS), *_GRADIENT_CALLS)
_RAISES: Patterns = (*_named(methods.RAISING_METHODS), *_GRADIENT_CALLS)
_TELLS_OF_A_GRAPH: Patterns = (
    lazy_pattern(r"\.\s*(?:detach|data|eval|train)\b(?![\w.]*\s+import)"),
    lazy_pattern(r"opt(?!ion)"),
    lazy_pattern(r"scaler"),
)
# What may record under a guard: another one, a switch, the end of the guard before its block's.
_MAY_SWITCH_ON: Patterns = (
    lazy_pattern(r"enable_grad|set_grad_enabled|__exit__"),
    lazy_pattern(r"inference_mode\s*\(\s*[^\s)]"),
)
# What reads results as plain numbers, or puts a model into eval mode.
_READS_RESULTS: Patterns = (lazy_pattern(r"\.\s*(?:item|eval|cpu|numpy|tolist|detach|argmax)\b"),)
VOLATILE = "volatile"  # what makes an input of torch 0.3 one that has no graph
_GRADIENT_WORDS = ("autograd", "functorch", *sorted(methods.GRADIENT_WORDS))
_FUNC = lazy_pattern(r"func\b(?<!\wfunc)")
_READ = lazy_pattern(r"\.\s*(\w+)\b(?!\s*\()")
_QUOTED = lazy_pattern(r"[\"'](\w+)[\"']")


class TextPrefilter:
    """What a text holds; it may hold it in a comment."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def differentiates(self) -> bool:
        """Whether something is called that computes gradients."""
        return found(_DIFFERENTIATES, self.text)

    @cached_property
    def may_differentiate(self) -> bool:
        """Whether a gradient may be computed in a way that no name of a method betrays."""
        lower = self.text.lower()
        return any(word in lower for word in _GRADIENT_WORDS) or bool(_FUNC.search(self.text))

    def computes_gradients(self, part: str) -> bool:
        """Whether gradients may be computed in a part of the text."""
        if not (self.differentiates or self.may_differentiate):
            return False
        text = TextPrefilter(part)
        return text.differentiates or text.may_differentiate

    @property
    def tells_what_runs(self) -> bool:
        """Whether functions are run by their names, and at once, and guards are left as blocks."""
        hidden = any(word in self.text for word in ("getattr", "lambda", "yield"))
        return not (hidden or self.may_switch_on or _GRAD.search(self.text))

    @property
    def trains_in_sight(self) -> bool:
        """Whether a backward pass can make it certain that a graph is needed.

        Volatile inputs have none; where expressions assign, statements do not tell what is.
        """
        return "backward" in self.text and VOLATILE not in self.text and ":=" not in self.text

    @cached_property
    def raises_without_graph(self) -> bool:
        """Whether something is called that raises where nothing has been recorded."""
        return self.differentiates and found(_RAISES, self.text)

    @cached_property
    def tells_of_a_graph(self) -> bool:
        """Whether anything speaks for it that a result has a graph."""
        known = self.differentiates or self.may_differentiate
        return known or found(_TELLS_OF_A_GRAPH, self.text)

    @cached_property
    def reads_results(self) -> bool:
        """Whether anything speaks for inference in what becomes of results, or in a mode."""
        return found(_READS_RESULTS, self.text)

    @cached_property
    def may_switch_on(self) -> bool:
        """Whether recording may be switched on under a guard."""
        return found(_MAY_SWITCH_ON, self.text)

    @cached_property
    def attributes_read(self) -> frozenset[str]:
        """Attributes that are not only called, or that `setattr` may set."""
        read = frozenset(_READ.findall(self.text))
        return read | self.quoted if "setattr" in self.text else read

    @cached_property
    def quoted(self) -> frozenset[str]:
        """Names in quotes."""
        return frozenset(_QUOTED.findall(self.text))


def found(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    """Whether a text holds one of several patterns."""
    return any(pattern.search(text) for pattern in patterns)
