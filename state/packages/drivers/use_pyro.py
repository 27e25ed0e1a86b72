"""Fits by variational inference, samples by Monte Carlo, and predicts."""

import pyro
import pyro.distributions as dist
import torch
from pyro import infer, optim, poutine
from pyro.infer.autoguide import AutoDiagonalNormal
from pyro.nn import PyroModule, PyroSample
from torch import nn

pyro.set_rng_seed(0)
x, y = torch.randn(20, 2), torch.randn(20)


class Regression(PyroModule):
    def __init__(self):
        super().__init__()
        self.linear = PyroModule[nn.Linear](2, 1)
        self.linear.weight = PyroSample(dist.Normal(0.0, 1.0).expand([1, 2]).to_event(2))

    def forward(self, x, y=None):
        mean = self.linear(x).squeeze(-1)
        with pyro.plate("data", len(x)):
            pyro.sample("obs", dist.Normal(mean, 1.0), obs=y)
        return mean


model = Regression()
guide = AutoDiagonalNormal(model)
svi = infer.SVI(model, guide, optim.Adam({"lr": 0.01}), infer.Trace_ELBO())
print([round(svi.step(x, y), 2) for _ in range(3)], round(svi.evaluate_loss(x, y), 2))
print(infer.Predictive(model, guide=guide, num_samples=3)(x)["obs"].shape)
mcmc = infer.MCMC(
    infer.NUTS(model, max_tree_depth=2), num_samples=3, warmup_steps=2, disable_progbar=True
)
mcmc.run(x, y)
print(sorted(mcmc.get_samples()))
print(sorted(poutine.trace(model).get_trace(x).nodes)[:2])
