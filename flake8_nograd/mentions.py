"""Does a file speak of torch? Asked of its text alone, before any other part is imported."""

from __future__ import annotations

import re

_FAMILY = (
    "torch|lightning|transformers|diffusers|timm|fastai|ignite|accelerate|detectron2|mmcv|mmengine"
    "|mmdet|mmseg|open_clip|monai|fairseq|espnet|allennlp|speechbrain|pyro|catalyst|skorch|dgl|lpips|pretrainedmodels|peft|trl|onmt"
)
_IMPORT = r"^[ \t]*(?:from|import)[ \t]"
_IMPORTS_FAMILY = re.compile(rf"{_IMPORT}.*(?:{_FAMILY})", re.MULTILINE)
_IMPORTS_ANOTHER = rf"(?m){_IMPORT}+(?:tensorflow|keras|mxnet|jax|paddle)\b"
_USES_TORCH = r"\btorch\."


def speaks_of_torch(text: str) -> bool:
    """Whether a file imports anything of torch's family, or uses torch by a star import."""
    if _IMPORTS_FAMILY.search(text) is not None:
        return True
    if "torch." not in text:  # as good as always: the patterns need not even be compiled
        return False
    return re.search(_USES_TORCH, text) is not None and re.search(_IMPORTS_ANOTHER, text) is None
