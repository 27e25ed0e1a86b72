"""Other frameworks with models of their own, whose classes are spelled much like those of torch."""

from __future__ import annotations

OTHER_FRAMEWORKS = frozenset(
    "tensorflow keras keras_core jax flax haiku equinox paddle mxnet gluonnlp mindspore jittor"
    " oneflow megengine chainer theano caffe tinygrad mlx mlx_lm".split()
)
