"""What gives a view of a tensor, or the tensor itself."""

from __future__ import annotations

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


def may_give_view(name: str) -> bool:
    """Whether a function or method may give a view of what it gets; those in place give it back."""
    return name in VIEWS or name.endswith("_")
