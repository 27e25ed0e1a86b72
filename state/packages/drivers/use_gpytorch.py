"""Trains exact and approximate Gaussian processes, predicts, and differentiates a prediction."""

import gpytorch
import torch

torch.manual_seed(0)
x = torch.linspace(0, 1, 20).unsqueeze(-1)
y = torch.sin(6 * x).squeeze(-1)


class Exact(gpytorch.models.ExactGP):
    def __init__(self, likelihood):
        super().__init__(x, y, likelihood)
        self.mean_module = gpytorch.means.ConstantMean()
        self.covar_module = gpytorch.kernels.ScaleKernel(gpytorch.kernels.RBFKernel())

    def forward(self, x):
        return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))


class Approximate(gpytorch.models.ApproximateGP):
    def __init__(self):
        points = gpytorch.variational.CholeskyVariationalDistribution(5)
        super().__init__(gpytorch.variational.VariationalStrategy(self, x[:5], points))
        self.mean_module = gpytorch.means.LinearMean(1)
        self.covar_module = gpytorch.kernels.MaternKernel()

    def forward(self, x):
        return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))


likelihood = gpytorch.likelihoods.GaussianLikelihood()
exact = Exact(likelihood)
approximate = Approximate()
for model, objective in (
    (exact, gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, exact)),
    (approximate, gpytorch.mlls.VariationalELBO(likelihood, approximate, num_data=len(x))),
):
    model.train()
    likelihood.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        loss = -objective(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    likelihood.eval()
    with torch.no_grad():
        print(round(loss.item(), 3), likelihood(model(x[:3] + 0.01)).mean.shape)
    point = torch.tensor([[0.5]], requires_grad=True)
    model(point).mean.sum().backward()
    print(point.grad.shape, model(x[:2]).rsample(torch.Size([2])).shape)
print(exact.get_fantasy_model(torch.tensor([[0.3]]), torch.tensor([0.5])).train_inputs[0].shape)
