"""Trains quantisers and looks codes up."""

import torch
from vector_quantize_pytorch import FSQ, LFQ, ResidualVQ, VectorQuantize

torch.manual_seed(0)
x = torch.randn(2, 8, 6, requires_grad=True)
for quantizer in (
    VectorQuantize(6, 8),
    VectorQuantize(6, 8, learnable_codebook=True, ema_update=False),
    VectorQuantize(6, 8, rotation_trick=True, kmeans_init=True),
    ResidualVQ(dim=6, num_quantizers=2, codebook_size=8),
    LFQ(dim=6, codebook_size=8),
    FSQ([4, 3], dim=6),
):
    quantizer.train()
    found = quantizer(x)
    (found[0].square().sum() + sum(v.sum() for v in found[2:3])).backward()
    quantizer.eval()
    print(type(quantizer).__name__, quantizer(x)[1].shape)
