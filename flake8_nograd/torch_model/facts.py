"""What the analysis finds out, as immutable records for the rules."""

from __future__ import annotations

import ast
import enum
from collections.abc import Sequence
from typing import NamedTuple

from flake8_nograd.elsewhere import Place
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.torch_model.fate.result_use import ResultUse
from flake8_nograd.torch_model.inference.eval_mode import EvalMode
from flake8_nograd.torch_model.inference.roles import Role
from flake8_nograd.torch_model.needs.needs import Needs
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.annotations import ModelEvidence
from flake8_nograd.vocabulary.grad_modes import GradMode


class SuppressionReason(enum.Enum):
    """Why a forward pass is not reported."""

    GUARDED = "recording is off here"
    SOMETIMES_GUARDED = "some callers switch recording off, so the author decides there"
    TRAINED = "the result is differentiated"
    FORWARD = "it runs inside a forward pass; the caller decides"
    FROZEN = "without parameters to train and with plain inputs nothing is recorded"
    GRADIENT_WANTED = "an input of this call requires a gradient"
    REPORTED_INSIDE = "the forward pass is reported inside the method"
    ENTANGLED = "it is part of a loop's header, and the loop runs a pass that may need its graph"
    TRAINS_INSIDE = "a training script that differentiates nowhere trains in its forward passes"
    UNIT_TEST = "it is part of a unit test"
    SMOKE_TEST = "a smoke test under `__main__` looks at shapes only"
    READ_AS_ARRAY = "numpy() would raise if it had a graph, so something unseen keeps it from that"
    GRADIENT_READ = "forces and the like are read here, which take a backward pass"
    PROFILED = "it is profiled as it runs in training, not in eval mode"
    OTHER_FRAMEWORK = "it runs where another framework is asked for"
    CALLERS_DECIDE = "it is handed back with its graph where the caller may want a gradient"
    INTERFACE = "it is returned to callers of whom none is seen to record"
    GUARDED_BY_CALLERS = "callers in other files switch recording off"
    TRAINED_BY_CALLERS = "callers in other files differentiate the result"
    FORWARD_ELSEWHERE = "the forward of a class in another file calls the method"
    CALLEE_ELSEWHERE = "the method, which another file defines, records nothing"
    MAY_DIFFERENTIATE = "models of the project differentiate inside of their forward pass"
    FROZEN_BY_CALLERS = "callers in other files give it a model that they have frozen"
    MAY_BE_FROZEN = "models of the project are frozen before they are saved whole"
    TOO_LITTLE = "too little speaks for inference"


class Confidence(enum.IntEnum):
    """How sure it is that nobody needs the graph."""

    UNLIKELY = 0
    LIKELY = 1
    PROVED = 2


class WastingRun(NamedTuple):
    """A call by which a function that may train does not: its line, and what to do there.

    ``cure`` is the guard that lets the other runs record, or one around the call itself.
    """

    function: str
    line: int
    cure: str


class ForwardPass(NamedTuple):
    """One forward pass and the answers to the four questions.

    `model_call` is the call of the model: `call` itself, or what a helper that it calls runs.
    """

    call: Call[Context]
    model_call: Call[Context]
    evidence: ModelEvidence
    modes: frozenset[GradMode]
    use: ResultUse
    mode: EvalMode | None
    role: Role
    volatile: bool  # an input says that no graph is wanted, in the words of torch 0.3
    suppression: SuppressionReason | None = None
    seen_at: Place | None = None  # the line of another file that decides
    wasted_by: WastingRun | None = None  # only some runs of the function need no graph
    confidence: Confidence = Confidence.UNLIKELY
    is_entangled: bool = False  # its statement also runs a pass that may need its graph

    @property
    def node(self) -> ast.Call:
        """The call expression, as it stands in the file."""
        return self.call.written or self.call.node

    @property
    def function(self) -> Function:
        """The function in which the call stands."""
        return self.call.function


class Region(NamedTuple):
    """Forward passes that one `with` would cover: consecutive statements of one suite."""

    passes: tuple[ForwardPass, ...]
    suite: list[ast.stmt]
    first: int
    last: int
    ended_guard: ast.With | ast.AsyncWith | None
    whole_function: bool

    @property
    def start(self) -> ForwardPass:
        """The forward pass at which the region is reported; a guess by name leads no others."""
        return next(
            (item for item in self.passes if item.evidence > ModelEvidence.NAME), self.passes[0]
        )

    @property
    def function(self) -> Function:
        """The function in which the region lies."""
        return self.start.function

    @property
    def evaluated(self) -> ForwardPass | None:
        """The first pass for which a mode is known, if that is eval mode."""
        first = next((item for item in self.passes if item.mode is not None), None)
        evaluates = first is not None and first.mode is not None and first.mode.evaluating
        return first if evaluates else None

    @property
    def mode(self) -> EvalMode | None:
        """The eval mode that holds for that pass."""
        evaluated = self.evaluated
        return evaluated.mode if evaluated is not None else None

    @property
    def role(self) -> Role:
        """The role of the function."""
        return self.start.role

    @property
    def in_loop(self) -> bool:
        """Whether the first forward pass runs again and again."""
        return self.start.call.loops > 0


class Misplacement(enum.Enum):
    """What is wrong with a backward pass."""

    NOTHING_RECORDED = "what it differentiates was computed with recording off"
    RECORDED_OUTSIDE = "its graph was recorded outside the guard"


class MisplacedBackward(NamedTuple):
    """A backward pass that meets a guard."""

    node: ast.Call
    misplacement: Misplacement
    inference_mode: bool


class Misuse(enum.Enum):
    """In which way a guard does not do what it seems to; as the end of a sentence."""

    DEAD_STATEMENT = "is a statement of its own, which does nothing"
    NOT_KEPT = "is gone at once, since nothing keeps it"
    NOT_CALLED = "is not called"
    SWITCH_NOT_CALLED = "is not called, and not told what to do"
    WRONG_ARGUMENT = "does not take this argument"
    ON_COROUTINE = "covers only the making of a coroutine"
    ON_ASYNC_GENERATOR = "covers only the making of an asynchronous generator"
    ON_MAKER_OF_GENERATOR = "covers only the making of a generator, which runs later"
    ABOVE_STATIC_METHOD = "stands above `@staticmethod`"
    ABOVE_CLASS_METHOD = "stands above `@classmethod`"
    ABOVE_PROPERTY = "stands above a property"
    ABOVE_REGISTRATION = "stands above a decorator that keeps the bare function"
    UNDER_SCRIPT = "is dropped by `torch.jit`"
    ON_CLASS = "covers only the construction of the class"
    VOLATILE = "has had no effect since torch 0.4"
    VOLATILE_TRAINED = "has had no effect since torch 0.4, on what is differentiated"
    VOLATILE_UNDER_GUARD = "has had no effect since torch 0.4, beside a guard"
    AROUND_YIELD = "lasts into the loop that consumes the generator"
    AROUND_AWAIT = "lasts while other tasks run"
    INSIDE_INFERENCE_MODE = "is overruled by the inference_mode around it"
    SWITCHED_ON = "switches recording on"
    AROUND_THREAD = "does not hold in another thread"
    NEVER_RESET = "is never taken back"
    KEPT_GRAPH = "is kept with its graph"
    KEPT_FOR_CALLERS = "is kept with the graph that callers in other files give it"
    EVAL_NOT_CALLED = "is named and not called; the model stays in training mode"
    BARE_DECORATOR = "is not called, which old versions of torch need"
    SWITCH_AS_DECORATOR = "is a switch, which old versions of torch leave off"
    UNKNOWN_GUARD = "is unknown to old versions of torch"
    CASTS_FOR_TRAINING = "leaves weights without gradients in the autocast block"
    TRAINED_IN_VAIN = "keeps from learning what an optimizer is given"
    SAVED_OUTSIDE = "makes tensors that cannot be saved for a backward pass"
    CHANGED_OUTSIDE = "makes tensors that cannot be changed outside"
    INSIDE_THE_SAME = "stands inside a guard of the same kind"
    LIGHTER_GUARD = "could be inference_mode"
    NEVER_EVALUATING = "guards a model that is never put into eval mode"
    NEVER_TRAINING_AGAIN = "is never taken back while training goes on"
    NEEDLESS_GRAPH = "records what nobody trains"
    TRAIN_NOT_CALLED = "is named and not called; the model stays in eval mode"


class GuardMisuse(NamedTuple):
    """A guard, or a switch of modes, that does not do what it seems to.

    ``guard`` is how it is written, ``subject`` what it was put on; ``meant_for`` are the lines
    that it was to cover, as far as they can be told, ``line`` another one that is concerned.
    ``floor`` is the oldest torch on which the file has to run, where that matters. ``instead`` is
    what is to be written in another way, where that is not the node itself; statements are a guard
    and what follows in its suite.
    """

    node: ast.expr
    kind: Misuse
    guard: str
    subject: str = ""
    meant_for: range = range(0)
    line: int = 0
    place: str = ""  # in another file
    floor: str = ""
    instead: ast.expr | ast.With | FunctionNode | Sequence[ast.stmt] | None = None


class Unknown(NamedTuple):
    """Dotted names of which other files may tell that there are forward passes.

    ``runners`` are functions that get a model, ``classes`` those whose objects are called.
    """

    runners: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()


class ModuleFacts(NamedTuple):
    """All facts of one file."""

    regions: tuple[Region, ...]
    backward_passes: tuple[MisplacedBackward, ...]
    silent: tuple[ForwardPass, ...]
    misuses: tuple[GuardMisuse, ...] = ()
    is_unknown: bool = False  # the file connects too much with too much to conclude anything
    needs: Needs | None = None
    unknown: Unknown = Unknown()
