"""Fits flows and mixtures by maximum likelihood, then samples."""

import torch
import zuko

torch.manual_seed(0)
x, c = torch.randn(64, 3), torch.randn(64, 2)
for flow in (
    zuko.flows.MAF(3, 2, transforms=2, hidden_features=(8,)),
    zuko.flows.NSF(3, 2, transforms=2, hidden_features=(8,)),
    zuko.flows.NICE(3, 2, transforms=2, hidden_features=(8,)),
    zuko.flows.NAF(3, 2, transforms=1, hidden_features=(8,)),
    zuko.flows.GF(3, 2, transforms=2),
    zuko.flows.CNF(3, 2, hidden_features=(8,)),
    zuko.mixtures.GMM(3, 2, components=2),
):
    optimizer = torch.optim.Adam(flow.parameters(), lr=1e-2)
    for _ in range(2):
        optimizer.zero_grad()
        loss = -flow(c).log_prob(x).mean()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        samples = flow(c[0]).sample((4,))
    print(type(flow).__name__, round(loss.item(), 3), samples.shape)
    if flow(c[:1]).has_rsample:
        print(flow(c[:1]).rsample((2,)).requires_grad)
    print(len(repr(flow(c))) > 0, len(repr(flow)) > 0)
