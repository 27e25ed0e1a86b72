"""Fits flows by maximum likelihood, then samples and scores."""

import torch
from nflows.distributions.normal import StandardNormal
from nflows.flows.autoregressive import MaskedAutoregressiveFlow
from nflows.flows.base import Flow
from nflows.flows.realnvp import SimpleRealNVP
from nflows.transforms.autoregressive import (
    MaskedAffineAutoregressiveTransform,
    MaskedPiecewiseRationalQuadraticAutoregressiveTransform,
)
from nflows.transforms.base import CompositeTransform
from nflows.transforms.permutations import ReversePermutation

torch.manual_seed(0)
data = torch.randn(64, 2) * torch.tensor([1.0, 0.3]) + 1
flows = (
    Flow(
        CompositeTransform(
            [
                ReversePermutation(features=2),
                MaskedAffineAutoregressiveTransform(features=2, hidden_features=8),
                MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
                    features=2, hidden_features=8, num_bins=4, tails="linear", tail_bound=3.0
                ),
            ]
        ),
        StandardNormal([2]),
    ),
    SimpleRealNVP(2, 8, 2, 1),
    MaskedAutoregressiveFlow(2, 8, 2, 1),
)
for flow in flows:
    optimizer = torch.optim.Adam(flow.parameters(), lr=1e-2)
    for _ in range(5):
        optimizer.zero_grad()
        loss = -flow.log_prob(data).mean()
        loss.backward()
        optimizer.step()
    samples = flow.sample(8)
    print(round(loss.item(), 4), samples.shape, round(samples.mean().item(), 4))
    noise = flow.transform_to_noise(data)
    print(round(noise.std().item(), 4), flow.sample_and_log_prob(4)[1].shape)
