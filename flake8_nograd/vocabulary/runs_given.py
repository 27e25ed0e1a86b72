"""Functions that do nothing but run a module that they are given, on their other arguments."""

from __future__ import annotations

# The parameter that stands for the module, by its position and name.
RUNS_GIVEN = {
    "torch.func.functional_call": (0, "module"),
    "torch.nn.utils.stateless.functional_call": (0, "module"),
    "torch.nn.parallel.data_parallel": (0, "module"),
    "monai.inferers.sliding_window_inference": (3, "predictor"),
    "monai.inferers.utils.sliding_window_inference": (3, "predictor"),
}

RUNNING_NAMES = frozenset(dotted.rpartition(".")[2] for dotted in RUNS_GIVEN)
