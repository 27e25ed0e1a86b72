"""Classes of frameworks whose methods are run under a guard, or inside somebody's forward pass."""

from __future__ import annotations

import builtins
import re
from typing import NamedTuple

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.vocabulary.other_frameworks import OTHER_FRAMEWORKS


class Framework(NamedTuple):
    """Base classes, by the last part of their name, and the hooks that they run guarded."""

    bases: re.Pattern[str]
    guarded: re.Pattern[str]
    outside: re.Pattern[str] = lazy_pattern(r"on_\w+")  # hooks that are no part of a forward pass


# lightning 2.6.6: evaluation_loop.py and prediction_loop.py put these hooks under no_grad or
# inference_mode; on_train_*, setup and configure_* run with recording on.
_LIGHTNING_HOOKS = lazy_pattern(
    r"(validation|test|predict)_(step|step_end|epoch_end)"
    r"|on_(validation|test|predict)_\w+|(val|test|predict)_dataloader"
)

FRAMEWORKS: tuple[Framework, ...] = (
    Framework(
        lazy_pattern(r"Lightning\w*Module|LightningModule|\w*LightningModule"), _LIGHTNING_HOOKS
    ),
    Framework(lazy_pattern(r"Callback|\w+Callback"), _LIGHTNING_HOOKS),
    # fastai 2.8.12 learner.py, _do_epoch_validate
    Framework(lazy_pattern(r"Callback|\w+Callback"), lazy_pattern(r"(before|after)_validate")),
    # transformers 5.23.0, trainer.py: prediction_step holds the guard around compute_loss, and who
    # overrides it takes the guard away. pytorch-accelerated 0.1.61, trainer.py: _run_eval_epoch.
    Framework(lazy_pattern(r"\w*Trainer"), lazy_pattern(r"compute_loss|calculate_eval_batch_loss")),
    # mmengine 0.10.7, loops.py: ValLoop.run_iter and TestLoop.run_iter. mmdet 2.28.2 and 3.3.0,
    # apis/test.py: single_gpu_test and multi_gpu_test.
    Framework(lazy_pattern(r"\w*Hook"), lazy_pattern(r"(before|after)_(val|test)_iter")),
    Framework(
        lazy_pattern(r"BaseModel|BaseModule|\w*(Detector|Segmentor|Recognizer|Classifier)"),
        lazy_pattern(r"(val|test)_step|(simple|aug|forward)_test\w*"),
    ),
    # mmengine 0.10.7, base_model.py: test_step runs what models and their heads predict.
    Framework(lazy_pattern(r"BaseModule|Base\w*Head"), lazy_pattern(r"predict(_\w+)?")),
    # catalyst 22.4 runner.py, skorch 1.4.0 net.py, speechbrain 1.1.2 core.py
    Framework(lazy_pattern(r"\w*Runner"), lazy_pattern(r"handle_batch|predict_batch")),
    Framework(lazy_pattern(r"NeuralNet\w*"), lazy_pattern(r"infer|get_loss|forward\w*")),
    Framework(
        lazy_pattern(r"Brain"), lazy_pattern(r"compute_forward|compute_objectives|evaluate_batch")
    ),
    # transformers 5.23.0, generation/utils.py: only generate() calls these, under no_grad.
    Framework(
        lazy_pattern(r"\w+"),
        lazy_pattern(r"prepare_inputs_for_generation|_update_model_kwargs_for_generation"),
    ),
    # pytorch-ignite 0.5.5, composer 0.32.1
    Framework(lazy_pattern(r"ComposerModel"), lazy_pattern(r"eval_forward")),
)

# Steps that only frameworks call, under their guard: so do bases of which nothing is known.
STEPS = lazy_pattern(r"(validation|val|test|predict|eval)_step")

# Base classes that make a class an nn.Module, by the last part of their name.
MODULE_BASES = lazy_pattern(
    r"Module|\w*LightningModule|PreTrainedModel|\w+PreTrainedModel|ModelMixin|MessagePassing"
    r"|BaseModule|BaseModel|Sequential|ModuleList|ModuleDict|_Loss|Conv[123]d|Linear|BatchNorm[123]d"
    r"|LSTM|GRU|Embedding|DataParallel|DistributedDataParallel|FairseqModel|Base\w*Detector"
    r"|TransformerEncoderLayer|MultiheadAttention|\w+ForConditionalGeneration"
    r"|\w+ForSequenceClassification|\w+ForCausalLM|ComposerModel|ScriptModule|Metric"
)

# The module that torch gives no forward.
_BARE_MODULES = frozenset(f"torch.nn{path}.Module" for path in ("", ".modules", ".modules.module"))

# Base classes whose name looks like one of those but which are no modules.
NOT_MODULE_BASES = lazy_pattern(r"pydantic\..*|ABC|object|NamedTuple|.*\.BaseModel")

# Packages of which no class is an nn.Module.
_PLAIN_PACKAGES = OTHER_FRAMEWORKS.union(
    "abc enum typing typing_extensions collections dataclasses pydantic pandas numpy gym gymnasium"
    " threading multiprocessing unittest argparse json logging io contextlib types string".split()
)
_PLAIN_BASES = lazy_pattern(
    r"torch\.utils\..*|torch\.optim\..*|torch\.distributions\..*|.*\.(ABC|Dataset|Enum|Exception)"
)

# Base classes with a forward of their own kind: torch runs it without recording.
FUNCTION_BASES = lazy_pattern(r"torch\.autograd\.(?:function\.)?\w*Function\w*")

# Bases that make a class a collection of unit tests.
TEST_BASES = lazy_pattern(r"\w*TestCase|\w*Test|\w*Tester")

# Packages whose base classes run a model to get forces out of it (ase 3.26, torch_sim 0.4).
CALCULATOR_PACKAGES = ("ase.", "torch_sim.")


def is_function_base(dotted: str) -> bool:
    """Whether an imported class is that of functions with a backward pass of their own."""
    return FUNCTION_BASES.fullmatch(dotted) is not None


def is_module_base(dotted: str) -> bool:
    """Whether an imported class is an nn.Module, by the last part of its name."""
    if NOT_MODULE_BASES.fullmatch(dotted) or dotted.partition(".")[0] in OTHER_FRAMEWORKS:
        return False
    return MODULE_BASES.fullmatch(dotted.rpartition(".")[2]) is not None


def is_bare_module(dotted: str) -> bool:
    """Whether an imported class is torch's own nn.Module, which has no forward."""
    return dotted in _BARE_MODULES


def is_plain_base(dotted: str) -> bool:
    """Whether an imported or built-in class is certainly no nn.Module."""
    package, dot, _ = dotted.partition(".")
    if not dot:
        return package != "?" and package in dir(builtins)
    return package in _PLAIN_PACKAGES or _PLAIN_BASES.fullmatch(dotted) is not None
