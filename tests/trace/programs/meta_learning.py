"""MAML: an inner step by functional_call, differentiated through, and its first-order form."""

import torch
from torch import nn
from torch.func import functional_call

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)


def loss_of(weights, x):
    return functional_call(model, weights, (x,)).square().mean()  # verdict: used


for second_order in (True, False):
    optimizer.zero_grad()
    for task in torch.randn(2, 5, 3):
        weights = dict(model.named_parameters())
        gradients = torch.autograd.grad(
            loss_of(weights, task), list(weights.values()), create_graph=second_order
        )
        adapted = {
            name: weight - 0.1 * gradient
            for (name, weight), gradient in zip(weights.items(), gradients, strict=True)
        }
        loss = loss_of(adapted, task)
        loss.backward()
    optimizer.step()
print(loss.item(), model(torch.ones(1, 3)).item())  # verdict: wasted
