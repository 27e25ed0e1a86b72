"""Truncated backpropagation: a state that is carried on, detached or not."""

import torch
from torch import nn

torch.manual_seed(0)
cell, head = nn.GRUCell(2, 4), nn.Linear(4, 1)
state = torch.zeros(3, 4)
for inputs in torch.randn(4, 3, 2):
    state = cell(inputs, state.detach())  # verdict: used
    head(state).mean().backward()  # verdict: used
state = torch.zeros(3, 4)
for inputs in torch.randn(4, 3, 2):
    state = cell(inputs, state)  # verdict: used
head(state).mean().backward()  # verdict: used
lstm = nn.LSTM(2, 4, num_layers=2)
outputs, (hidden, _) = lstm(torch.randn(5, 3, 2))  # verdict: used
hidden.sum().backward()
print(lstm(torch.randn(5, 3, 2))[0].sum().item())  # verdict: wasted
