"""Learns from a stream, one row after the other."""

import torch
from deep_river import anomaly, classification, regression
from torch import nn

torch.manual_seed(0)
rows = [{f"x{i}": float(v) for i, v in enumerate(row)} for row in torch.randn(12, 3)]


def net(out):
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, out))


for model, targets in (
    (
        classification.Classifier(net(2), loss_fn="cross_entropy", optimizer_fn="sgd", lr=0.01),
        [True, False] * 6,
    ),
    (regression.Regressor(net(1), loss_fn="mse", optimizer_fn="sgd", lr=0.01), [0.5] * 12),
):
    for row, target in zip(rows, targets, strict=True):
        model.predict_one(row)
        model.learn_one(row, target)
    print(type(model).__name__, type(model.predict_one(rows[0])).__name__)
    if hasattr(model, "predict_proba_one"):
        print(sorted(model.predict_proba_one(rows[0]), key=str))
auto = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 3))
detector = anomaly.Autoencoder(auto, lr=0.01)
for row in rows:
    detector.score_one(row)
    detector.learn_one(row)
print(round(detector.score_one(rows[0]), 3) >= 0)
