"""Evaluation under a guard in four spellings, and two guards that do not guard."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).eval()
x = torch.randn(3, 4)


@torch.no_grad()
def decorated():
    return model(x)  # verdict: guarded


def by_statement():
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    output = model(x)  # verdict: guarded
    torch.set_grad_enabled(before)
    return output


def enabled_again():
    with torch.enable_grad():
        return model(x)  # verdict: mixed


# enable_grad has the last word in no_grad, and none in inference_mode.
with torch.no_grad():
    first = model(x)  # verdict: guarded
    fifth = enabled_again()
with torch.inference_mode():
    second = model(x)  # verdict: guarded
    sixth = enabled_again()
torch.no_grad()
seventh = model(x)  # verdict: wasted
print(*(tensor.sum().item() for tensor in (first, second, decorated(), by_statement(), seventh)))
