"""Trains with differential privacy."""

import torch
from opacus import PrivacyEngine
from opacus.validators import ModuleValidator
from torch import nn

torch.manual_seed(0)
model = ModuleValidator.fix(
    nn.Sequential(nn.Conv1d(1, 4, 3), nn.BatchNorm1d(4), nn.Flatten(), nn.Linear(8, 2))
)
data = torch.utils.data.TensorDataset(torch.randn(16, 1, 4), torch.arange(16) % 2)
for mode in ("hooks", "functorch"):
    engine = PrivacyEngine()
    copy = ModuleValidator.fix(
        nn.Sequential(nn.Conv1d(1, 4, 3), nn.GroupNorm(1, 4), nn.Flatten(), nn.Linear(8, 2))
    )
    private, optimizer, loader = engine.make_private(
        module=copy,
        optimizer=torch.optim.SGD(copy.parameters(), 0.1),
        data_loader=torch.utils.data.DataLoader(data, batch_size=8),
        noise_multiplier=1.0,
        max_grad_norm=1.0,
        grad_sample_mode=mode,
    )
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(private(x), y).backward()
        optimizer.step()
    private.eval()
    print(mode, private(torch.randn(2, 1, 4)).shape, engine.get_epsilon(1e-5) > 0)
