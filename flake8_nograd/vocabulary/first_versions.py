"""The first version of torch that knows a way to write guards, or does right by it."""

from __future__ import annotations

import re

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.torch_versions import Version

INFERENCE_MODE: Version = (1, 9)
BARE_DECORATOR: Version = (2, 1)  # before: raises; inference_mode takes the function for its mode
SWITCH_AS_DECORATOR: Version = (2, 2)  # before: leaves recording off for good, or raises
# Before: a weight that autocast casts with recording off is kept, without a way to its gradient,
# for the rest of the block.
AUTOCAST_KEEPS_GRADIENTS: Version = (2, 11)

# Names whose reading tells that a file looks which torch it has, and words of its conditions.
TELLS_VERSION = frozenset(("torch.__version__", "torch.version.__version__", "torch.torch_version"))
ASKS_ATTRIBUTE = frozenset(("hasattr", "getattr"))
SPEAKS_OF_VERSION = lazy_pattern(r"version|torch|inference_mode", re.IGNORECASE)
# What reading or importing a name raises that there is not.
RAISED_BY_MISSING_NAMES = frozenset(("AttributeError", "ImportError", "ModuleNotFoundError"))
