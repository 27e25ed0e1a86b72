"""Pretrains, fits and predicts with tables of random numbers."""

import numpy as np
import torch
from pytorch_tabnet.multitask import TabNetMultiTaskClassifier
from pytorch_tabnet.pretraining import TabNetPretrainer
from pytorch_tabnet.tab_model import TabNetClassifier, TabNetRegressor

torch.manual_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(64, 5))
y = (X.sum(1) > 0).astype(int)
size = {"n_d": 4, "n_a": 4, "n_steps": 2, "verbose": 0, "seed": 0}
fit = {"max_epochs": 1, "batch_size": 32, "virtual_batch_size": 16}

pretrainer = TabNetPretrainer(**size)
pretrainer.fit(X, eval_set=[X], **fit)
print(pretrainer.predict(X)[0].shape)
classifier = TabNetClassifier(**size)
classifier.fit(X, y, eval_set=[(X, y)], from_unsupervised=pretrainer, **fit)
print(classifier.predict(X).shape, classifier.predict_proba(X).shape)
print(classifier.explain(X)[0].shape, classifier.feature_importances_.shape)
regressor = TabNetRegressor(**size)
regressor.fit(X, X[:, :1], eval_set=[(X, X[:, :1])], **fit)
print(regressor.predict(X).shape)
both = TabNetMultiTaskClassifier(**size)
both.fit(X, np.stack([y, 1 - y], 1), eval_set=[(X, np.stack([y, 1 - y], 1))], **fit)
print(len(both.predict(X)), len(both.predict_proba(X)))
