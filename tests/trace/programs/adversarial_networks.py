"""GAN: what the discriminator learns from is detached, what the generator learns from is not."""

import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 4))
discriminator = nn.Sequential(nn.Linear(4, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
generator_optimizer = torch.optim.Adam(generator.parameters())
discriminator_optimizer = torch.optim.Adam(discriminator.parameters())
criterion = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(6, 1), torch.zeros(6, 1)
for real in torch.randn(3, 6, 4):
    fake = generator(torch.randn(6, 2)).detach()  # verdict: wasted
    loss = criterion(discriminator(real), ones)  # verdict: used
    loss = loss + criterion(discriminator(fake), zeros)  # verdict: used
    discriminator_optimizer.zero_grad()
    loss.backward()
    discriminator_optimizer.step()

    fake = generator(torch.randn(6, 2))  # verdict: used
    loss = criterion(discriminator(fake), ones)  # verdict: used
    generator_optimizer.zero_grad()
    loss.backward()
    generator_optimizer.step()
print(loss.item(), generator(torch.randn(1, 2)).tolist())  # verdict: wasted
