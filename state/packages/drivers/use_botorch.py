"""Fits models and optimises acquisition functions, which differentiate posteriors."""

import torch
from botorch.acquisition import (
    LogExpectedImprovement,
    UpperConfidenceBound,
    qLogExpectedImprovement,
)
from botorch.fit import fit_gpytorch_mll
from botorch.models import (
    HigherOrderGP,
    KroneckerMultiTaskGP,
    ModelListGP,
    MultiTaskGP,
    SingleTaskGP,
    SingleTaskVariationalGP,
)
from botorch.models.deterministic import GenericDeterministicModel
from botorch.optim import optimize_acqf
from botorch.sampling.pathwise import draw_matheron_paths
from botorch.utils.sampling import optimize_posterior_samples
from gpytorch.mlls import ExactMarginalLogLikelihood

torch.manual_seed(0)
X = torch.rand(8, 2, dtype=torch.double)
Y = (X - 0.3).square().sum(-1, keepdim=True).neg()
bounds = torch.tensor([[0.0, 0.0], [1.0, 1.0]], dtype=torch.double)
options = {"maxiter": 5, "batch_limit": 2}

model = SingleTaskGP(X, Y)
fit_gpytorch_mll(
    ExactMarginalLogLikelihood(model.likelihood, model),
    optimizer_kwargs={"options": {"maxiter": 10}},
)
for acquisition in (
    LogExpectedImprovement(model, Y.max()),
    UpperConfidenceBound(model, beta=0.1),
    qLogExpectedImprovement(model, Y.max()),
):
    _, value = optimize_acqf(
        acquisition, bounds, q=1, num_restarts=2, raw_samples=4, options=options
    )
    print(type(acquisition).__name__, round(value.item(), 3))

tasks = torch.cat([X, torch.arange(8, dtype=torch.double).remainder(2).unsqueeze(-1)], -1)
two = torch.cat([Y, Y.square()], -1)
models = {
    "variational": SingleTaskVariationalGP(X, Y, inducing_points=4),
    "kronecker": KroneckerMultiTaskGP(X, two),
    "higher order": HigherOrderGP(X, torch.rand(8, 2, 2, dtype=torch.double)),
    "multi task": MultiTaskGP(tasks, Y, task_feature=-1, output_tasks=[0]),
    "list": ModelListGP(SingleTaskGP(X, Y), SingleTaskGP(X, two[:, 1:])),
    "deterministic": GenericDeterministicModel(lambda X: X.sum(-1, keepdim=True)),
}
for name, model in models.items():
    for use in (lambda p: p.mean, lambda p: p.rsample(torch.Size([2]))):
        point = torch.full((1, 2), 0.4, dtype=torch.double, requires_grad=True)
        try:
            use(model.posterior(point)).sum().backward()
            print(name, "no gradient" if point.grad is None else point.grad.shape)
        except Exception as error:
            print(name, type(error).__name__)

model = SingleTaskGP(X, Y)
paths = draw_matheron_paths(model, torch.Size([2]))
best, value = optimize_posterior_samples(paths, bounds, raw_samples=8, num_restarts=2)
print(best.shape, value.shape)
