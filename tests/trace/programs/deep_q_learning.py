"""DQN: the actions and the targets need no graph, the values of the actions taken do."""

import copy

import torch
from torch import nn

torch.manual_seed(0)
policy = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
target = copy.deepcopy(policy)
optimizer = torch.optim.Adam(policy.parameters())


def act(state, guarded):
    if guarded:
        with torch.no_grad():
            return policy(state).argmax().item()  # verdict: guarded
    return policy(state).argmax().item()  # verdict: wasted


def learn(states, actions, rewards, following):
    values = policy(states).gather(1, actions)  # verdict: used
    with torch.no_grad():
        best = target(following).max(1).values  # verdict: guarded
    detached = target(following).max(1).values.detach()  # verdict: wasted
    expected = rewards + 0.9 * (best + detached) / 2
    loss = nn.functional.smooth_l1_loss(values.squeeze(1), expected)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


for step in range(4):
    state = torch.randn(3)
    actions = torch.tensor([[act(state, step % 2 == 0)], [1]])
    print(learn(torch.randn(2, 3), actions, torch.rand(2), torch.randn(2, 3)))
