"""Names of calls that differentiate or train, for whoever must not put a guard around them."""

from __future__ import annotations

from flake8_nograd.patterns import lazy_pattern

DIFFERENTIATES = frozenset(
    "backward manual_backward requires_grad_ retain_grad register_hook".split()
)
AUTOGRAD = lazy_pattern(r"(^|\.)autograd\.(grad|backward|functional\.\w+)$")
AUTOGRAD_FUNCTIONS = frozenset("grad backward jacobian hessian vjp jvp".split())
STEP_OF_OPTIMIZER = lazy_pattern(r"(^|[._])(optim\w*|opt|scaler)\w*\.step$")
WANTS_GRADIENTS = lazy_pattern(
    r"attack|adversar|perturb|deepfool|(^|_)(atk|pgd|fgsm)(_|$)|saliency|grad_?cam|gradients?(_|$)"
)
TRAINING_VERB = lazy_pattern(
    r"(train|fit|fine_?tune|pretrain|optimi[sz]e|adapt|backprop)"
    r"(_(step|epoch|one\w*|model|batch|loop|iter\w*|on\w*|net\w*|for\w*|and\w*|[dg]))?"
)
TRAINERS = ("train", "runner", "agent")
