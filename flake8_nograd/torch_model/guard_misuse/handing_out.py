"""Who may do anything with a module: where it is held, and who else gets it."""

from __future__ import annotations

from flake8_nograd.flow.graph import Node, closure
from flake8_nograd.flow.program import Call
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.guard_misuse.optimized import clips, is_optimizer
from flake8_nograd.torch_model.semantics.context import Context

_READING = frozenset(
    "print len isinstance type id next list tuple filter itertools.chain torch.save".split()
)


def holders_of(maker: Call[Context], what: Interpreted) -> set[Node]:
    """All values of the file that may be what a call made."""
    return closure([maker.result], what.program.graph.copies, what.points_to.object_flow)


def is_handed_out(holders: set[Node], what: Interpreted) -> bool:
    """Whether any code out of sight gets a module or its parameters."""
    return any(is_given(call, holders, what) for call in what.calls)


def is_given(call: Call[Context], holders: set[Node], what: Interpreted) -> bool:
    """Whether a call that may do anything gets a module or its parameters."""
    if all(value.aliases.isdisjoint(holders) for value in call.arguments()):
        return False
    if is_optimizer(call, what) or what.points_to.runs_own_function(call):
        return False
    name = call.imported or call.method
    return not (name in _READING or clips(name))
