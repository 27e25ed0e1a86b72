"""Calls of torch 2.13.0 and of the libraries that are released with it."""

from __future__ import annotations

from flake8_nograd.vocabulary.effect import Effect, each

TORCH_CALLS: dict[str, Effect] = {
    "torch.*": Effect.TENSOR,
    "torch.load": Effect.LIKELY_MODULE,
    "torch.jit.load": Effect.MODULE,
    "torch.hub.load": Effect.MODULE,
    "torch.hub.load_state_dict_from_url": Effect.OBJECT,
    "torch.nn.*": Effect.LAYER,
    "torch.nn.functional.*": Effect.TENSOR,
    "torch.nn.functional.one_hot": Effect.NUMBERS,
    "torch.nn.init.*": Effect.TENSOR,
    "torch.nn.utils.*": Effect.TENSOR,
    **each(
        "torch.nn.utils",
        "spectral_norm weight_norm remove_spectral_norm remove_weight_norm fuse_conv_bn_eval"
        " fuse_linear_bn_eval convert_conv2d_weight_memory_format",
        Effect.WRAP,
    ),
    "torch.nn.utils.skip_init": Effect.MODULE,
    "torch.nn.utils.parametrizations.*": Effect.WRAP,
    "torch.nn.utils.parametrize.*": Effect.WRAP,
    "torch.nn.utils.prune.*": Effect.WRAP,
    "torch.nn.Parameter": Effect.TENSOR,
    "torch.nn.Sequential": Effect.MODULE,
    "torch.nn.ModuleList": Effect.WRAP,
    "torch.nn.ModuleDict": Effect.WRAP,
    # layers with parameters of their own; an activation with one, PReLU, is not worth a report
    **each(
        "torch.nn",
        "Linear Bilinear LazyLinear Embedding EmbeddingBag Conv1d Conv2d Conv3d ConvTranspose1d"
        " ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d"
        " LazyConvTranspose2d LazyConvTranspose3d LSTM GRU RNN LSTMCell GRUCell RNNCell"
        " MultiheadAttention Transformer TransformerEncoder TransformerEncoderLayer"
        " TransformerDecoder TransformerDecoderLayer BatchNorm1d BatchNorm2d BatchNorm3d"
        " LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d SyncBatchNorm LayerNorm GroupNorm RMSNorm"
        " AdaptiveLogSoftmaxWithLoss",
        Effect.MODULE,
    ),
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm": Effect.WRAP,
    "torch.nn.DataParallel": Effect.WRAP,
    "torch.nn.parallel.DataParallel": Effect.WRAP,
    "torch.nn.parallel.DistributedDataParallel": Effect.WRAP,
    "torch.nn.parallel.data_parallel": Effect.TENSOR,
    "torch.distributed.fsdp.FullyShardedDataParallel": Effect.WRAP,
    "torch.distributed.fsdp.fully_shard": Effect.WRAP,
    "torch.distributed.tensor.parallel.parallelize_module": Effect.WRAP,
    "torch.compile": Effect.WRAP,
    "torch.jit.script": Effect.WRAP,
    "torch.jit.trace": Effect.WRAP,
    # what is left of the parameters are constants, without a graph
    "torch.jit.freeze": Effect.GUARDED,
    "torch.jit.optimize_for_inference": Effect.GUARDED,
    "torch.quantization.quantize_dynamic": Effect.GUARDED,
    "torch.ao.quantization.quantize_dynamic": Effect.GUARDED,
    "torch.quantization.convert": Effect.GUARDED,
    "torch.ao.quantization.convert": Effect.GUARDED,
    "torch.fx.symbolic_trace": Effect.WRAP,
    "torch.quantization.*": Effect.WRAP,
    "torch.ao.quantization.*": Effect.WRAP,
    "torch.optim.swa_utils.AveragedModel": Effect.WRAP,
    "torch.autograd.Variable": Effect.WRAP,
    "torch.autograd.backward": Effect.TRAINS,
    "torch.autograd.grad": Effect.TRAINS,
    "torch.autograd.functional.*": Effect.TRAINS,
    "torch.autograd.gradcheck": Effect.TRAINS,
    "torch.autograd.gradgradcheck": Effect.TRAINS,
    "torch.distributed.autograd.backward": Effect.TRAINS,
    "torch.func.*": Effect.TRAINS,
    "torch.func.functional_call": Effect.TENSOR,
    "torch.func.stack_module_state": Effect.TENSOR,
    "torch.func.vmap": Effect.WRAP,
    "torch.vmap": Effect.WRAP,
    # the predecessor of torch.func
    "functorch.*": Effect.TRAINS,
    "functorch.vmap": Effect.WRAP,
    "functorch.make_functional": Effect.TENSOR,
    "functorch.make_functional_with_buffers": Effect.TENSOR,
    "torch.optim.*": Effect.OPTIMIZER,
    "torch.optim.lr_scheduler.*": Effect.OBJECT,
    "torch.optim.swa_utils.*": Effect.OBJECT,
    "torch.utils.data.*": Effect.OBJECT,
    "torch.utils.tensorboard.*": Effect.OBJECT,
    "torch.utils.checkpoint.*": Effect.TENSOR,
    "torch.utils.dlpack.*": Effect.WRAP,
    "torch.amp.*": Effect.OBJECT,
    "torch.cuda.amp.*": Effect.OBJECT,
    "torch.distributions.*": Effect.TENSOR,
    "torch.device": Effect.OBJECT,
    "torch.Generator": Effect.OBJECT,
    "torch.cuda.*": Effect.OBJECT,
    "torch.profiler.*": Effect.OBJECT,
    "torch.onnx.*": Effect.NUMBERS,
    "torch.export.*": Effect.NUMBERS,
    "torch.jit.save": Effect.NUMBERS,
    # functions without a gradient, or with one that is zero everywhere
    **each(
        "torch",
        "save argmax argmin argsort argwhere multinomial bincount bucketize searchsorted histc"
        " count_nonzero nonzero unique unique_consecutive equal eq ne gt ge lt le greater"
        " greater_equal less less_equal not_equal isin isinf isposinf isneginf isnan isfinite"
        " isreal isclose allclose is_tensor is_nonzero is_floating_point is_complex signbit all any"
        " logical_and logical_or logical_not logical_xor zeros_like ones_like rand_like randn_like"
        " randint_like empty_like full_like bernoulli round sign tensor from_numpy numel"
        " result_type linalg.matrix_rank",
        Effect.NUMBERS,
    ),
    "torch.distributed.*": Effect.NUMBERS,
    "torch.distributed.nn.*": Effect.TENSOR,
    "torch.distributed._functional_collectives.*": Effect.TENSOR,
    "torch.multiprocessing.*": Effect.DEFERS,
    # torchvision 0.29.2
    "torchvision.models.*": Effect.MODULE,
    "torchvision.models.detection.*": Effect.MODULE,
    "torchvision.models.feature_extraction.create_feature_extractor": Effect.WRAP,
    **each("torchvision.models", "list_models get_weight get_model_weights", Effect.OBJECT),
    "torchvision.models.feature_extraction.get_graph_node_names": Effect.OBJECT,
    "torchvision.transforms.*": Effect.OBJECT,
    "torchvision.datasets.*": Effect.OBJECT,
    "torchvision.ops.*": Effect.TENSOR,
    **each(
        "torchvision.ops",
        "MLP FeaturePyramidNetwork Conv2dNormActivation Conv3dNormActivation SqueezeExcitation"
        " DeformConv2d",
        Effect.MODULE,
    ),
    **each(
        "torchvision.ops",
        "FrozenBatchNorm2d RoIAlign RoIPool PSRoIAlign PSRoIPool MultiScaleRoIAlign StochasticDepth"
        " Permute DropBlock2d DropBlock3d",
        Effect.LAYER,
    ),
    "torchvision.ops.nms": Effect.NUMBERS,
    "torchvision.ops.batched_nms": Effect.NUMBERS,
    "torchvision.utils.*": Effect.NUMBERS,
    "torchvision.io.*": Effect.OBJECT,
    # torchaudio 2.11.0
    "torchaudio.functional.*": Effect.TENSOR,
    "torchaudio.transforms.*": Effect.OBJECT,
    "torchaudio.models.*": Effect.MODULE,
    "torchaudio.models.decoder.*": Effect.OBJECT,
    "torchaudio.datasets.*": Effect.OBJECT,
    "torchaudio.save": Effect.NUMBERS,
}
