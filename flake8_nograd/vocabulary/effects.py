"""What calls of libraries do, by dotted name; `package.*` speaks for everything below a package.

The longest matching name wins. Where a library's release was read to settle a row, its version
stands beside it.
"""

from __future__ import annotations

from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.model_libraries import MODEL_LIBRARIES
from flake8_nograd.vocabulary.other_libraries import OTHER_LIBRARIES
from flake8_nograd.vocabulary.torch_calls import TORCH_CALLS

__all__ = ["EFFECTS", "Effect"]

EFFECTS: dict[str, Effect] = {**TORCH_CALLS, **MODEL_LIBRARIES, **OTHER_LIBRARIES}
