"""Passes that are no plain call of the model: methods, forward(), partial, map, a generator."""

from functools import partial

import torch
from torch import nn

torch.manual_seed(0)


class Auto(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(4, 2)
        self.decoder = nn.Linear(2, 4)

    def encode(self, x):
        return self.encoder(x)  # verdict: wasted

    def forward(self, x):
        return self.decoder(self.encoder(x))

    def predict(self, x):
        return self(x).round()  # verdict: wasted


model = Auto()
x = torch.randn(3, 4)
model.encode(x)
model.predict(x)
model.forward(x)  # verdict: wasted
partial(model, x)()  # verdict: wasted
list(map(model, [x, x]))  # verdict: wasted


def outputs():
    for batch in (x, x):
        yield model(batch)  # verdict: mixed


print([output.shape for output in outputs()])
for output in outputs():
    output.sum().backward()
