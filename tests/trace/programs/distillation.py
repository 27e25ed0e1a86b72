"""A teacher unguarded and detached, a teacher guarded, and the student that learns."""

import torch
from torch import nn

torch.manual_seed(0)
teacher = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2)).eval()
student = nn.Linear(4, 2)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)


def divergence(logits, targets):
    return nn.functional.kl_div(logits.log_softmax(1), targets.softmax(1), reduction="batchmean")


for batch in torch.randn(3, 6, 4):
    targets = teacher(batch).detach()  # verdict: wasted
    with torch.no_grad():
        again = teacher(batch)  # verdict: guarded
    loss = divergence(student(batch), targets + again)  # verdict: used
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
