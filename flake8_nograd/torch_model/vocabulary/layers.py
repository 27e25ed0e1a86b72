"""Layers of torch.nn 2.13.0 by whether they have parameters, and what makes a parameter."""

from __future__ import annotations

import re

# Layers of torch.nn without parameters: on plain inputs they record nothing.
PARAMETERLESS = re.compile(
    r"torch\.nn\.(?:modules\.\w+\.)?(?:\w*(?:Loss|Pool[123]d|Pad[123]d|Shuffle|Dropout[123]?d?)"
    r"|\w*ReLU6?|\w*ELU|SiLU|Mish|\w*Sigmoid|\w*Tanh|\w*[Ss]oft(?:max|plus|sign|shrink|min)(?:2d)?"
    r"|Hard\w+|Threshold|Tanhshrink|GLU|Flatten|Unflatten|Identity|Fold|Unfold|Upsample\w*"
    r"|CosineSimilarity|PairwiseDistance|ChannelShuffle|ZeroPad[123]d)"
)

# Calls whose result is a tensor that requires a gradient.
LEAF_MAKERS = frozenset(("torch.nn.Parameter", "torch.nn.parameter.Parameter"))

# Repositories of torch.hub whose models switch recording off themselves.
GUARDED_HUB = ("ultralytics/yolov5", "snakers4/silero")
