"""Trains a small equivariant network and checks its equivariance."""

import torch
from e3nn import nn as enn
from e3nn import o3
from e3nn.util.test import equivariance_error

torch.manual_seed(0)
product = o3.FullyConnectedTensorProduct("2x0e + 1x1o", "1x0e + 1x1o", "2x0e + 1x1o")
linear = o3.Linear("2x0e + 1x1o", "2x0e")
net = enn.FullyConnectedNet([2, 8, 1], torch.nn.functional.silu)
optimizer = torch.optim.Adam([*product.parameters(), *linear.parameters(), *net.parameters()])
x, y = torch.randn(8, 5), torch.randn(8, 4)
for _ in range(2):
    optimizer.zero_grad()
    loss = net(linear(product(x, y))).square().mean()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
gate = enn.Gate("2x0e", [torch.tanh], "1x0e", [torch.sigmoid], "1x1o")
print(gate(torch.randn(3, gate.irreps_in.dim)).shape)
errors = equivariance_error(
    product, args_in=[x, y], irreps_in=[product.irreps_in1, product.irreps_in2], ntrials=1
)
print(max(float(torch.as_tensor(error).max()) for error in errors.values()) < 1e-3)
