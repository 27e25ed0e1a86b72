"""The same questions about tensors: under inference mode each one that lasts may be needed.

What is made there can never be recorded or changed in place outside. So all that is plain are
numbers, arrays and text; a tensor has to end within sight, with a graph or without.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_nograd.torch_model.needs.callees import Callee, Callees, Does
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.vocabulary import methods

_NUMBERS = frozenset(
    "item tolist numpy size dim numel stride element_size data_ptr ndimension get_device is_cuda"
    " allclose equal".split()
)
_OF_NO_TENSOR = ("torch.cuda.", "torch.backends.", "torch.utils.", "torch.distributed.")
_OPAQUE = frozenset("torch.manual_seed torch.save torch.is_tensor torch.device".split())


class CalleesOfTensors(Callees):
    """What calls do, if tensors without a graph count as well."""

    def of(self, node: ast.Call) -> Callee:
        """What a call does; one that cuts a graph still gives a tensor."""
        callee = super().of(node)
        if callee.does is Does.READS and self._gives_tensor(node):
            return Callee(Does.PASSES)
        return callee

    def _gives_tensor(self, node: ast.Call) -> bool:
        record = self.record(node)
        imported = record.imported if record is not None else None
        if imported is not None:
            if not self.is_of_library(node):
                return True
            is_torchs = imported.startswith("torch.") and not imported.startswith(_OF_NO_TENSOR)
            return is_torchs and imported not in _OPAQUE
        return isinstance(node.func, ast.Attribute) and node.func.attr in methods.CUTS - _NUMBERS


class Numbers(PlainValues):
    """What is certainly no tensor."""

    indices_are_plain = False
    comparisons_are_plain = False
    cutting_attributes = methods.CUT_ATTRIBUTES - {"data", "grad"}

    def is_plain(self, node: ast.expr) -> bool:
        """Whether an expression is a number, an array, a text or made of such."""
        if isinstance(node, ast.Compare):
            return all(map(self.is_plain, (node.left, *node.comparators)))
        if isinstance(node, ast.Attribute) and node.attr in methods.CUT_ATTRIBUTES:
            return node.attr in self.cutting_attributes or self.is_plain(node.value)
        if isinstance(node, ast.Call):
            record = self._callees.record(node)
            imported = record.imported if record is not None else None
            if imported and "." in imported and self._callees.of(node).does is Does.PASSES:
                return False
        return super().is_plain(node)


def makes_lazy_layers(nodes: Iterable[ast.AST]) -> bool:
    """Whether the parameters of a layer are made in its first forward pass."""
    return any(
        str(getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))).startswith(
            ("LazyLinear", "LazyConv", "LazyBatchNorm", "LazyInstanceNorm")
        )
        for node in nodes
    )
