"""Short lists about torch 2.13.0: layers without parameters, makers of leaves, measurements."""

from __future__ import annotations

from flake8_nograd.patterns import lazy_pattern

# Layers of torch.nn without parameters: on plain inputs they record nothing.
PARAMETERLESS = lazy_pattern(
    r"torch\.nn\.(?:modules\.\w+\.)?(?!AdaptiveLogSoftmax)"
    r"(?:\w*(?:Loss|Pool[123]d|Pad[123]d|Shuffle|Dropout[123]?d?)"
    r"|\w*ReLU6?|\w*ELU|SiLU|Mish|\w*Sigmoid|\w*Tanh|\w*[Ss]oft(?:max|plus|sign|shrink|min)(?:2d)?"
    r"|Hard\w+|Threshold|Tanhshrink|GLU|Flatten|Unflatten|Identity|Fold|Unfold|Upsample\w*"
    r"|CosineSimilarity|PairwiseDistance|ChannelShuffle|ZeroPad[123]d)"
)

# Layers that stand in where no other module is given.
PLACEHOLDERS = frozenset(("torch.nn.Identity",))

# Layers that train in another way than they infer, by the last part of their names.
DEPENDS_ON_MODE = lazy_pattern(
    r"(?:Sync)?BatchNorm(?:[123]d)?|\w*Dropout(?:[123]d)?|Transformer\w*Layer"
)

# Functions of torch and methods of tensors that make a tensor which is there to be written into.
ALLOCATORS = frozenset(
    "zeros ones empty full zeros_like ones_like empty_like full_like new_zeros new_ones new_empty"
    " new_full".split()
)

# Functions and methods that make numbers without any input.
MAKERS_OF_NUMBERS = ALLOCATORS | frozenset(
    "rand randn randint randperm normal rand_like randn_like randint_like arange linspace"
    " eye random random_sample random_integers uniform standard_normal".split()
)

# Functions that make a tensor of the numbers that they are given.
MAKERS_OF_TENSORS = frozenset("from_numpy tensor as_tensor Tensor FloatTensor Variable".split())

# Modules whose parameters are those of the modules that they are made of.
CONTAINERS = frozenset(
    ("torch.nn.Sequential", "torch.nn.modules.Sequential", "torch.nn.modules.container.Sequential")
)

# Layers whose parameters are all in these two attributes.
WEIGHT_AND_BIAS = lazy_pattern(
    r"torch\.nn\.(?:modules\.\w+\.)?(?:Linear|Bilinear|Conv(?:Transpose)?[123]d"
    r"|(?:Batch|Layer|Group|Instance)Norm(?:[123]d)?)"
)
PARAMETER_NAMES = frozenset(("weight", "bias"))

# Calls that make a module whose parameters are frozen unless `freeze=False` is given.
FROZEN_MAKERS = lazy_pattern(r"torch\.nn\.(?:modules\.\w+\.)?Embedding(?:Bag)?\.from_pretrained")

# Layers that `affine=False` or `elementwise_affine=False` leaves without parameters.
NORMALIZATIONS = lazy_pattern(r"torch\.nn\.(?:modules\.\w+\.)?\w*Norm(?:[123]d)?")

# Calls whose result is a tensor that requires a gradient.
LEAF_MAKERS = frozenset(("torch.nn.Parameter", "torch.nn.parameter.Parameter"))

# Repositories of torch.hub whose models switch recording off themselves.
GUARDED_HUB = ("ultralytics/yolov5", "snakers4/silero")

# Context managers that measure time and memory of what runs inside, as it is run in training too.
PROFILERS = frozenset(("torch.autograd.profiler.profile", "torch.profiler.profile"))
