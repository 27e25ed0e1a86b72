"""Does a file speak of torch? Asked of its text alone, before any other part is imported."""

from __future__ import annotations

import re

from flake8_nograd.vocabulary.other_frameworks import OTHER_FRAMEWORKS

_FAMILY = (
    "torch lightning transformers diffusers timm fastai ignite accelerate detectron2 mmcv mmengine"
    " mmdet mmseg open_clip monai fairseq espnet allennlp speechbrain pyro catalyst skorch dgl"
    " lpips pretrainedmodels peft trl onmt"
).split()
_IMPORT = r"(?m)^[ \t]*(?:from|import)[ \t]"
_IMPORTS_FAMILY = rf"{_IMPORT}.*(?:{'|'.join(_FAMILY)})"
_IMPORTS_ANOTHER = rf"{_IMPORT}+(?:{'|'.join(sorted(OTHER_FRAMEWORKS))})\b"
_IMPORTS_TORCH = rf"{_IMPORT}.*torch"
_USES_TORCH = r"\btorch\."
# Methods of tensors and modules that no other library spells this way.
_METHODS = (".eval()", ".backward()", ".zero_grad()", ".cpu()", ".detach()")


def speaks_of_torch(text: str) -> bool:
    """Whether a file imports anything of torch's family, or uses what it does not import.

    Beside another framework, relatives such as transformers may run on that one.
    """
    named = any(name in text for name in _FAMILY)  # so that often no pattern need be compiled
    if named and re.search(_IMPORTS_FAMILY, text) is not None:
        return not _imports_another(text) or re.search(_IMPORTS_TORCH, text) is not None
    uses = any(method in text for method in _METHODS) or (
        "torch." in text and re.search(_USES_TORCH, text) is not None
    )
    return uses and not _imports_another(text)


def _imports_another(text: str) -> bool:
    named = any(name in text for name in OTHER_FRAMEWORKS)
    return named and re.search(_IMPORTS_ANOTHER, text) is not None
