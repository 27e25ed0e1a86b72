"""Trains and predicts with skorch's classifier, regressor and callbacks."""

import numpy as np
import torch
from skorch import NeuralNetClassifier, NeuralNetRegressor
from skorch.callbacks import EarlyStopping, EpochScoring
from skorch.helper import SliceDataset
from skorch.scoring import loss_scoring
from torch import nn

torch.manual_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(60, 4)).astype("float32")
y = (X.sum(1) > 0).astype("int64")

net = NeuralNetClassifier(
    nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2), nn.Softmax(-1)),
    max_epochs=3,
    lr=0.1,
    verbose=0,
    callbacks=[EpochScoring("accuracy", use_caching=False), EarlyStopping(patience=5)],
)
net.fit(X, y)
print(net.predict(X)[:10].tolist())
print(np.round(net.predict_proba(X)[:3], 4).tolist())
print(round(float(net.score(X, y)), 4))
print(np.round(loss_scoring(net, X, y), 4))
print(len(net.history), SliceDataset(torch.utils.data.TensorDataset(torch.tensor(X)))[0].shape)

regressor = NeuralNetRegressor(nn.Linear(4, 1), max_epochs=2, lr=0.01, verbose=0)
regressor.fit(X, X.sum(1, keepdims=True))
print(np.round(regressor.predict(X)[:3], 4).tolist())
