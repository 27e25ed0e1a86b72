"""Trains a spiking network through time."""

import snntorch as snn
import torch
from snntorch import functional as SF
from snntorch import spikegen, surrogate, utils
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(
    nn.Linear(4, 8),
    snn.Leaky(beta=0.9, spike_grad=surrogate.fast_sigmoid(), init_hidden=True),
    nn.Linear(8, 2),
    snn.Leaky(beta=0.9, init_hidden=True, output=True),
)
x, y = torch.rand(16, 4), torch.arange(16) % 2
optimizer = torch.optim.Adam(net.parameters(), 1e-2)
loss_of = SF.ce_rate_loss()
for _ in range(2):
    utils.reset(net)
    spikes = torch.stack([net(step)[0] for step in spikegen.rate(x, num_steps=5)])
    loss = loss_of(spikes, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3), SF.accuracy_rate(spikes, y))
for cell in (
    snn.Synaptic(0.9, 0.8),
    snn.Alpha(0.9, 0.8),
    snn.RLeaky(0.9, all_to_all=False, V=1.0),
    snn.Lapicque(0.9),
):
    print(type(cell).__name__, len(cell(torch.rand(2, 3))))
