"""One step of the optimizer for several passes; once with the losses summed first."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters())
for batch in torch.randn(6, 3, 4):
    (model(batch).square().mean() / 3).backward()  # verdict: used
optimizer.step()

total = torch.zeros(())
for batch in torch.randn(4, 3, 4):
    total = total + model(batch).square().mean()  # verdict: used
total.backward()
print(total.item())
