"""Generated programs that mix training and inference in one function, and print what they do.

A program is a model, a place, acts at this place that waste graphs and need graphs, and an end that
differentiates what is kept and prints every gradient. All comes from the seed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from textwrap import indent

from mixed_grammar import ACTS, EXPRESSIONS, HELPERS, SINKS
from mixed_models import MODELS, Model
from mixed_places import PLACES, RESULTS, Place

_BLOCK = re.compile(rf"^( *)({'|'.join([*ACTS, 'SINK'])})$", re.MULTILINE)
_INLINE = re.compile(rf"\b({'|'.join([*EXPRESSIONS, 'THRESHOLD'])})\b")
_KINDS = ("WASTE", "APART", "APART", "TOGETHER", "TOGETHER", "TOGETHER", "HEADER", "HEADER")
_SELDOM = ("TRAIN", "NOTICED")
_AROUND = (
    "ACT",
    "ACT",
    "ACT",
    "ACT",
    "if x is not None:\n    ACT",
    "for _ in range(2):\n    ACT",
    "with noted('x'):\n    ACT",
    "try:\n    ACT\nfinally:\n    pass",
)
_NAMES = ("model", "net", "teacher", "encoder", "critic", "target", "m")
_STUDENTS = ("student", "actor", "online", "generator")

_HEAD = """\
import asyncio
import contextlib
import contextvars
import copy
import functools
import math
import operator
import threading
from types import SimpleNamespace

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
x, y = torch.randn(5, 4), torch.randint(0, 3, (5,))
w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
v = torch.ones(3, 2, requires_grad=True)
crit = nn.CrossEntropyLoss()
box = type("Box", (SimpleNamespace,), {})()
kept, todo, seen = [], [], {}
"""
_END = """\
for loss in kept:
    loss.backward()
for run in todo:
    run()
"""
_SHOW = """\
print('grads', [None if p.grad is None else round(p.grad.sum().item(), 4) for p in leaves()])
"""


@dataclass(frozen=True)
class Act:
    """Some statements, what they take before and in the end, and which alternatives they are."""

    label: str
    code: str
    before: str = ""
    after: str = ""
    global_names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Program:
    """A program in its parts."""

    seed: int
    model_name: str
    student: str
    model: str
    place: str
    acts: tuple[Act, ...]
    name: str
    evaluates: str
    uses_state: bool
    result: str = ""

    @property
    def kind(self) -> str:
        """The alternatives that it is made of."""
        acts = " + ".join(act.label for act in self.acts)
        result = f" -> {self.result}" if self.result else ""
        kept = " (kept state is used)" if self.uses_state else ""
        return f"{self.model}{kept}, {self.place}: {acts}{result}"

    @property
    def path(self) -> str:
        """The name that it runs under; there is no such file."""
        return f"/mixed/{self.seed}.py"

    def kind_of(self, text: str, line: int) -> str:
        """The act that a line of the text belongs to, and the model."""
        code = text.splitlines()[line - 1].strip()
        acts = (act.label for act in self.acts if code in self._named(act.code))
        state = " (kept state is used)" if self.uses_state and MODELS[self.model].after else ""
        return f"{next(acts, code)} | {self.model}{state}"

    @property
    def text(self) -> str:
        """The source."""
        model, place = MODELS[self.model], PLACES[self.place]
        main = "\n".join([*(act.before for act in self.acts), self._placed(place)])
        result = RESULTS.get(self.result)
        after = [act.after for act in self.acts] + [result.after if result else ""]
        end = "\n".join([*after, model.after if self.uses_state else "", _END])
        text = f"{_models(model, main)}{main}\n{end}{_SHOW}"
        text = self._named(re.sub(r"\bCALLEE\b", model.name, text))
        return re.sub(r"\n\n+", "\n", f"{_HEAD}{_helpers(text)}{text}")

    def _named(self, text: str) -> str:
        callee = PLACES[self.place].callee or MODELS[self.model].name
        text = re.sub(r"\bCALLEE\b", callee, text)
        return text.replace("MODEL", self.model_name).replace("STUDENT", self.student)

    def without(self, act: int) -> Program:
        """The program with one act less."""
        return replace(self, acts=self.acts[:act] + self.acts[act + 1 :])

    def _placed(self, place: Place) -> str:
        names = sorted(frozenset().union(*(act.global_names for act in self.acts)))
        scope = f"global {', '.join(names)}\n" if names and place.is_function else ""
        acts = "\n".join(act.code for act in self.acts)
        result = RESULTS[self.result].code if self.result else ""
        evaluates = "CALLEE.eval()\n" if self.evaluates == "inside" else ""
        body = f"{scope}{evaluates}{acts}\n{result}".strip("\n") or "pass"
        if place.callee:
            body = re.sub(r"\bCALLEE\b", place.callee, body)
        depth = re.search(r"^ *(?=BODY)", place.code, re.MULTILINE)
        body = indent(body, depth[0] if depth else "").lstrip(" ")
        before = "CALLEE.eval()\n" if self.evaluates == "before" else ""
        return before + place.code.replace("BODY", body).replace("NAME", self.name)


def generate(seed: int) -> Program:
    """The program of a seed."""
    random = Random(seed)
    place = random.choice(list(PLACES))
    count = random.choice((1, 2, 2, 3, 3, 4))
    acts = [_act(number, random) for number in range(count)]
    if not any("FORWARD" in act.label or "WASTE" in act.label for act in acts):
        acts.insert(random.randint(0, count), _act(count, random, "WASTE"))
    has_result = PLACES[place].returns and random.random() < 0.5
    result = _result(PLACES[place], random) if has_result else None
    return Program(
        seed=seed,
        model_name=random.choice(_NAMES),
        student=random.choice(_STUDENTS),
        model=random.choice([*MODELS, *["layer", "sequential", "class"] * 4]),
        place=place,
        acts=tuple([*acts, result[1]] if result else acts),
        name=random.choice(("evaluate", "validate", "run", "train_step", "predict", "update")),
        evaluates=random.choice(("inside", "inside", "before", "before", "never")),
        uses_state=random.random() < 0.6,
        result=result[0] if result else "",
    )


def _act(number: int, random: Random, kind: str = "") -> Act:
    kind = kind or random.choice(_KINDS if random.random() < 0.85 else _SELDOM)
    choice = random.randrange(len(ACTS[kind]))
    sinks: list[str] = []
    code = _expanded(ACTS[kind][choice], random, sinks)
    around = random.choice(_AROUND)
    lead = re.search(r"^ *(?=ACT)", around, re.MULTILINE)
    code = around.replace("ACT", indent(code, lead[0] if lead else "").lstrip(" "))
    parts = [SINKS[name] for name in sinks]
    own = f" by {', '.join(sinks)}" if sinks else ""
    return Act(
        label=f"{kind}{choice}{own}",
        code=_numbered(code, number),
        before=_numbered("\n".join(part.before for part in parts), number),
        after=_numbered("\n".join(part.after for part in parts), number),
        global_names=frozenset(_numbered(part.is_global, number) for part in parts) - {""},
    )


def _result(place: Place, random: Random) -> tuple[str, Act]:
    """A way to end the function, as its name and as an act that prepares what it hands out."""
    name = random.choice([name for name in RESULTS if RESULTS[name].fits(place)])
    code = _expanded(RESULTS[name].before, random, [])
    return name, Act(f"RESULT {name}", code)


def _expanded(template: str, random: Random, sinks: list[str]) -> str:
    """A template whose capitals are replaced; the sinks that were chosen are noted."""

    def block(match: re.Match[str]) -> str:
        if match[2] == "SINK":
            sinks.append(random.choice(list(SINKS)))
            text = SINKS[sinks[-1]].code.replace("LOST", "loss#")
        else:
            text = random.choice(ACTS[match[2]])
        return indent(text, match[1])

    def inline(match: re.Match[str]) -> str:
        if match[0] == "THRESHOLD":
            return random.choice(("0", "-1e9", "1e9"))
        return random.choice(EXPRESSIONS[match[0]])

    while True:
        text = _INLINE.sub(inline, _BLOCK.sub(block, template))
        if text == template:
            return text
        template = text


def _numbered(text: str, number: int) -> str:
    return text.replace("#", str(number))


def _models(model: Model, main: str) -> str:
    shared = "def infer(t):\n    return CALLEE(t)\n" if "infer(" in main else ""
    return (
        f"{model.define}STUDENT = nn.Linear(4, 3)\n{shared}"
        f"def leaves():\n    return [w, v, *STUDENT.parameters(), *CALLEE.parameters()]\n"
    )


def _helpers(text: str) -> str:
    return "".join(code for name, code in HELPERS.items() if re.search(rf"\b{name}\b", text))
