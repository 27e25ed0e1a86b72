"""FGSM: the gradient with respect to the input, of a model in eval mode."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).eval()
x, y = torch.randn(5, 4, requires_grad=True), torch.randint(0, 2, (5,))
clean = model(x)  # verdict: used
nn.functional.cross_entropy(clean, y).backward()
adversarial = (x + 0.1 * x.grad.sign()).detach()
attacked = model(adversarial)  # verdict: wasted
print((clean.argmax(1) == y).sum().item(), (attacked.argmax(1) == y).sum().item())
