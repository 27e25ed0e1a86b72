"""Built-in functions, the standard library, and libraries that know nothing of torch."""

from __future__ import annotations

from flake8_nograd.vocabulary.effect import Effect, each
from flake8_nograd.vocabulary.other_frameworks import OTHER_FRAMEWORKS

_STANDARD_LIBRARY: dict[str, Effect] = {
    "copy.deepcopy": Effect.WRAP,
    "copy.copy": Effect.WRAP,
    "functools.partial": Effect.PARTIAL,
    "functools.wraps": Effect.STORES,
    "functools.update_wrapper": Effect.WRAP,
    "inspect.*": Effect.NUMBERS,
    "math.*": Effect.NUMBERS,
    "json.*": Effect.NUMBERS,
    "pickle.*": Effect.NUMBERS,
    "logging.*": Effect.NUMBERS,
    **each("random", "choice choices sample", Effect.WRAP),
    "heapq.*": Effect.WRAP,
    "heapq.heappush": Effect.STORES,
    "bisect.insort": Effect.STORES,
    "operator.setitem": Effect.STORES,
    "os.*": Effect.OBJECT,
    "sys.*": Effect.OBJECT,
    "time.*": Effect.OBJECT,
    "re.*": Effect.OBJECT,
    "argparse.*": Effect.OBJECT,
    **dict.fromkeys(
        "importlib.* subprocess.* pathlib.* shutil.* tempfile.* urllib.* http.* socket.* sqlite3.*"
        " csv.* xml.* html.* zipfile.* tarfile.* hashlib.* datetime.* uuid.* base64.* dataclasses.*"
        " enum.* typing.* warnings.* traceback.* configparser.* unittest.*".split(),
        Effect.OBJECT,
    ),
    "collections.*": Effect.WRAP,
    "itertools.*": Effect.WRAP,
    # threads, processes, tasks: grad mode is thread-local, so a guard does not follow
    "threading.*": Effect.DEFERS,
    "multiprocessing.*": Effect.DEFERS,
    "concurrent.futures.*": Effect.DEFERS,
    "asyncio.*": Effect.DEFERS,
    "gradio.*": Effect.DEFERS,  # 6.31.0, by anyio.to_thread
}

_BUILT_IN: dict[str, Effect] = {
    **dict.fromkeys(
        "print float int bool str repr len range format isinstance type id hasattr round any"
        " all".split(),
        Effect.NUMBERS,
    ),
    **dict.fromkeys("getattr sum max min abs".split(), Effect.TENSOR),
    **dict.fromkeys(
        "list tuple dict set iter next sorted reversed zip enumerate filter".split(), Effect.WRAP
    ),
    "setattr": Effect.STORES,
    "open": Effect.OBJECT,
    "super": Effect.OBJECT,
    "vars": Effect.OBJECT,
}

# Packages whose functions read tensors as plain numbers.
_NUMBERS = (
    "numpy scipy sklearn skimage cv2 PIL pandas matplotlib seaborn wandb imageio cupy plotly"
    " librosa soundfile trimesh"
)

# Packages whose objects may look like modules and never are, as those of other frameworks:
# inference engines, services, environments.
_LOOK_ALIKES = (
    "tensorflow_hub keras_tuner kerastuner"
    " xgboost lightgbm catboost gensim fasttext statsmodels spacy thinc hmmlearn"
    " onnx onnxruntime openvino tensorrt torch2trt torch_tensorrt tflite_runtime coremltools tvm"
    " ctranslate2 ctransformers hummingbird tritonclient insightface mediapipe"
    " langchain langchain_core langchain_community llama_index anthropic litellm"
    " sentencepiece tokenizers nltk networkx gym gymnasium pettingzoo datasets albumentations"
    " dlib face_recognition polars pyarrow dask xarray shapely rasterio geopandas rdkit openbabel"
    " ase pymatgen pybullet mujoco moviepy decord pydantic omegaconf requests httpx aiohttp"
    " boto3 botocore openai cohere google vertexai voyageai mistralai"
    " ollama fastapi flask django sqlalchemy pymongo redis"
)

OTHER_LIBRARIES: dict[str, Effect] = {
    **_STANDARD_LIBRARY,
    **_BUILT_IN,
    **{f"{package}.*": Effect.NUMBERS for package in _NUMBERS.split()},
    **{f"{package}.*": Effect.FOREIGN for package in (*OTHER_FRAMEWORKS, *_LOOK_ALIKES.split())},
    # optimum-intel 2.2.0, optimum-onnx: other engines behind the interface of transformers
    **each("optimum", "intel.* onnxruntime.* neuron.* habana.* pipelines.*", Effect.FOREIGN),
    # hydra-core 1.3: hydra.utils.instantiate and call make whatever the configuration names
    **each("hydra", "main compose initialize initialize_config_dir core.*", Effect.FOREIGN),
    **each("hydra.utils", "get_original_cwd to_absolute_path", Effect.FOREIGN),
    "cv2.dnn.*": Effect.FOREIGN,
    "kaldifeat.*": Effect.OBJECT,  # features out of sound, by a fixed transform
    "torchviz.*": Effect.TRAINS,
    "tqdm.*": Effect.WRAP,
    "einops.*": Effect.TENSOR,
    "pyro.distributions.*": Effect.TENSOR,
}
