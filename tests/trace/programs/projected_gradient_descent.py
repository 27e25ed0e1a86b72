"""PGD: autograd.grad with respect to the input, again and again, with frozen weights."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).eval().requires_grad_(False)
x, y = torch.rand(5, 4), torch.randint(0, 2, (5,))
adversarial = x.clone()
for _ in range(4):
    adversarial.requires_grad_()
    loss = nn.functional.cross_entropy(model(adversarial), y)  # verdict: used
    (gradient,) = torch.autograd.grad(loss, adversarial)
    step = adversarial.detach() + 0.1 * gradient.sign()
    adversarial = torch.min(torch.max(step, x - 0.2), x + 0.2).clamp(0, 1)
print(model(adversarial).argmax(1).tolist())  # verdict: nothing recorded
