"""What names say, word by word: the weakest evidence, used where nothing better is known."""

from __future__ import annotations

from functools import lru_cache

from flake8_nograd.patterns import lazy_pattern

_WORD = lazy_pattern(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")

# Words of a variable that holds a model.
MODEL_WORDS = frozenset(
    "model models net nets network networks generator discriminator encoder decoder backbone actor"
    " critic policy student teacher classifier detector embedder extractor transformer unet vae"
    " autoencoder resnet vgg bert gpt lstm gru rnn cnn mlp gan vit module ema"
    " segmentor recognizer estimator regressor predictor captioner translator denoiser vocoder"
    " learner agent projector head trunk inception flownet hubert wav2vec lm vqvae vqgan siren"
    " nerf gnn gcn gat gin dnn ddpm seq2seq qnet dqn alexnet mobilenet efficientnet densenet"
    " inceptionv3 squeezenet yolo ssd fcn deeplab llm".split()
)

# Names for the nets of a GAN and the like: a letter, or one with the domains of the net.
MODEL_LETTERS = lazy_pattern(r"[GDFEQ]|net[GD]|(?:net)?[GD]_[A-Z]\w*")

# Words that make a name something else, whatever stands beside them.
OTHER_WORDS = frozenset(
    "loss losses criterion criterions penalty regularizer metric metrics optimizer optim optimizers"
    " scheduler fn func handle hook"
    " function tokenizer transform transforms augment augmentation dataset loader dataloader data"
    " config cfg args opts options path dir file name names id ids params parameters state dict"
    " list object class cls type factory builder registry wrapper_fn callback callbacks logger"
    " writer meter timer device size dim num count index idx output outputs input inputs preprocess"
    " preprocessor postprocessor postprocess processor normalize normalizer visualizer manager"
    " session sess sampler scaler collate url repo version info summary accuracy score scores"
    " kwargs creator evaluator trainer runner engine attack attacker explainer arguments processor"
    " pipeline checkpoint schedule noise hook hooks rollout".split()
)

# Words of a function that makes or moves things: its result may be a model, it is none itself.
VERBS = frozenset(
    "get set load save build create make init initialize setup prepare parse read write run main"
    " train test validate evaluate predict compute calculate count print log plot show draw check"
    " update convert export register find is has should download freeze unfreeze reset clone copy"
    " import replace apply fuse merge wrap unwrap add remove configure select restore resume"
    " resize compile query fetch request open close start stop serve launch export quantize trace"
    " script prune inspect list share use enable disable switch call exec execute invoke push pull"
    " dump provide submit send sync retrieve on register reload rebuild upload publish".split()
)

# Words of a function whose job is inference.
INFERENCE_WORDS = frozenset(
    "val valid validate validation validating eval evaluate evaluation evaluating evaluator test"
    " testing tests tester predict predicts prediction predictions predicting predictor infer"
    " inference inferences inferring sample samples sampling generate generation generating"
    " detect detection recognize classify deploy demo stylize embed embeds embedding embeddings"
    " encode extract extraction features translate transcribe caption decode"
    " benchmark warmup speed throughput latency visualize visualise visualization plot"
    " reconstruct inferer score inpaint colorize super enhance segment".split()
)

# Of these, the words that say it alone; the others need more evidence.
STRONG_INFERENCE_WORDS = frozenset(
    "val valid validate validation validating eval evaluate evaluation evaluating test testing"
    " predict predicts prediction predictions predicting infer inference inferring deploy stylize"
    " transcribe".split()
)

# Words of a method of a module itself that only runs inference: others of its methods may be part
# of its forward pass.
MODULE_INFERENCE_WORDS = frozenset(
    "val valid validate validation validating evaluate test testing predict predicts prediction"
    " predictions predicting infer inference inferences inferring transcribe generate generation"
    " sample sampling translate caption".split()
)

# Words of a model's method that many libraries guard inside.
_SELF_GUARDED_WORDS = frozenset(
    "generate generation predict prediction predictions infer sample sampling eval evaluate".split()
)

# Words of something outside the file that reads tensors as numbers: it measures, converts to
# arrays, shows or writes.
READING_WORDS = frozenset(
    "accuracy acc metric metrics meter meters iou miou dice psnr ssim auc auroc precision recall"
    " rmse bleu rouge wer cer confusion print logger plot show draw save write writer dump"
    " visualize visualizer display evaluator np numpy ndarray array pil img im".split()
)

# Words of something outside the file that makes a number of tensors and keeps none of them.
_LOSS_WORDS = frozenset("loss losses criterion criterions".split())

# Words of a module that judges, attacks or explains models.
_SERVING_WORDS = _LOSS_WORDS | frozenset(
    "penalty regularizer metric metrics attack attacker explainer sampler evaluator trainer".split()
)

# Words of what is no tensor any more, and those that say that it is made of one.
_ARRAY_WORDS = frozenset("np numpy ndarray array pil img im image".split())
_INTO = frozenset(("to", "as", "2"))

# Words of a function that trains, or whose gradient is wanted.
TRAINING_WORDS = frozenset(
    "train training trainer fit learn learning optimize optimise optimization optimizer loss"
    " losses backward backprop gradient gradients grad grads attack attacks adversarial perturb"
    " perturbation pgd fgsm saliency cam gradcam finetune update adapt adaptation closure penalty"
    " energy force forces hessian jacobian influence langevin objective criterion step invert"
    " inversion regularization regularizer dream adv unlearn distill actions".split()
)

# Of these, the words that no validation has in its name.
HARD_TRAINING_WORDS = frozenset(
    "train training trainer fit learn learning finetune backward backprop attack attacks"
    " adversarial perturb pgd fgsm saliency cam gradcam hessian jacobian influence langevin"
    " actions".split()
)

# Words of a method that learns from what it is given, whatever it gives back.
UPDATING_WORDS = HARD_TRAINING_WORDS | {"update", "optimize", "optimise", "step", "adapt"}

# Words of functions without inputs that try something out.
TRIAL_WORDS = frozenset("test demo example smoke sanity check try debug".split())

# Words of what a model of energies gives only by a backward pass of its own or of its caller.
ENERGY_GRADIENT_WORDS = frozenset("force forces stress stresses virial virials hessian".split())

# Words of a file that is there to train.
SCRIPT_TRAINING_WORDS = frozenset("train training trainer pretrain finetune fit".split())


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The lower-case words of an identifier in snake_case or CamelCase, digits apart."""
    return tuple(word.lower() for word in _WORD.findall(name))


# Words that make a name something else wherever they stand; the others do it at the end.
ALWAYS_OTHER_WORDS = frozenset(
    "loss losses criterion metric metrics optimizer tokenizer transform dataset loader scheduler"
    " config fn func of to from with by per wrap randint".split()
)


@lru_cache(maxsize=4096)
def names_a_model(name: str) -> bool:
    """Whether a variable of this name is likely to hold an nn.Module."""
    if MODEL_LETTERS.fullmatch(name):
        return True
    parts = words(name)
    if not parts or parts[0] in VERBS or names_something_else(name):
        return False
    if not MODEL_WORDS.isdisjoint(_telling(parts)):
        return True
    return any(part.endswith(("net", "former")) and len(part) > 3 for part in parts)


# Last words that make a method of a name which says "model" as well: `model_dump`, `model_json`.
_LAST_OF_METHODS = VERBS | {"json", "schema", "results", "result"}


# Words for a part of a model that are methods of tables as well.
METHODS_OF_TABLES = frozenset(("head",))


@lru_cache(maxsize=4096)
def names_a_held_model(attribute: str) -> bool:
    """Whether an attribute of this name is likely to hold an nn.Module, and to be no method."""
    return names_a_model(attribute) and words(attribute)[-1] not in _LAST_OF_METHODS


# Words after a model's name that tell several of them apart.
_ADDITIONS = frozenset(
    "target online student local global source base main copy cuda eval train test best last prev"
    " fixed frozen orig original real fake left right first second fine coarse image text audio"
    " video small large tiny parallel compiled wrapped quant half without with list".split()
)


def _telling(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The words that say what a thing is: the first, and the last up to an addition."""
    last = len(parts) - 1
    while last and (len(parts[last]) < 4 or parts[last] in _ADDITIONS):
        last -= 1
    return (parts[0], *parts[last:])


@lru_cache(maxsize=4096)
def names_something_else(name: str) -> bool:
    """Whether a variable of this name is likely not to hold an nn.Module."""
    parts = [part for part in words(name) if not part.isdigit()]
    return bool(parts) and (parts[-1] in OTHER_WORDS or not ALWAYS_OTHER_WORDS.isdisjoint(parts))


@lru_cache(maxsize=4096)
def names_a_deed(method: str) -> bool:
    """Whether an attribute of this name is a method that does something, and no part of a model."""
    parts = words(method)
    return parts[:1] != () and (parts[0] in VERBS or not UPDATING_WORDS.isdisjoint(parts))


def names_another_class(name: str) -> bool:
    """Whether a class of this name is likely to be something else than a model, though a module.

    A variable `cls` holds a class; at the end of a class's name it stands for classification.
    """
    return names_something_else(name) and words(name)[-1] != "cls"


def sounds_like_forward(method: str) -> bool:
    """Whether a method is called after a forward pass, `_forward` or the like, and is none."""
    return method.startswith(("_forward", "forward_"))


@lru_cache(maxsize=4096)
def runs_inference(method: str) -> bool:
    """Whether a method of a module of this name is no part of its forward pass."""
    parts = words(method)
    return not (
        MODULE_INFERENCE_WORDS.isdisjoint(parts) or not HARD_TRAINING_WORDS.isdisjoint(parts)
    )


@lru_cache(maxsize=4096)
def reads_numbers(name: str) -> bool:
    """Whether something outside the file of this name only reads the tensors it is given."""
    parts = words(name)
    return not READING_WORDS.isdisjoint(parts) and TRAINING_WORDS.isdisjoint(parts)


_OPTIMIZER_WORDS = frozenset("optimizer optimizers optim opt scaler diffopt".split())


def names_an_optimizer(name: str) -> bool:
    """Whether a name is that of what updates parameters, or scales gradients for it."""
    return not _OPTIMIZER_WORDS.isdisjoint(words(name))


@lru_cache(maxsize=4096)
def computes_loss(name: str) -> bool:
    """Whether something outside the file of this name makes a number of the tensors it is given."""
    parts = words(name)
    return bool(parts) and parts[0] not in VERBS and not _LOSS_WORDS.isdisjoint(parts)


@lru_cache(maxsize=4096)
def serves_training(module: str) -> bool:
    """Whether a module of this name is no model: it judges, attacks or explains one."""
    return not _SERVING_WORDS.isdisjoint(words(module))


@lru_cache(maxsize=4096)
def makes_arrays(name: str) -> bool:
    """Whether something outside the file of this name makes arrays or images of tensors."""
    parts = words(name)
    return bool(parts) and parts[-1] in _ARRAY_WORDS and not _INTO.isdisjoint(parts)


@lru_cache(maxsize=4096)
def says_inference(method: str) -> bool:
    """Whether a method's own name says that it only runs inference, and so may guard itself."""
    return not STRONG_INFERENCE_WORDS.isdisjoint(words(method))


@lru_cache(maxsize=4096)
def may_guard_itself(method: str) -> bool:
    """Whether libraries have methods of such a name that switch recording off inside."""
    return not _SELF_GUARDED_WORDS.isdisjoint(words(method))


def is_named_after(owner: str, method: str) -> bool:
    """Whether a thing is named after what its method does: a decoder of labels or text decodes."""
    return words(owner)[-1:] == (f"{method}r",)


def names_a_class(name: str) -> bool:
    """Whether a name is one of a class, by the convention: calling it makes an object."""
    return name[:1].isupper() and not name.isupper() and "_" not in name and len(name) > 2
