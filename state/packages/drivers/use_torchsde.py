"""Fits a stochastic differential equation, with the adjoint and without."""

import torch
import torchsde
from torch import nn

torch.manual_seed(0)


class Process(nn.Module):
    noise_type, sde_type = "diagonal", "ito"

    def __init__(self):
        super().__init__()
        self.drift, self.spread = nn.Linear(2, 2), nn.Linear(2, 2)

    def f(self, t, y):
        return self.drift(y)

    def g(self, t, y):
        return torch.sigmoid(self.spread(y))

    def h(self, t, y):
        return -y


process, start, times = Process(), torch.ones(4, 2), torch.linspace(0, 1, 3)
for solve in (torchsde.sdeint, torchsde.sdeint_adjoint):
    for method in ("euler", "milstein", "srk"):
        process.zero_grad()
        motion = torchsde.BrownianInterval(
            0.0, 1.0, size=(4, 2), entropy=1, levy_area_approximation="foster"
        )
        solve(process, start, times, bm=motion, method=method, dt=0.2)[-1].sum().backward()
        print(solve.__name__, method, round(process.drift.weight.grad.norm().item(), 3))
print(torchsde.sdeint(process, start, times, dt=0.2, logqp=True)[1].shape)
with torch.no_grad():
    print(torchsde.sdeint(process, start, times, dt=0.2).shape)
