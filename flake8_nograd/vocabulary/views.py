"""What gives a view of a tensor, or the tensor itself."""

from __future__ import annotations

import ast

from flake8_nograd.vocabulary import escapes

# Functions and methods of torch that may give a view of what they get, or the thing itself.
VIEWS = escapes.VIEW_ATTRIBUTES | frozenset(
    "view view_as reshape reshape_as squeeze unsqueeze squeeze_ unsqueeze_ transpose t permute"
    " narrow select split chunk tensor_split unbind unfold expand expand_as broadcast_to flatten"
    " unflatten ravel diagonal diag movedim moveaxis swapaxes swapdims as_strided detach detach_"
    " data contiguous to type type_as cpu cuda xpu float double half bfloat16 long int bool short"
    " atleast_1d atleast_2d atleast_3d numpy from_numpy as_tensor asarray real imag view_as_real"
    " view_as_complex values indices index_select get pop popleft setdefault items keys copy"
    " dropout dropout1d dropout2d dropout3d alpha_dropout identity requires_grad_ positive"
    " broadcast_tensors hsplit vsplit dsplit resolve_conj resolve_neg adjoint conj".split()
)

_OWNERS = frozenset("torch F functional nn np numpy".split())


def may_give_view(name: str) -> bool:
    """Whether a function or method may give a view of what it gets; those in place give it back."""
    return name in VIEWS or name.endswith("_")


def viewed_by(call: ast.Call) -> ast.expr | None:
    """The tensor or container of which a call may give a view, a part or the thing itself."""
    function = call.func
    if not isinstance(function, ast.Attribute) or not may_give_view(function.attr):
        return None
    owner = function.value
    is_function = getattr(owner, "attr", getattr(owner, "id", "")) in _OWNERS
    return next(iter(call.args), None) if is_function else owner
