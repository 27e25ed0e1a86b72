"""The losses are taken from the inside of a frozen network by hooks; its output is dropped."""

import torch
from torch import nn

torch.manual_seed(0)
network = nn.Sequential(
    nn.Conv2d(3, 4, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(4, 4, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(4, 2, 1),
).eval()
seen = {}
for index in (1, 3):
    network[index].register_forward_hook(
        lambda module, args, output, index=index: seen.__setitem__(index, output)
    )


def gram(features):
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2)


with torch.no_grad():
    network(torch.rand(1, 3, 8, 8))  # verdict: guarded
style = {index: gram(features) for index, features in seen.items()}
image = torch.rand(1, 3, 8, 8, requires_grad=True)
optimizer = torch.optim.Adam([image], lr=0.05)
for _ in range(3):
    optimizer.zero_grad()
    network(image)  # verdict: used
    loss = sum((gram(seen[index]) - target).square().mean() for index, target in style.items())
    loss.backward()
    optimizer.step()
print(loss.item())
