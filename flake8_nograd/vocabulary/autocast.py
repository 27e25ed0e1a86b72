"""How torch spells autocast."""

from __future__ import annotations

AUTOCAST = "autocast"  # a part of every spelling
AUTOCASTS = frozenset(
    f"torch.{module}autocast"
    for module in ("", "amp.", "amp.autocast_mode.", "cuda.amp.", "cuda.amp.autocast_mode.")
) | {"torch.cpu.amp.autocast", "torch.cpu.amp.autocast_mode.autocast"}
KEEPS_NO_WEIGHTS = frozenset(("enabled", "cache_enabled"))  # if they are False
CLEARS_CACHE = "clear_autocast_cache"
