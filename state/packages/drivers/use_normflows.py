"""Fits flows forward and backward, then samples and scores."""

import normflows as nf
import torch

torch.manual_seed(0)
base = nf.distributions.base.DiagGaussian(2)
flows = []
for _ in range(2):
    mlp = nf.nets.MLP([1, 8, 2], init_zeros=True)
    flows += [nf.flows.AffineCouplingBlock(mlp), nf.flows.Permute(2, mode="swap")]
coupling = nf.NormalizingFlow(base, flows, nf.distributions.TwoMoons())
spline = nf.NormalizingFlow(
    nf.distributions.base.DiagGaussian(2),
    [nf.flows.AutoregressiveRationalQuadraticSpline(2, 1, 8), nf.flows.LULinearPermute(2)],
    nf.distributions.TwoMoons(),
)
x = nf.distributions.TwoMoons().sample(32)
for model, loss_of in (
    (coupling, lambda m: m.reverse_kld(16)),
    (spline, lambda m: m.forward_kld(x)),
):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(3):
        optimizer.zero_grad()
        loss = loss_of(model)
        loss.backward()
        optimizer.step()
    model.eval()
    samples, scores = model.sample(4)
    print(
        round(loss.item(), 3),
        samples.shape,
        scores.shape,
        round(model.log_prob(x).mean().item(), 3),
    )
