"""An ordinary training loop."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    inputs, targets = torch.randn(6, 4), torch.randint(0, 2, (6,))
    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)  # verdict: used
    loss.backward()
    optimizer.step()
print(loss.item())
