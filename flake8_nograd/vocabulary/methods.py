"""What methods and attributes mean whatever they are called on."""

from __future__ import annotations

import re
from functools import lru_cache

from flake8_nograd.vocabulary.tensor_methods import COMPUTING_METHODS, TENSOR_METHODS
from flake8_nograd.vocabulary.words import VERBS, names_something_else, words

# Methods of nn.Module that give the module (or tensor) itself back.
RETURNS_SELF = frozenset(
    "to cuda cpu xpu half float double bfloat16 type eval train requires_grad_ apply share_memory"
    " to_empty compile ipu contiguous".split()
)

# Methods of accelerate 1.15.0 and of lightning 2.6.6's Fabric that give back what they are given,
# one by one and perhaps wrapped; with the receiver's name where the method's says too little.
PREPARES = frozenset("prepare prepare_model unwrap_model setup_module fabric.setup".split())

# Methods without arguments that set `requires_grad` of all parameters of their receiver, of
# lightning 2.6.6's modules, those of its relatives and many of projects; of a tensor in place.
_WHAT_IS_ALL = ("", "_all", "_model", "_network", "_parameters", "_params", "_weights")
SETS_REQUIRES_GRAD = {
    **{f"freeze{what}": False for what in _WHAT_IS_ALL},
    **{f"unfreeze{what}": True for what in _WHAT_IS_ALL},
    "detach_": False,
}

# Methods that freeze, until they are taken back, all but what the given optimizer trains
# (lightning 2.6.6: core/module.py).
FREEZES_OTHERS = frozenset(("toggle_optimizer", "toggled_optimizer"))

# Methods that only an nn.Module has: whoever calls one of them tells that it is one.
ONLY_OF_MODULES = frozenset(
    "parameters named_parameters named_modules named_children children modules buffers"
    " named_buffers register_forward_hook register_forward_pre_hook register_full_backward_hook"
    " register_backward_hook add_module register_buffer register_parameter half".split()
)

# Methods that nn.Module shares with few others.
ALMOST_ONLY_OF_MODULES = frozenset("load_state_dict state_dict zero_grad share_memory".split())

# Methods that only strings and files of text have, and that give text.
TEXT_METHODS = frozenset(
    "strip rstrip lstrip lower upper title capitalize casefold format readline readlines"
    " splitlines removeprefix removesuffix read_text as_posix".split()
)

# Attributes that only an nn.Module has.
MODULE_ATTRIBUTES = frozenset(("training",))

# Attributes under which a wrapper keeps the module that it wraps.
WRAPPED_MODULE = frozenset(("module", "_orig_mod"))

# Methods of a tensor whose result has no graph: this is where a result becomes plain numbers.
CUTS = frozenset(
    "item detach detach_ numpy tolist argmax argmin argsort multinomial long int bool byte short"
    " eq ne gt ge lt le nonzero size dim numel stride isnan isfinite allclose equal element_size"
    " data_ptr new_zeros new_ones new_tensor new_full ndimension get_device is_cuda".split()
)

# Of these, the ones that only tell the shape: they say nothing about what the value is for.
SHAPE_ONLY = frozenset(
    "size dim numel stride element_size data_ptr ndimension get_device is_cuda new_zeros new_ones"
    " new_tensor new_full".split()
)

# Attributes of a tensor without a graph.
CUT_ATTRIBUTES = frozenset(("data", "shape", "device", "dtype", "requires_grad", "ndim", "grad"))

# Attributes of a tensor that show its graph.
GRAPH_ATTRIBUTES = frozenset(("grad_fn",))

# Methods that return values and their indices; the indices have no graph.
VALUES_AND_INDICES = frozenset("max min topk sort kthvalue mode median".split())

# Attributes that mean something by themselves.
TELLING_ATTRIBUTES = CUT_ATTRIBUTES | GRAPH_ATTRIBUTES | MODULE_ATTRIBUTES | WRAPPED_MODULE

# Methods of a model that run a forward pass under another name.
HIDDEN_FORWARDS = frozenset(
    "forward encode decode embed extract_features forward_features forward_head encode_image"
    " encode_text get_image_features get_text_features infer inference predict_step val_step"
    " test_step eval_step validation_step evaluation_step inverse forward_encoder"
    " forward_decoder reconstruct calculate_objective generate_square sample_latent"
    " get_features encode_query encode_document greedy_decode reverse loss compute_loss get_loss"
    " calculate_loss".split()
)

# First and last words of further such methods.
HIDDEN_FORWARD_VERBS = frozenset(("forward", "encode", "decode", "embed", "extract", "infer"))
HIDDEN_FORWARD_RESULTS = frozenset(("features", "embedding", "embeddings", "logits"))

# Methods that guard themselves on the library classes which own the name; on a class of the file
# the method's own body is what counts.
SELF_GUARDED_METHODS = frozenset(("generate", "predict", "fit", "evaluate"))

# Methods that guard themselves on modules whose other calls record, by the package that makes them.
GUARDED_METHODS = {
    # torch_geometric 2.8.1: nn/models/basic_gnn.py, llm/models/*.py
    "torch_geometric.": frozenset(
        "inference inference_per_layer inference_lm inference_gnn encode".split()
    ),
    # segmentation_models_pytorch 0.6.0: base/model.py
    "segmentation_models_pytorch.": frozenset(("predict",)),
    # openai-whisper 20250625: decoding.py; transcribe.py
    "whisper.": frozenset("decode detect_language transcribe".split()),
    # sentence-transformers 6.2.0: model.py, cross_encoder
    "sentence_transformers.": frozenset(
        "encode encode_query encode_document encode_multi_process rank".split()
    ),
}

# Names that hold a module by the contract of a framework (lightning 2.6.6: callback hooks).
CERTAIN_MODULES = frozenset(("pl_module",))

# Last words of methods and functions that compute a gradient of what they are given.
GRADIENT_WORDS = frozenset(
    "derivative derivatives gradient gradients jacobian hessian forces saliency".split()
)

# Methods that differentiate what they are given or called on.
TRAINING_METHODS = frozenset(
    "backward manual_backward adapt train_on_batch train_step training_step fit train_one_batch"
    " optimize_parameters update_params optimizer_step".split()
)

# Of these, the ones that raise where nothing has been recorded, as `torch.autograd.grad` does.
RAISING_METHODS = frozenset(("backward", "manual_backward"))

# Methods that run a function later or elsewhere, without the guards around the call.
DEFERS = frozenset(("submit", "create_task", "apply_async", "run_in_executor", "map_async"))

# Methods of containers and recorders that keep what they are given.
KEEPS = frozenset("append extend add insert appendleft put update setdefault push store".split())

# Of these, the ones after which the argument itself is an element.
KEEPS_AS_IS = frozenset("append extend insert appendleft put setdefault add_module".split())

# Methods that mean the same when they are called by a name in which they were kept.
KEPT_IN_NAMES = TRAINING_METHODS | KEEPS_AS_IS | {"forward"}

# Methods that write their arguments into the tensor they are called on, and give it back.
IN_PLACE = frozenset(
    "add_ addcdiv_ addcmul_ addmm_ baddbmm_ copy_ div_ fill_ index_add_ index_copy_ index_fill_"
    " index_put_ index_reduce_ lerp_ masked_fill_ masked_scatter_ mul_ pow_ put_ scatter_"
    " scatter_add_ scatter_reduce_ sub_".split()
)

# Methods of loggers, writers and metrics that read what they are given as plain numbers.
READS_NUMBERS = frozenset(
    "add_scalar add_scalars add_image add_images add_histogram add_figure add_embedding add_video"
    " add_audio write info debug warning error log log_metrics set_postfix set_description format"
    " imshow imsave plot scatter savefig writerow save log_dict print save_image critical"
    " update_state compute".split()
)


# Methods of tensors and distributions that make something of their arguments and keep nothing.
COMPUTES = COMPUTING_METHODS | {"log_prob", "cdf", "icdf"}

# Methods that mean something whatever they are called on, beside those that train.
MEANING = frozenset(("setdefault", "items", "values")).union(
    SETS_REQUIRES_GRAD,
    CUTS,
    READS_NUMBERS,
    ONLY_OF_MODULES,
    ALMOST_ONLY_OF_MODULES,
    IN_PLACE,
    RETURNS_SELF,
    VALUES_AND_INDICES,
    (name.rpartition(".")[2] for name in PREPARES),
)

# Methods of modules that give what is in them.
_OF_PARTS = frozenset("get_submodule get_parameter get_buffer get_extra_state".split())
_OF_LOGGERS = frozenset("debug info warning warn error exception critical log".split())

# Methods of containers, strings, matches, loggers and tensors, and of modules whatever they
# compute: such a name says nothing of a forward pass.
_OF_OTHERS = TENSOR_METHODS.union(
    _OF_PARTS, _OF_LOGGERS, *map(dir, (dict, list, set, str, re.Match))
)

# Hidden forwards that do without an input, which a method of a list or text does as well.
TAKES_NO_INPUT = HIDDEN_FORWARDS - _OF_OTHERS

# Verbs of methods that give features or logits; any other verb does something else with them.
_GIVING_VERBS = frozenset("get compute calculate extract predict apply run produce".split())


@lru_cache(maxsize=4096)
def computes_gradient(method: str) -> bool:
    """Whether a name says that what bears it differentiates what it is given."""
    parts = words(method)
    return bool(parts) and (parts[0] == "gradient" or parts[-1] in GRADIENT_WORDS)


@lru_cache(maxsize=4096)
def is_hidden_forward(method: str) -> bool:
    """Whether a method of this name, called on a model, runs a forward pass."""
    return method in HIDDEN_FORWARDS or is_forward_by_words(method)


def is_forward_by_words(method: str) -> bool:
    """Whether the words of a method speak for a forward pass, if it gets any input."""
    parts = words(method)
    return (
        may_be_forward(method)
        and "backward" not in parts
        and (
            parts[0] in HIDDEN_FORWARD_VERBS
            or parts[-1] in HIDDEN_FORWARD_RESULTS
            or parts[-1] == "forward"
        )
    )


def may_be_forward(method: str) -> bool:
    """Whether nothing in a method's words says that it makes, moves or sets things."""
    parts = words(method)
    return bool(parts) and (parts[0] not in VERBS or parts[0] in _GIVING_VERBS)


@lru_cache(maxsize=4096)
def may_be_unlisted_forward(method: str) -> bool:
    """Whether a method in none of the tables may run a forward pass, called on a sure module."""
    excluded = method in _OF_OTHERS or names_something_else(method) or computes_gradient(method)
    return may_be_forward(method) and not (excluded or _changes_in_place(method))


def _changes_in_place(method: str) -> bool:
    """Whether a name says, as torch's own do, that something is changed rather than computed."""
    return method.endswith("_") and not method.endswith("__")
