"""What a guard may cover: why some statements must go on recording, or that they need not."""

from __future__ import annotations

import ast
from collections.abc import Collection, Container, Iterable, Sequence
from functools import cached_property

from flake8_nograd.elsewhere import NOWHERE, Elsewhere
from flake8_nograd.findings import Hoisted
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.bindings import Bindings, FunctionNode
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.torch_model.models.recognition import Modules
from flake8_nograd.torch_model.needs import inference_tensors, surroundings
from flake8_nograd.torch_model.needs.block import Block
from flake8_nograd.torch_model.needs.callees import Callees
from flake8_nograd.torch_model.needs.callers import Callers
from flake8_nograd.torch_model.needs.evaluation_order import EvaluationOrder
from flake8_nograd.torch_model.needs.fields import Stores
from flake8_nograd.torch_model.needs.implicit_calls import ImplicitCalls
from flake8_nograd.torch_model.needs.module_state import ModuleState
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.torch_model.needs.tensors import CalleesOfTensors, Numbers, makes_lazy_layers
from flake8_nograd.torch_model.needs.training_calls import Training
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.lookup import Vocabulary

_LOOKING = frozenset(
    "__dict__ __func__ callable hasattr getattr vars dir is_inference"
    " is_inference_mode_enabled".split()
)


class Needs:
    """Answers for any code of a file whether what it records may be needed."""

    def __init__(
        self,
        tree: ast.Module,
        program: Program[Context],
        points_to: PointsTo,
        modules: Modules,
        vocabulary: Vocabulary,
        guard_items: Container[ast.expr],
        passes: frozenset[ast.Call],
        elsewhere: Elsewhere = NOWHERE,
        of_tensors: bool = False,
    ) -> None:
        self._elsewhere = elsewhere
        self.guard_items = guard_items
        self.passes = passes
        self.tree = tree
        self.program = program
        self._points_to = points_to
        self._modules = modules
        self._vocabulary = vocabulary
        self._is_of_tensors = of_tensors

    @cached_property
    def callees(self) -> Callees:
        """What the calls of the file do."""
        make = CalleesOfTensors if self._is_of_tensors else Callees
        return make(self.program, self._points_to, self._modules, self._vocabulary, self._elsewhere)

    @cached_property
    def of_tensors(self) -> Needs:
        """The same answers, if every tensor that lasts may be needed."""
        return Needs(
            self.tree,
            self.program,
            self._points_to,
            self._modules,
            self._vocabulary,
            self.guard_items,
            self.passes,
            self._elsewhere,
            of_tensors=True,
        )

    @cached_property
    def bindings(self) -> Bindings:
        """Where the names of the file are bound and read."""
        return Bindings(self.tree)

    @cached_property
    def whole_file(self) -> surroundings.WholeFile:
        """What the rest of the file means for any guard in it."""
        return surroundings.WholeFile(self.bindings.nodes)

    @cached_property
    def callers(self) -> Callers:
        """Who calls the functions of the file."""
        return Callers(self.bindings, self._elsewhere)

    def end_of_error(self) -> str:
        """Why something that raises may be meant to; empty if that cannot be."""
        if self.callers.expects_errors:
            return "something in the file waits for errors"
        names = _LOOKING.intersection(map(own_name, self.bindings.nodes))
        return f"the file looks at it by {min(names)}" if names else ""

    @cached_property
    def _stores(self) -> Stores:
        """What the file stores where."""
        return Stores(self.bindings)

    @cached_property
    def training(self) -> Training:
        """Which calls of the file differentiate or train."""
        return Training(self.bindings)

    @cached_property
    def state(self) -> ModuleState:
        """What forward passes do beside giving a result."""
        return ModuleState(self.program, self.bindings, self.callees, self.plain, self._elsewhere)

    @cached_property
    def kept_generators(self) -> list[Function]:
        """Generators of the file that are kept or handed on before they run."""
        parents = self.bindings.parents
        return [
            function
            for function in self.program.functions
            if function.is_generator
            and any(
                not isinstance(parents.get(call.node), ast.For | ast.comprehension)
                for call in self._points_to.runs_of(function)
            )
        ]

    @cached_property
    def implicit(self) -> ImplicitCalls:
        """Which functions run although nothing calls them."""
        return ImplicitCalls(
            self.program,
            self.bindings,
            self.plain,
            self.state,
            self.kept_generators,
            self._elsewhere,
        )

    @cached_property
    def evaluation_order(self) -> EvaluationOrder:
        """Which calls may be evaluated a little earlier."""
        return EvaluationOrder(
            self.bindings,
            self.callees,
            changed=self.state.changed | self.program.properties,
            is_overloaded=self.implicit.is_overloaded,
            changes_parts=self.state.changes_parts,
            elsewhere=self._elsewhere,
        )

    @cached_property
    def plain(self) -> PlainValues:
        """What has no graph."""
        return self.plain_values()

    def plain_values(self, assumed: Collection[ast.Call] = ()) -> PlainValues:
        """What has no graph, if the results of the assumed calls have none."""
        make = Numbers if self._is_of_tensors else PlainValues
        return make(self.bindings, self.callees, self.callers, self._stores, assumed)

    def around(self, passes: Iterable[ast.Call]) -> NeedsOfRegion:
        """The answers for one finding."""
        return NeedsOfRegion(self, frozenset(passes))


class NeedsOfRegion:
    """Answers for code around the forward passes of one finding; an empty text is no reason."""

    def __init__(self, needs: Needs, passes: frozenset[ast.Call]) -> None:
        self._needs = needs
        self._passes = passes

    @property
    def bindings(self) -> Bindings:
        """Where the names of the file are bound and read."""
        return self._needs.bindings

    def need(self, code: Sequence[ast.AST]) -> str:
        """Why a guard over the code may change what the program computes."""
        return Block(self._needs, code, self._passes, self._needs.plain).need() or ""

    def other_need(self, code: Sequence[ast.AST]) -> str:
        """The same, if nobody needs the graphs of the forward passes."""
        return Block(self._needs, code, self._passes, self._plain_but_passes).need() or ""

    @cached_property
    def _plain_but_passes(self) -> PlainValues:
        return self._needs.plain_values(self._passes)

    def differentiates(self, code: Sequence[ast.AST]) -> str:
        """Why the code has to record: it computes gradients itself."""
        call = self._needs.training.first_in(code)
        return "" if call is None else f"the block differentiates or trains (line {call.lineno})"

    def must_record(self, code: Sequence[ast.AST]) -> str:
        """Why the code has to record: it differentiates, or asks for recording itself."""
        return self.differentiates(code) or surroundings.asks_for_recording(code)

    def deferred(self, node: ast.Call) -> str:
        """Why a forward pass does not run where it is written."""
        return surroundings.deferred(node, self._needs.bindings)

    def set_by_hand(self, statement: ast.stmt) -> tuple[bool, int] | None:
        """Whether recording is switched on (or off) by hand around a statement, and the line."""
        return surroundings.set_by_hand(statement, self._needs.bindings)

    def autocast(self, code: Sequence[ast.AST]) -> str:
        """Old torch caches the weights it casts without a graph and reuses them for training."""
        for around in surroundings.autocasts_around(code, self._needs.bindings):
            need = self.differentiates(around.body) or self.other_need(around.body)
            if need:
                return (
                    f"the autocast block of line {around.lineno} may also record a graph that is"
                    f" needed, and on older torch both share cached weights: {need}"
                )
        return ""

    def other_values(self) -> str:
        """Why a guard may change numbers although nobody needs a graph."""
        return self._needs.whole_file.computes_other_values

    def is_scripted(self, function: FunctionNode) -> bool:
        """Whether TorchScript compiles a function."""
        return self._needs.whole_file.is_scripted(function)

    def drops_decorators(self, function: FunctionNode) -> bool:
        """Whether a guard above a `def` would not work, or stands there already."""
        return self._needs.whole_file.drops_decorators(function)

    def sees_decorators(self, function: FunctionNode) -> str:
        """Why others may see that a function is another one once it is decorated."""
        return self._needs.whole_file.sees_decorators(function)

    def lasts(self, code: Sequence[ast.AST]) -> str:
        """Why tensors that are made in the code must not be those of inference mode."""
        if not all(map(self._needs.callees.is_in_sight, self._passes)):
            return "the class of the model is not in sight"
        around = self._needs.bindings.function_of(code[0])
        outside = self._needs.tree.body if isinstance(around, ast.Module) else [around]
        training = self._needs.training
        reason = inference_tensors.objection(code, outside, self._needs.bindings, training)
        if reason is None and makes_lazy_layers(self._needs.bindings.nodes):
            reason = "the parameters of a lazy layer may be made there"
        tensors = self._needs.of_tensors
        return reason or Block(tensors, code, self._passes, tensors.plain).need() or ""

    def hoisted(self, node: ast.Call) -> Hoisted:
        """How a forward pass could be evaluated before its statement."""
        return self._needs.evaluation_order.hoisted(node)
