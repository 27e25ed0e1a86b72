"""Activation checkpointing in both kinds: the pass runs again when the backward pass asks."""

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

torch.manual_seed(0)
block = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 4))


class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.block = block

    def forward(self, x):
        return checkpoint(self.block, self.first(x), use_reentrant=False)


x = torch.randn(3, 4, requires_grad=True)
checkpoint(block, x, use_reentrant=False).sum().backward()  # verdict: used
checkpoint(block, x, use_reentrant=False).sum().item()  # verdict: wasted
checkpoint_sequential(block, 2, x, use_reentrant=False).sum().backward()  # verdict: used
deep = Deep()
deep(x).sum().backward()  # verdict: used
deep(x).sum().item()  # verdict: wasted
print(x.grad.sum().item())
