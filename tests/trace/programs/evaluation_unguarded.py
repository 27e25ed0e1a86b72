"""Evaluation without a guard, the numbers read in the usual ways; training before it."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 2))
model(torch.randn(3, 4)).sum().backward()  # verdict: used

model.eval()
loss, correct, outputs = 0.0, 0, []
for batch in torch.randn(3, 5, 4):
    output = model(batch)  # verdict: wasted
    loss += output.square().mean().item()
    correct += int((output.argmax(1) == 1).sum())
for batch in torch.randn(3, 5, 4):
    outputs.append(model(batch))  # verdict: wasted
model(batch).detach().numpy()  # verdict: wasted
model(batch)  # verdict: wasted
print(loss, correct, torch.cat(outputs).sum().item())
