"""Fits and predicts click rates with several models."""

import numpy as np
import torch
from deepctr_torch.inputs import DenseFeat, SparseFeat, get_feature_names
from deepctr_torch.models import DCN, WDL, AutoInt, DeepFM, xDeepFM

torch.manual_seed(0)
rng = np.random.default_rng(0)
columns = [
    SparseFeat("a", 5, embedding_dim=4),
    SparseFeat("b", 7, embedding_dim=4),
    DenseFeat("c", 1),
]
data = {"a": rng.integers(0, 5, 64), "b": rng.integers(0, 7, 64), "c": rng.random(64)}
y = rng.integers(0, 2, 64)
print(get_feature_names(columns))
for cls in (DeepFM, WDL, DCN, xDeepFM, AutoInt):
    model = cls(columns, columns, dnn_hidden_units=(8,), device="cpu")
    model.compile("adam", "binary_crossentropy", metrics=["binary_crossentropy", "auc"])
    history = model.fit(data, y, batch_size=32, epochs=1, verbose=0, validation_split=0.25)
    print(cls.__name__, sorted(history.history), model.predict(data, batch_size=32).shape)
    print(sorted(model.evaluate(data, y)))
