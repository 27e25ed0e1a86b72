"""Fits an ordinary differential equation, with the adjoint and without."""

import torch
from torch import nn
from torchdiffeq import odeint, odeint_adjoint, odeint_event

torch.manual_seed(0)


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))

    def forward(self, t, y):
        return self.net(y)


field, start, times = Field(), torch.ones(4, 2), torch.linspace(0, 1, 5)
for solve in (odeint, odeint_adjoint):
    for method in ("dopri5", "rk4", "euler", "explicit_adams", "bosh3"):
        field.zero_grad()
        solve(field, start, times, method=method)[-1].square().sum().backward()
        print(solve.__name__, method, round(field.net[0].weight.grad.norm().item(), 3))
with torch.no_grad():
    print(odeint(field, start, times).shape)
print(
    odeint_event(
        field, start[0], torch.tensor(0.0), event_fn=lambda t, y: 0.3 - t, odeint_interface=odeint
    )[0].item()
)
