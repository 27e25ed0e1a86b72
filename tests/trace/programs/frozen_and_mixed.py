"""Nothing to record, sites whose passes differ, and a module without parameters."""

import torch
from torch import nn

torch.manual_seed(0)
frozen = nn.Linear(4, 2).requires_grad_(False)
model = nn.Linear(4, 2)
x = torch.randn(3, 4)
frozen(x)  # verdict: nothing recorded
frozen(x.clone().requires_grad_()).sum().backward()  # verdict: used
nn.ReLU()(model(x)).sum().backward()  # verdict: used


def output():
    return model(x)  # verdict: mixed


output().sum().backward()
print(output().argmax(1).tolist())
for recording in (True, False):
    with torch.set_grad_enabled(recording):
        model(x)  # verdict: mixed
