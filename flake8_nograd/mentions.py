"""Does a file speak of torch? Asked of its text alone, before any other part is imported."""

from __future__ import annotations

import re

_FAMILY = (
    "torch lightning transformers diffusers timm fastai ignite accelerate detectron2 mmcv mmengine"
    " mmdet mmseg open_clip monai fairseq espnet allennlp speechbrain pyro catalyst skorch dgl"
    " lpips pretrainedmodels peft trl onmt"
).split()
_IMPORT = r"(?m)^[ \t]*(?:from|import)[ \t]"
_IMPORTS_FAMILY = rf"{_IMPORT}.*(?:{'|'.join(_FAMILY)})"
_IMPORTS_ANOTHER = rf"{_IMPORT}+(?:tensorflow|keras|mxnet|jax|paddle)\b"
_USES_TORCH = r"\btorch\."


def speaks_of_torch(text: str) -> bool:
    """Whether a file imports anything of torch's family, or uses torch by a star import."""
    if not any(name in text for name in _FAMILY):  # so that no pattern need be compiled
        return False
    if re.search(_IMPORTS_FAMILY, text) is not None:
        return True
    return re.search(_USES_TORCH, text) is not None and re.search(_IMPORTS_ANOTHER, text) is None
