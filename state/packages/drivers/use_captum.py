"""Explains a small classifier in many ways."""

import torch
from captum import attr
from captum.metrics import sensitivity_max
from captum.robust import FGSM, PGD
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(32, 2)
).eval()
x = torch.randn(2, 1, 4, 4, requires_grad=True)
for method in (
    attr.IntegratedGradients(model),
    attr.Saliency(model),
    attr.DeepLift(model),
    attr.InputXGradient(model),
    attr.FeatureAblation(model),
    attr.Occlusion(model),
    attr.ShapleyValueSampling(model),
    attr.GuidedBackprop(model),
):
    options = {"sliding_window_shapes": (1, 2, 2)} if isinstance(method, attr.Occlusion) else {}
    options |= {"n_samples": 1} if isinstance(method, attr.ShapleyValueSampling) else {}
    torch.manual_seed(0)
    print(type(method).__name__, round(method.attribute(x, target=1, **options).sum().item(), 3))
for layer in (
    attr.LayerGradCam(model, model[0]),
    attr.LayerActivation(model, model[0]),
    attr.LayerIntegratedGradients(model, model[0]),
    attr.LayerConductance(model, model[0]),
):
    options = {} if isinstance(layer, attr.LayerActivation) else {"target": 1}
    print(type(layer).__name__, layer.attribute(x, **options).shape)
criterion, labels = nn.CrossEntropyLoss(reduction="none"), torch.tensor([0, 1])
print(FGSM(model, criterion).perturb(x, 0.1, target=labels).shape)
print(PGD(model, criterion).perturb(x, 0.1, 0.01, 2, target=labels).shape)
saliency = attr.Saliency(model)
print(sensitivity_max(saliency.attribute, x, target=1, n_perturb_samples=2).shape)
