"""Libraries that make, wrap, train or run models of torch."""

from __future__ import annotations

from flake8_nograd.vocabulary.effect import Effect, each

MODEL_LIBRARIES: dict[str, Effect] = {
    # timm 1.0.31
    "timm.create_model": Effect.MODULE,
    "timm.models.*": Effect.MODULE,
    **each(
        "timm.models",
        "list_models list_modules list_pretrained is_model model_entrypoint load_checkpoint"
        " load_state_dict resume_checkpoint get_pretrained_cfg",
        Effect.OBJECT,
    ),
    **each("timm", "list_models list_pretrained is_model", Effect.OBJECT),
    "timm.data.*": Effect.OBJECT,
    "timm.scheduler.*": Effect.OBJECT,
    "timm.optim.*": Effect.OPTIMIZER,
    "timm.loss.*": Effect.LAYER,
    "timm.utils.ModelEma": Effect.WRAP,
    "timm.utils.ModelEmaV2": Effect.WRAP,
    "timm.utils.ModelEmaV3": Effect.WRAP,
    "timm.utils.accuracy": Effect.NUMBERS,
    # graph libraries: torch_geometric 2.8.1, dgl 2.1.0
    "torch_geometric.nn.*": Effect.MODULE,
    **each(
        "torch_geometric.nn",
        "global_add_pool global_mean_pool global_max_pool max_pool avg_pool max_pool_x avg_pool_x"
        " max_pool_neighbor_x avg_pool_neighbor_x graclus voxel_grid fps knn knn_graph radius"
        " radius_graph nearest knn_interpolate bro gini",
        Effect.TENSOR,
    ),
    "torch_geometric.nn.summary": Effect.NUMBERS,
    "torch_geometric.nn.LabelPropagation": Effect.GUARDED,
    "torch_geometric.nn.models.LabelPropagation": Effect.GUARDED,
    **each(
        "torch_geometric.nn",
        "DataParallel to_hetero to_hetero_with_bases to_fixed_size",
        Effect.WRAP,
    ),
    "torch_geometric.llm.*": Effect.MODULE,
    **each(
        "torch_geometric",
        "data.* loader.* datasets.* transforms.* profile.* explain.* contrib.*",
        Effect.OBJECT,
    ),
    "torch_geometric.compile": Effect.WRAP,
    "torch_geometric.utils.*": Effect.TENSOR,
    "dgl.nn.*": Effect.MODULE,
    "dgl.*": Effect.OBJECT,
    # speechbrain 1.1.2: what it loads is frozen, unless `freeze_params=False` is given
    "speechbrain.inference.*": Effect.GUARDED,
    "speechbrain.pretrained.*": Effect.GUARDED,
    # wrappers and training engines: accelerate 1.15.0, deepspeed 0.19.8, apex
    "accelerate.dispatch_model": Effect.WRAP,
    "accelerate.cpu_offload": Effect.WRAP,
    "accelerate.disk_offload": Effect.WRAP,
    "accelerate.load_checkpoint_and_dispatch": Effect.WRAP,
    "deepspeed.initialize": Effect.MODULE,
    "deepspeed.init_inference": Effect.WRAP,
    "apex.parallel.DistributedDataParallel": Effect.WRAP,
    "apex.parallel.convert_syncbn_model": Effect.WRAP,
    "apex.amp.initialize": Effect.PREPARES,
    "apex.optimizers.*": Effect.OPTIMIZER,
    "bitsandbytes.optim.*": Effect.OPTIMIZER,
    # transformers 5.23.0, peft 0.21.2, unsloth 2026.10.9
    "transformers.pipeline": Effect.GUARDED,
    "transformers.Trainer": Effect.OBJECT,
    "transformers.TrainingArguments": Effect.OBJECT,
    "peft.get_peft_model": Effect.WRAP,
    "peft.prepare_model_for_kbit_training": Effect.WRAP,
    "peft.inject_adapter_in_model": Effect.MODULE,
    **each(
        "unsloth",
        "FastLanguageModel.get_peft_model FastModel.get_peft_model FastVisionModel.get_peft_model"
        " FastLanguageModel.for_inference FastModel.for_inference FastVisionModel.for_inference",
        Effect.WRAP,
    ),
    "bitsandbytes.nn.*": Effect.MODULE,
    # diffusers 0.42.1: pipelines are known by their class names
    "diffusers.models.*": Effect.MODULE,
    "diffusers.schedulers.*": Effect.OBJECT,
    "diffusers.utils.*": Effect.OBJECT,
    "diffusers.training_utils.EMAModel": Effect.OBJECT,
    "diffusers.EMAModel": Effect.OBJECT,
    "diffusers.OnnxRuntimeModel": Effect.OBJECT,
    # sentence-transformers 6.2.0
    "sentence_transformers.*": Effect.OBJECT,
    "sentence_transformers.SentenceTransformer": Effect.MODULE,
    "sentence_transformers.SparseEncoder": Effect.MODULE,
    "sentence_transformers.MultiVectorEncoder": Effect.MODULE,
    "sentence_transformers.CrossEncoder": Effect.MODULE,
    "sentence_transformers.models.*": Effect.MODULE,
    "sentence_transformers.losses.*": Effect.LAYER,
    "sentence_transformers.util.*": Effect.TENSOR,
    # models that come as constructors
    "efficientnet_pytorch.*": Effect.MODULE,
    "segmentation_models_pytorch.*": Effect.MODULE,  # 0.6.0
    **each("segmentation_models_pytorch", "metrics.* datasets.* utils.*", Effect.OBJECT),
    "segmentation_models_pytorch.losses.*": Effect.LAYER,
    "segmentation_models_pytorch.encoders.get_preprocessing_fn": Effect.OBJECT,
    "segmentation_models_pytorch.encoders.get_preprocessing_params": Effect.OBJECT,
    "pretrainedmodels.*": Effect.MODULE,
    # open_clip_torch 3.3.0
    **each(
        "open_clip",
        "create_model create_model_and_transforms create_model_from_pretrained",
        Effect.MODULE,
    ),
    "open_clip.build_zero_shot_classifier": Effect.NUMBERS,
    "open_clip.tokenize": Effect.OBJECT,
    "clip.load": Effect.MODULE,
    "clip.tokenize": Effect.OBJECT,
    "facenet_pytorch.InceptionResnetV1": Effect.MODULE,  # 2.6.0
    "facenet_pytorch.MTCNN": Effect.GUARDED,
    "facenet_pytorch.fixed_image_standardization": Effect.TENSOR,
    "lpips.LPIPS": Effect.MODULE,
    "monai.networks.nets.*": Effect.MODULE,  # 1.6.1
    "monai.losses.*": Effect.LAYER,
    **each("monai", "metrics.* transforms.* data.* handlers.* inferers.* apps.*", Effect.OBJECT),
    "monai.inferers.sliding_window_inference": Effect.TENSOR,
    **each("kornia.feature", "LoFTR DISK KeyNet HardNet SOLD2 DeDoDe", Effect.MODULE),  # 0.9.0
    "kornia.augmentation.*": Effect.OBJECT,
    "kornia.losses.*": Effect.TENSOR,
    **each(
        "kornia", "filters.* geometry.* color.* enhance.* morphology.* metrics.*", Effect.TENSOR
    ),
    "vit_pytorch.*": Effect.MODULE,  # 1.26.11
    "torchcrf.CRF": Effect.MODULE,  # pytorch-crf 0.7.2
    "ema_pytorch.EMA": Effect.WRAP,  # 0.8.3
    # detectors: mmdet 2.28.2 and 3.3.0, mmengine 0.10.7, detectron2 0.6
    "mmdet.apis.init_detector": Effect.MODULE,
    "mmdet.apis.inference_detector": Effect.NUMBERS,
    "mmdet.models.build_detector": Effect.MODULE,
    "detectron2.modeling.build_model": Effect.MODULE,
    "detectron2.engine.DefaultPredictor": Effect.GUARDED,
    "detectron2.evaluation.inference_on_dataset": Effect.NUMBERS,
    # objects that guard themselves, or engines that never record
    "vllm.*": Effect.GUARDED,
    "lmdeploy.*": Effect.GUARDED,
    "llama_cpp.*": Effect.GUARDED,
    "openai.*": Effect.OBJECT,
    "ultralytics.*": Effect.GUARDED,  # 8.4.190: engine/predictor.py, engine/validator.py
    "ultralytics.nn.*": Effect.MODULE,
    # openai-whisper 20250625: the model records, decoding.py guards itself
    "whisper.load_model": Effect.MODULE,
    **each("whisper", "decode detect_language transcribe", Effect.NUMBERS),
    **each("whisper", "load_audio pad_or_trim log_mel_spectrogram", Effect.OBJECT),
    "faster_whisper.*": Effect.OBJECT,  # 1.2.1: ctranslate2, no torch
    "TTS.api.TTS": Effect.GUARDED,  # coqui-tts 0.28.0
    "demucs.apply.apply_model": Effect.NUMBERS,  # 4.1.0
    "demucs.pretrained.get_model": Effect.MODULE,
    "controlnet_aux.*": Effect.GUARDED,  # 0.0.10
    "pyannote.audio.Inference": Effect.GUARDED,  # 4.0.7
    "easyocr.*": Effect.GUARDED,
    "espnet2.bin.*": Effect.GUARDED,  # 202511: `__call__` of each of its inference classes
    "depth_anything_3.api.DepthAnything3": Effect.GUARDED,
    "bert_score.*": Effect.GUARDED,
    "stable_baselines3.*": Effect.GUARDED,  # 2.9.2: predict and collect_rollouts
    "sb3_contrib.*": Effect.GUARDED,
    "flair.models.*": Effect.MODULE,
    "allennlp.predictors.*": Effect.GUARDED,  # 2.10.1: models/model.py, forward_on_instances
    "torch_fidelity.*": Effect.GUARDED,
    "pytorch_fid.*": Effect.GUARDED,
    "cleanfid.*": Effect.NUMBERS,  # clean-fid 0.1.35
    # gradient-based explanation and attack libraries: they differentiate what they are given
    "captum.*": Effect.OBJECT,
    "torchattacks.*": Effect.OBJECT,
    "foolbox.*": Effect.OBJECT,
    **each("art", "attacks.* estimators.*", Effect.OBJECT),  # 1.20.1
    "pytorch_grad_cam.*": Effect.OBJECT,
    # metrics
    "torchmetrics.*": Effect.OBJECT,
    "torcheval.*": Effect.OBJECT,
    "ignite.metrics.*": Effect.OBJECT,
    "ignite.engine.*": Effect.OBJECT,
    "ignite.handlers.*": Effect.OBJECT,
    "evaluate.*": Effect.OBJECT,
    # what measures a model, or draws it
    **each("thop", "*", Effect.NUMBERS),
    **each("fvcore", "*", Effect.NUMBERS),
    **each("ptflops", "*", Effect.NUMBERS),
    **each("torchinfo", "*", Effect.NUMBERS),
    **each("torchsummary", "*", Effect.NUMBERS),
    **each("torchviz", "*", Effect.NUMBERS),
}
