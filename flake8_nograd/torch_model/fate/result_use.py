"""The use of one result: each thing that may become of it is found when it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_nograd.flow.graph import Node
from flake8_nograd.torch_model.semantics.observations import PlainUse

if TYPE_CHECKING:
    from flake8_nograd.torch_model.fate.fate import ResultUses


class ResultUse:
    """What becomes of one result; several can be true at once, each is found when it is asked."""

    __slots__ = ("_node", "_uses")

    def __init__(self, node: Node, uses: ResultUses) -> None:
        self._node = node
        self._uses = uses

    @property
    def trained(self) -> bool:
        """Whether it is differentiated, here or by a caller."""
        return self._node in self._uses.trained

    @property
    def returned(self) -> bool:
        """Whether it is returned to callers outside the file."""
        return self._node in self._uses.returned

    @property
    def stored(self) -> bool:
        """Whether it is kept in an object that others may read."""
        return self._node in self._uses.stored

    @property
    def passed_on(self) -> bool:
        """Whether it is passed to code outside the file."""
        return self._node in self._uses.passed_on

    @property
    def discarded(self) -> bool:
        """Whether nothing takes it."""
        return self._uses.is_discarded(self._node)

    @property
    def plain_use(self) -> PlainUse | None:
        """The nearest place that reads the result as numbers."""
        return self._uses.first_plain_use(self._node)

    @property
    def is_read_as_tensor(self) -> bool:
        """Whether a method of tensors reads the result."""
        return self.plain_use is not None and self.plain_use.how.startswith(".")

    @property
    def escapes(self) -> bool:
        """Whether the result, or something computed from it, leaves the file's sight."""
        return self.returned or self.stored or self.passed_on

    @property
    def is_cut(self) -> bool:
        """Whether everything that becomes of it is plain numbers."""
        return not self.escapes and not self.trained and self.plain_use is not None

    @property
    def is_detached(self) -> bool:
        """Whether the author cuts it off its graph, and so knows that there is one."""
        return self.plain_use is not None and self.plain_use.how in (".detach()", ".data")
