"""What a guard may cover: why some statements must go on recording, or that they need not."""

from __future__ import annotations

import ast
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from functools import cached_property

from flake8_nograd.flow.program import Program
from flake8_nograd.syntax.bindings import Bindings, FunctionNode
from flake8_nograd.torch_model.models.recognition import Modules
from flake8_nograd.torch_model.needs import inference_tensors, surroundings
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.callers import Callers
from flake8_nograd.torch_model.needs.endings import Endings
from flake8_nograd.torch_model.needs.evaluation_order import cut_off, why_not_hoisted
from flake8_nograd.torch_model.needs.module_state import ModuleState
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.torch_model.needs.training_calls import Training
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import escapes
from flake8_nograd.vocabulary.lookup import Vocabulary

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CONTAINER_METHODS = frozenset("append extend appendleft insert setdefault".split())


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
    ) -> None:
        self.guard_items = guard_items
        self.passes = passes
        self.tree = tree
        self.program = program
        self._points_to = points_to
        self.callees = Callees(program, points_to, modules, vocabulary)

    @cached_property
    def bindings(self) -> Bindings:
        """Where the names of the file are bound and read."""
        return Bindings(self.tree)

    @cached_property
    def callers(self) -> Callers:
        """Who calls the functions of the file."""
        return Callers(self.bindings)

    @cached_property
    def training(self) -> Training:
        """Which calls of the file differentiate or train."""
        return Training(self.tree)

    @cached_property
    def state(self) -> ModuleState:
        """What forward passes do beside giving a result."""
        return ModuleState(self.program, self.bindings, self.callees, self.plain_values())

    @cached_property
    def has_generators(self) -> bool:
        """Whether generators of the file are kept or handed on before they run."""
        parents = self.bindings.parents
        return any(
            not isinstance(parents.get(call.node), ast.For | ast.comprehension)
            for function in self.program.functions
            if function.is_generator
            for call in self._points_to.runs_of(function)
        )

    def plain_values(self, assumed: Collection[ast.Call] = ()) -> PlainValues:
        """What has no graph, if the results of the assumed calls have none."""
        return PlainValues(self.bindings, self.callees, assumed)

    def around(self, passes: Iterable[ast.Call]) -> NeedsOfRegion:
        """The answers for one finding."""
        return NeedsOfRegion(self, frozenset(passes))


class NeedsOfRegion:
    """Answers for code around the forward passes of one finding; an empty text is no reason."""

    def __init__(self, needs: Needs, passes: frozenset[ast.Call]) -> None:
        self._needs = needs
        self._passes = passes

    def need(self, code: Sequence[ast.AST]) -> str:
        """Why a guard over the code may change what the program computes."""
        return _Block(self._needs, code, self._passes, self._needs.plain_values()).need() or ""

    def other_need(self, code: Sequence[ast.AST]) -> str:
        """The same, if nobody needs the graphs of the forward passes."""
        plain = self._needs.plain_values(self._passes)
        return _Block(self._needs, code, self._passes, plain).need() or ""

    def differentiates(self, code: Sequence[ast.AST]) -> str:
        """Why the code has to record: it computes gradients itself."""
        call = self._needs.training.first_in(code)
        return "" if call is None else f"the block differentiates or trains (line {call.lineno})"

    def must_record(self, code: Sequence[ast.AST]) -> str:
        """Why the code has to record: it differentiates, or asks for recording itself."""
        return self.differentiates(code) or surroundings.asks_for_recording(code)

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
        return surroundings.computes_other_values(self._needs.tree)

    def is_scripted(self, function: FunctionNode) -> bool:
        """Whether TorchScript compiles a function."""
        return surroundings.is_scripted(function, self._needs.tree)

    def drops_decorators(self, function: FunctionNode) -> bool:
        """Whether a guard above a `def` would not work, or stands there already."""
        return surroundings.drops_decorators(function, self._needs.tree)

    def sees_decorators(self, function: FunctionNode) -> str:
        """Why others may see that a function is another one once it is decorated."""
        return surroundings.sees_decorators(function, self._needs.tree)

    def lasts(self, code: Sequence[ast.AST]) -> str:
        """Why tensors that are made in the code must not be those of inference mode."""
        if not all(map(self._needs.callees.is_in_sight, self._passes)):
            return "the class of the model is not in sight"
        around = self._needs.bindings.function_of(code[0])
        outside = self._needs.tree.body if isinstance(around, ast.Module) else [around]
        tree, training = self._needs.tree, self._needs.training
        reason = inference_tensors.objection(code, outside, tree, training)
        return reason or self._needs.state.need() or ""

    def hoisted(self, node: ast.Call) -> tuple[ast.Call, str]:
        """What of a forward pass could be evaluated before its statement, and why it cannot be."""
        whole = cut_off(node, self._needs.bindings)
        return whole, why_not_hoisted(whole, self._needs.bindings, self._needs.callees)


class _Block:
    """Statements or expressions that would run under one guard."""

    def __init__(
        self,
        needs: Needs,
        code: Sequence[ast.AST],
        passes: Collection[ast.Call],
        plain: PlainValues,
    ) -> None:
        self._bindings = needs.bindings
        self._needs = needs
        self._plain = plain
        self._passes = needs.passes.union(passes)
        self._inlined: set[ast.AST] = set()
        self._nodes = list(self._run_by(code))
        self._endings = Endings(
            needs.bindings,
            needs.callees,
            needs.callers,
            plain,
            covered=set(self._nodes),
            inlined=self._inlined,
            passes=self._passes,
        )

    def need(self) -> str | None:
        """Why something that is recorded here may be needed."""
        for node in self._nodes:
            why = self._of_node(node)
            if why is not None:
                return why
        return self._endings.need()

    def _run_by(self, code: Sequence[ast.AST]) -> Iterator[ast.AST]:
        """All that runs with the code, functions of the file that it calls included."""
        todo = list(code)
        while todo:
            node = todo.pop()
            yield node
            if self._is_guarded(node):
                continue
            if not isinstance(node, _DEFINITIONS):
                todo.extend(ast.iter_child_nodes(node))
            if isinstance(node, ast.Call):
                for function in self._functions_run_by(node):
                    self._inlined.add(function)
                    todo.extend(function.body)

    def _is_guarded(self, node: ast.AST) -> bool:
        """Whether a guard stands around a suite already."""
        guards = self._needs.guard_items
        return isinstance(node, ast.With) and any(
            item.context_expr in guards for item in node.items
        )

    def _functions_run_by(self, node: ast.Call) -> Iterator[FunctionNode]:
        callee = self._needs.callees.of(node)
        if callee.does is Does.RUNS:
            for function in callee.functions:
                if isinstance(function.node, FunctionNode) and function.node not in self._inlined:
                    yield function.node

    def _of_node(self, node: ast.AST) -> str | None:
        match node:
            case ast.Call():
                return self._of_call(node)
            case ast.BinOp() | ast.UnaryOp():
                self._follow(node)
            case ast.Subscript(ctx=ast.Load()):
                self._follow(node)
            case ast.Attribute(ctx=ast.Load()):
                return self._of_attribute(node)
            case ast.AugAssign():
                if not (self._plain.is_plain(node.value) and self._is_plain_target(node)):
                    return self._endings.add_to(node)
            case ast.For() | ast.comprehension():
                return self._of_iteration(node)
            case ast.Assign(targets=targets, value=value):
                if any(isinstance(item, ast.Tuple | ast.List) for item in targets):
                    return self._of_unpacking(node, value)
            case ast.Match(subject=subject):
                return self._of_match(node, subject)
            case ast.AsyncFor() | ast.AsyncWith():
                return f"what line {node.lineno} does is not followed"
        return None

    def _follow(self, node: ast.expr) -> None:
        if not self._plain.is_plain(node):
            self._endings.add(node)

    def _is_plain_target(self, node: ast.AugAssign) -> bool:
        if isinstance(node.target, ast.Name):
            load = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self._bindings.parents[load] = node
            return self._plain.is_plain(load)
        return isinstance(node.target, ast.Subscript)

    def _of_call(self, node: ast.Call) -> str | None:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in escapes.SHOWING_CALLS:
            return f"{name}() looks at recording or sets it (line {node.lineno})"
        does = self._needs.callees.of(node).does
        if node in self._passes or does is Does.PASSES_ON:
            self._follow(node)
            return self._needs.state.need() or self._of_filled(node)
        if does is Does.UNKNOWN:
            what = ast.unparse(node.func)[:40]
            return f"{what}() may need a graph (line {node.lineno})"
        if does is Does.KEEPS:
            return self._of_keeping(node, name)
        if name == "next" and self._needs.has_generators:
            return f"next() may run a generator that needs a graph (line {node.lineno})"
        self._follow(node)
        return None

    def _of_filled(self, node: ast.Call) -> str | None:
        """What a forward pass may put into its arguments is followed as its result is."""
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if not self._needs.state.fills_arguments:
            return None
        for argument in given:
            if isinstance(argument, ast.Name):
                why = self._endings.bind(argument, node)
                if why is not None:
                    return why
            elif not isinstance(argument, ast.Call | ast.Constant):
                return f"a forward pass fills its argument (line {node.lineno})"
        return None

    def _of_keeping(self, node: ast.Call, name: str) -> str | None:
        """A method that keeps what it is given, if it is one of a container for certain."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in _CONTAINER_METHODS:
            return None
        if isinstance(owner, ast.Name) and self._plain.is_container(self._bindings.of(owner)):
            return None
        return f"{ast.unparse(node.func)[:40]}() may need a graph (line {node.lineno})"

    def _of_attribute(self, node: ast.Attribute) -> str | None:
        if node.attr in self._needs.program.properties:
            return f"the property {node.attr} may need a graph (line {node.lineno})"
        if node.attr in escapes.VIEW_ATTRIBUTES:
            self._follow(node)
        return None

    def _of_iteration(self, node: ast.For | ast.comprehension) -> str | None:
        if self._plain.is_plain_iteration(node.iter):
            return None
        if self._needs.has_generators and not isinstance(node.iter, ast.Call):
            return f"a generator may run in the loop and need a graph (line {node.iter.lineno})"
        return self._endings.bind(node.target, node)

    def _of_match(self, node: ast.Match, subject: ast.expr) -> str | None:
        """Patterns take a subject apart; only plain ones are followed."""
        has_sequences = any(isinstance(part, ast.MatchSequence) for part in ast.walk(node))
        if has_sequences and not self._plain.is_plain(subject):
            return f"what the patterns of line {node.lineno} take apart is not followed"
        return None

    def _of_unpacking(self, node: ast.Assign, value: ast.expr) -> str | None:
        if isinstance(value, ast.Tuple | ast.List) or self._plain.is_plain(value):
            return None
        whys = (self._endings.bind(target, node) for target in node.targets)
        return next((why for why in whys if why is not None), None)
