"""Infers parameters of a simulator by three kinds of networks, and tests for misspecification."""

import torch
from sbi.diagnostics.misspecification import calc_misspecification_mmd
from sbi.inference import FMPE, NLE, NPE, NRE
from sbi.neural_nets import posterior_flow_nn, posterior_nn
from torch import nn
from torch.distributions import MultivariateNormal

torch.manual_seed(0)
prior = MultivariateNormal(torch.zeros(2), torch.eye(2))
theta = prior.sample((200,))
x = theta + 0.1 * torch.randn(200, 2)
embedding = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2))
for make in (
    lambda: NPE(prior, posterior_nn("mdn", embedding_net=embedding), show_progress_bars=False),
    lambda: NLE(prior, "mdn", show_progress_bars=False),
    lambda: NRE(prior, "mlp", show_progress_bars=False),
):
    inference = make()
    inference.append_simulations(theta, x).train(max_num_epochs=2, training_batch_size=50)
    name = type(inference).__name__
    if name.startswith("NPE"):
        posterior = inference.build_posterior()
        print(posterior.sample((10,), x=x[:1], show_progress_bars=False).shape)
        print(posterior.log_prob(theta[:3], x=x[:1]).shape)
        value, _ = calc_misspecification_mmd(
            x[:20], x[20:], inference=inference, mode="embedding", n_shuffle=5, max_samples=50
        )
        print(0 <= value <= 1)
    print(name)

sequence = nn.Sequential(nn.Linear(2, 8), nn.Unflatten(-1, (2, 4)))
network = posterior_flow_nn(
    "transformer",
    embedding_net=sequence,
    hidden_features=8,
    num_layers=1,
    num_heads=2,
    is_x_emb_seq=True,
)
inference = FMPE(prior, network, show_progress_bars=False)
try:
    inference.append_simulations(theta, x).train(max_num_epochs=2, training_batch_size=50)
    print("FMPE")
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[:1])
