"""What torch saves of its inputs for the backward pass, as far as that is certain.

No tensor that was made under `inference_mode` can be saved. What only adds, compares, selects or
computes a new tensor first, as `relu`, `dropout` and `l1_loss` do, saves none.
"""

from __future__ import annotations

LAYERS = frozenset(
    f"torch.nn.{name}"
    for name in (
        *("Linear", "Bilinear", "Embedding", "EmbeddingBag", "LayerNorm", "GroupNorm", "PReLU"),
        *("Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"),
        *("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "RNN", "GRU", "LSTM"),
        *("MultiheadAttention", "TransformerEncoderLayer"),
    )
)
SEQUENCE = "torch.nn.Sequential"
SAME_TENSOR = frozenset(("torch.nn.Flatten", "torch.nn.Unflatten", "torch.nn.Identity"))
# Methods of modules that give the module itself.
SAME_MODULE = frozenset("to cuda cpu train eval float requires_grad_".split())

# Methods that may give a tensor made anew, or the tensor itself.
CONVERSIONS = frozenset(
    "to type cuda cpu float double half bfloat16 long int bool contiguous reshape".split()
)

# Losses that save both of their first two arguments if either has a graph.
LOSSES = frozenset(
    (
        *(
            f"torch.nn.functional.{name}"
            for name in (
                "mse_loss smooth_l1_loss huber_loss kl_div binary_cross_entropy_with_logits"
                " poisson_nll_loss"
            ).split()
        ),
        *("torch.matmul", "torch.mm", "torch.bmm", "torch.mul"),
    )
)
# Losses that save the second argument if the first has a graph.
LOSSES_OF_TARGETS = LOSSES | {
    f"torch.nn.functional.{name}"
    for name in "cross_entropy nll_loss binary_cross_entropy soft_margin_loss".split()
}
CRITERIA = frozenset(
    f"torch.nn.{name}"
    for name in (
        "MSELoss SmoothL1Loss HuberLoss KLDivLoss BCEWithLogitsLoss CrossEntropyLoss NLLLoss"
        " BCELoss"
    ).split()
)
