"""A gradient penalty, a gradient with respect to an intermediate result, and functional ones."""

import torch
from torch import nn
from torch.func import functional_call, grad, jacrev

torch.manual_seed(0)
critic = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
encoder = nn.Linear(2, 2)
x = torch.randn(5, 2, requires_grad=True)
(gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)  # verdict: used
(gradient.norm(dim=1) - 1).square().mean().backward()

features = encoder(x.detach())  # verdict: used
(gradient,) = torch.autograd.grad(critic(features).sum(), features)  # verdict: used
print(gradient.norm().item())

jacobian = torch.autograd.functional.jacobian(critic, x.detach())  # verdict: used
weights = {name: weight.detach() for name, weight in critic.named_parameters()}


def loss(weights, x):
    return functional_call(critic, weights, (x,)).sum()  # verdict: used


gradients = grad(loss)(weights, x.detach())
print(jacrev(critic)(x.detach()).shape, len(gradients))  # verdict: used
