"""Trains a classifier, attacks it, and infers what it was trained with."""

from functools import partial

import numpy as np
import torch
from art.attacks.evasion import FastGradientMethod, ProjectedGradientDescent
from art.attacks.inference.attribute_inference import (
    AttributeInferenceBaseline,
    AttributeInferenceBaselineTrueLabel,
    AttributeInferenceBlackBox,
)
from art.attacks.inference.membership_inference import MembershipInferenceBlackBox
from art.defences.trainer import AdversarialTrainer
from art.estimators.classification import PyTorchClassifier
from torch import nn

torch.manual_seed(0)
np.random.seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 4)).astype("float32")
x[:, 0] = np.arange(64) % 2
y = np.eye(3, dtype="float32")[np.arange(64) % 3]
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
classifier = PyTorchClassifier(
    model,
    nn.CrossEntropyLoss(),
    (4,),
    3,
    optimizer=torch.optim.SGD(model.parameters(), 0.1),
    clip_values=(-4, 4),
    device_type="cpu",
)
classifier.fit(x, y, batch_size=16, nb_epochs=2)
print(classifier.predict(x).shape, classifier.loss_gradient(x, y).shape)
for attack in (
    FastGradientMethod(classifier, eps=0.1),
    ProjectedGradientDescent(classifier, eps=0.1, max_iter=3, verbose=False),
):
    print(type(attack).__name__, np.round(np.abs(attack.generate(x, y) - x).max(), 3))
AdversarialTrainer(classifier, FastGradientMethod(classifier, eps=0.1)).fit(
    x, y, batch_size=16, nb_epochs=1
)
member = MembershipInferenceBlackBox(classifier, nn_model_epochs=1)
member.fit(x[:32], y[:32], x[32:], y[32:])
print(type(member).__name__, member.infer(x, y).shape)
for make, labels in (
    (AttributeInferenceBaseline, None),
    (AttributeInferenceBaselineTrueLabel, y),
    (partial(AttributeInferenceBlackBox, classifier), None),
):
    for continuous in (False, True):
        attack = make(attack_feature=0, is_continuous=continuous, nn_model_epochs=1)
        try:
            attack.fit(x) if labels is None else attack.fit(x, labels)
            given = {} if continuous else {"values": [0.0, 1.0]}
            if isinstance(attack, AttributeInferenceBlackBox):
                given["pred"] = classifier.predict(x).argmax(1).reshape(-1, 1)
            inferred = attack.infer(x[:, 1:], labels, **given)
            print(type(attack).__name__, continuous, inferred.shape)
        except Exception as error:
            print(type(attack).__name__, continuous, type(error).__name__, str(error)[:60])
