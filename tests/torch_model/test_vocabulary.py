"""What the linter says of programs that use the calls and hooks of libraries."""

from __future__ import annotations

import pytest

from flake8_nograd.engine import check
from flake8_nograd.source import Source
from flake8_nograd.vocabulary.runs_given import RUNS_GIVEN

FRAME = """\
import torch
from torch import nn

{made}

def predict(data):
    {call}
    print(out.argmax())
"""
# How the object `it` is made, and the forward pass that records.
RECORDING = {
    "batch norm": ("it = nn.BatchNorm1d(4)", "it(data)"),
    "layer norm": ("it = nn.LayerNorm(4)", "it(data)"),
    "bag of embeddings": ("it = nn.EmbeddingBag(4, 4)", "it(data)"),
    "lazy layer": ("it = nn.LazyLinear(4)", "it(data)"),
    "adaptive softmax": ("it = nn.AdaptiveLogSoftmaxWithLoss(4, 4, [1])", "it(data, data)"),
    "layer by its module": (
        "from torch.nn.modules.conv import Conv2d\nit = Conv2d(3, 3, 3)",
        "it(data)",
    ),
    "spectral norm": ("it = nn.utils.spectral_norm(nn.Linear(4, 4))", "it(data)"),
    "parametrization": (
        "from torch.nn.utils.parametrizations import orthogonal\nit = orthogonal(nn.Linear(4, 4))",
        "it(data)",
    ),
    "pruned": (
        "from torch.nn.utils import prune\nit = prune.l1_unstructured(nn.Linear(4, 4), 'b', 2)",
        "it(data)",
    ),
    "sample of a distribution": (
        "it = nn.Linear(4, 4)",
        "torch.distributions.Categorical(logits=it(data)).sample()",
    ),
    "membership": ("it = nn.Linear(4, 4)", "torch.isin(it(data), data)"),
    "detector": (
        "from torchvision.models.detection import ssd300_vgg16\nit = ssd300_vgg16()",
        "it(data)",
    ),
    "layers of torchvision": ("from torchvision.ops import MLP\nit = MLP(4, [4])", "it(data)"),
    "features of timm": ("import timm\nit = timm.create_model('a')", "it.forward_features(data)"),
    "made by hydra, in eval mode": (
        "import hydra\nit = hydra.utils.instantiate({})\nit.eval()",
        "it(data)",
    ),
    "transformers by configuration": (
        "from transformers import AutoConfig, AutoModel\nit = AutoModel.from_config(AutoConfig())",
        "it(data).logits",
    ),
    "diffusion net": (
        "from diffusers import UNet2DModel\nit = UNet2DModel()",
        "it(data, 1).sample",
    ),
    "sentence encoder called": (
        "from sentence_transformers import SentenceTransformer\nit = SentenceTransformer('a')",
        "it(data)['sentence_embedding']",
    ),
    "fabric": (
        "from lightning import Fabric\nfabric = Fabric()\n"
        "it, opt = fabric.setup(nn.Linear(4, 4), 1)",
        "it(data)",
    ),
    "accelerate": (
        "from accelerate import Accelerator\na = Accelerator()\n"
        "it = a.unwrap_model(a.prepare(nn.Linear(4, 4)))",
        "it(data)",
    ),
    "dispatched": (
        "from accelerate import dispatch_model\nit = dispatch_model(nn.Linear(4, 4))",
        "it(data)",
    ),
    "deepspeed": (
        "import deepspeed\nit, opt, _, _ = deepspeed.initialize(model=nn.Linear(4, 4))",
        "it(data)",
    ),
    "apex": (
        "from apex import amp\nit, opt = amp.initialize(nn.Linear(4, 4), None)",
        "it(data)",
    ),
    "peft": ("from peft import get_peft_model\nit = get_peft_model(nn.Linear(4, 4))", "it(data)"),
    "unsloth": (
        "from unsloth import FastLanguageModel\nit, t = FastLanguageModel.from_pretrained('a')",
        "it(data).logits",
    ),
    "eight bits": ("import bitsandbytes as bnb\nit = bnb.nn.Linear8bitLt(4, 4)", "it(data)"),
    "whisper called": ("import whisper\nit = whisper.load_model('a')", "it(data, data)"),
    "open_clip": (
        "import open_clip\nit, _, pre = open_clip.create_model_and_transforms('a')",
        "it.encode_image(data)",
    ),
    "segmentation": ("import segmentation_models_pytorch as smp\nit = smp.Unet('a')", "it(data)"),
    "graph layer": ("from torch_geometric.nn import GCNConv\nit = GCNConv(4, 4)", "it(data, data)"),
    "policy of an agent": (
        "from stable_baselines3 import PPO\nmodel = PPO()",
        "model.policy(data)",
    ),
    "net of a learner": (
        "from fastai.vision.all import vision_learner\nlearn = vision_learner(1, 2)",
        "learn.model(data)",
    ),
    "action in an environment": (
        "import gym\nit = nn.Linear(4, 4)",
        "gym.make('a').step(it(data))",
    ),
}
# Calls that guard themselves, record nothing, or are no forward passes at all.
SILENT = {
    "activation": ("model = nn.ReLU()", "model(data)"),
    "loss by its module": (
        "from torch.nn.modules.loss import MSELoss\nmodel = MSELoss()",
        "model(data, data)",
    ),
    "gradient of a function": ("it = nn.Linear(4, 4)", "torch.func.grad(it)(data)"),
    "frozen norm": (
        "from torchvision.ops import FrozenBatchNorm2d\nmodel = FrozenBatchNorm2d(4)",
        "model(data)",
    ),
    "transform of weights": (
        "from torchvision.models import ResNet50_Weights\n"
        "model = ResNet50_Weights.DEFAULT.transforms()",
        "model(data)",
    ),
    "tensorflow twin": (
        "from transformers import TFBertModel\nmodel = TFBertModel.from_pretrained('a')",
        "model(data)",
    ),
    "jax twin": (
        "from diffusers import FlaxUNet2DConditionModel as U\nmodel = U.from_pretrained('a')",
        "model(data)",
    ),
    "onnx twin": (
        "from optimum.onnxruntime import ORTModelForCausalLM as M\nmodel = M.from_pretrained('a')",
        "model(data).logits",
    ),
    "pipeline for a task": (
        "from diffusers import AutoPipelineForText2Image as P\nmodel = P.from_pretrained('a')",
        "model(data).images",
    ),
    "generation": (
        "from transformers import GPT2LMHeadModel\nmodel = GPT2LMHeadModel.from_pretrained('a')",
        "model.generate(data)",
    ),
    "sentence encoder": (
        "from sentence_transformers import SentenceTransformer\nmodel = SentenceTransformer('a')",
        "model.encode(data)",
    ),
    "evaluator of sentences": (
        "from sentence_transformers.evaluation import BinaryClassificationEvaluator as E\n"
        "model = E()",
        "model(data)",
    ),
    "whisper decoding": ("import whisper\nmodel = whisper.load_model('a')", "model.decode(data)"),
    "faster whisper": (
        "from faster_whisper import WhisperModel\nmodel = WhisperModel('a')",
        "model.encode(data)",
    ),
    "mask of a segmentation": (
        "import segmentation_models_pytorch as smp\nmodel = smp.Unet('a')",
        "model.predict(data)",
    ),
    "agent": ("from stable_baselines3 import PPO\nmodel = PPO()", "model.predict(data)"),
    "detector of mmdet": (
        "from mmdet.apis import init_detector, inference_detector\nit = init_detector('a')",
        "inference_detector(it, data)",
    ),
    "inferencer": ("from mmdet.apis import DetInferencer\nmodel = DetInferencer()", "model(data)"),
    "ultralytics": ("from ultralytics import YOLO\nmodel = YOLO('a')", "model(data)"),
    "inference of graphs": (
        "from torch_geometric.nn import GCN\nmodel = GCN(4, 4, 2)",
        "model.inference(data)",
    ),
    "pooling of graphs": (
        "from torch_geometric.nn import global_mean_pool as model",
        "model(data, data)",
    ),
    "attack": ("import torchattacks\nmodel = torchattacks.PGD(nn.Linear(4, 4))", "model(data)"),
    "attribution": (
        "from captum.attr import Saliency\nmodel = Saliency(nn.Linear(4, 4))",
        "model.attribute(data)",
    ),
    "metric": ("from torchmetrics import Accuracy\nmodel = Accuracy('a')", "model(data, data)"),
}
LOOK_ALIKES = {
    "onnxruntime": "import onnxruntime as ort\nmodel = ort.InferenceSession('a')",
    "openvino": "import openvino as ov\nmodel = ov.Core().compile_model('a')",
    "keras": "from keras_core import Sequential\nmodel = Sequential()",
    "keras of tensorflow": "from tensorflow import keras\nmodel = keras.models.load_model('a')",
    "tflite": "from tflite_runtime.interpreter import Interpreter\nmodel = Interpreter('a')",
    "tensorrt": "import tensorrt as trt\nmodel = trt.Runtime(0).create_execution_context()",
    "equinox": "import equinox as eqx\nmodel = eqx.nn.MLP(4)",
    "haiku": "import haiku as hk\nmodel = hk.transform(None)",
    "mlx": "from mlx_lm import load\nmodel, tokenizer = load('a')",
    "paddle": "import paddle\nmodel = paddle.jit.load('a')",
    "spacy": "import spacy\nmodel = spacy.load('a')",
    "sklearn": "from sklearn.linear_model import Ridge\nmodel = Ridge()",
    "gensim": "from gensim.models import Word2Vec\nmodel = Word2Vec()",
    "catboost": "import catboost\nmodel = catboost.CatBoostClassifier()",
    "ctransformers": "from ctransformers import AutoModel\nmodel = AutoModel.from_pretrained('a')",
    "vllm": "from vllm import LLM\nmodel = LLM('a')",
    "gymnasium": "import gymnasium as gym\nmodel = gym.make('a')",
}
HOOK = """\
import torch
from torch import nn
from library import {base}

class Own({base}):
    def __init__(self):
        self.net = nn.Linear(4, 2)

    def {method}(self, batch):
        self.net.eval()
        print(self.net(batch).argmax())
"""
# Methods of classes that a framework runs: with recording off, or on.
GUARDED_HOOKS = [
    ("LightningModule", "validation_step"),
    ("LightningModule", "on_validation_epoch_end"),
    ("LightningModule", "predict_step"),
    ("Callback", "on_test_batch_end"),
    ("Callback", "before_validate"),
    ("Trainer", "calculate_eval_batch_loss"),
    ("Hook", "after_val_iter"),
    ("SingleStageDetector", "simple_test"),
    ("Brain", "evaluate_batch"),
    ("ComposerModel", "eval_forward"),
]
RECORDING_HOOKS = [
    ("Callback", "on_train_epoch_end"),
    ("Callback", "on_evaluate"),
    ("Hook", "after_train_epoch"),
    ("Trainer", "prediction_step"),
    ("Seq2SeqTrainer", "prediction_step"),
]


def codes(program: str) -> list[str]:
    return [finding.code for finding in check(Source.from_text(program))]


def program(made: str, call: str) -> str:
    return FRAME.format(made=made, call=f"out = {call}")


@pytest.mark.parametrize(("made", "call"), RECORDING.values(), ids=RECORDING)
def test_recording_calls(made, call):
    assert codes(program(made, call))


@pytest.mark.parametrize(("made", "call"), SILENT.values(), ids=SILENT)
def test_silent_calls(made, call):
    assert codes(program(made, call)) == []


@pytest.mark.parametrize("dotted", RUNS_GIVEN)
@pytest.mark.parametrize("by_keyword", [False, True])
def test_functions_that_run_the_module_they_are_given(dotted, by_keyword):
    package, _, name = dotted.rpartition(".")
    position, keyword = RUNS_GIVEN[dotted]
    given = ["data"] * position + [f"{keyword}=model" if by_keyword else "model"]
    made = f"from {package} import {name}\nmodel = nn.Linear(4, 2)"
    assert codes(program(made, f"{name}({', '.join(given)}, inputs=data)"))
    assert codes(program(made, f"{name}({', '.join([*given[:position], '*data'])})")) == []


@pytest.mark.parametrize("call", ["model(data)", "model.encode(data)"])
@pytest.mark.parametrize("made", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_objects_without_torch_inside(made, call):
    assert codes(program(made, call)) == []


@pytest.mark.parametrize(("base", "method"), GUARDED_HOOKS)
def test_hooks_that_run_guarded(base, method):
    assert codes(HOOK.format(base=base, method=method)) == []


@pytest.mark.parametrize(("base", "method"), RECORDING_HOOKS)
def test_hooks_that_record(base, method):
    assert codes(HOOK.format(base=base, method=method))
