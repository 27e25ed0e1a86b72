"""What builtins, and methods of any object, do with the values that they are given."""

from __future__ import annotations

from flake8_nograd.vocabulary.effects import EFFECTS
from flake8_nograd.vocabulary.tensor_methods import COMPUTING_METHODS

# Builtins that give back their arguments or parts of them, or compute something from them.
PASSING_BUILTINS = frozenset(
    "sum max min abs round list tuple dict set frozenset iter next sorted reversed zip enumerate"
    " divmod pow super".split()
)

# Builtins that read their arguments and keep nothing of them.
READING_BUILTINS = frozenset(
    "print float int bool complex str repr len range format isinstance issubclass type id hasattr"
    " any all callable chr ord hex open input bytes hash slice".split()
)

# Builtins by which code reaches names that are not written there.
REFLECTION = frozenset("exec eval globals locals vars compile __import__".split())

# Attributes by which code reaches the names of functions that run.
FRAMES = frozenset("tb_frame f_locals f_globals gi_frame cr_frame ag_frame".split())

# Functions of packages that otherwise read numbers, which give back what they got or parts of it.
HANDING_BACK = frozenset(
    "random.choice random.choices random.sample math.prod copy.copy copy.deepcopy typing.cast"
    " heapq.heappop heapq.nlargest heapq.nsmallest heapq.merge statistics.mode".split()
)

# Functions that write a tensor with its `requires_grad`, which whoever loads it finds again.
SAVING = frozenset("torch.save pickle.dump pickle.dumps joblib.dump dill.dump".split())

# Calls that raise for a tensor that has a graph.
RAISING_CALLS = frozenset(("numpy", "deepcopy"))

# Methods of loggers, progress bars, plots and files that read their arguments and have names of
# their own.
READING_METHODS = frozenset(
    "add_scalar add_scalars add_image add_images add_histogram add_figure add_embedding add_video"
    " add_audio info debug warning error critical set_postfix set_postfix_str set_description"
    " set_description_str format imshow imsave savefig write writerow writelines flush".split()
)

# Methods of containers that keep their arguments in what they are called on.
KEEPING_METHODS = frozenset("append extend appendleft insert add update setdefault".split())

# Methods of containers and tensors that give back what is in them, or something computed of it.
PASSING_METHODS = COMPUTING_METHODS | frozenset(
    "to cuda cpu xpu half float double bfloat16 type contiguous requires_grad_ items keys values"
    " get pop popleft copy index count".split()
)

# Methods that compute nothing with a graph, whatever they are called on.
PLAIN_METHODS = frozenset(
    "eval train join strip lower upper replace startswith endswith format keys size dim numel"
    " is_available synchronize parse_args state_dict manual_seed empty_cache exists mkdir close"
    " flush time perf_counter rsplit lstrip rstrip reverse clear strftime isoformat joinpath"
    " with_suffix elapsed_time".split()
)

# Attributes that tell whether something was recorded.
SHOWING_ATTRIBUTES = frozenset(
    "requires_grad grad_fn is_leaf grad retains_grad _base _version output_nr"
    " needs_input_grad".split()
)

# Attributes of a tensor that are views of it.
VIEW_ATTRIBUTES = frozenset("T mT H mH real imag".split())

# Calls that look at recording or change it for everything that runs later.
SHOWING_CALLS = frozenset(
    "is_grad_enabled is_inference_mode_enabled set_grad_enabled saved_tensors_hooks save_on_cpu"
    " retain_grad register_hook enable_grad _set_grad_enabled register_post_accumulate_grad_hook"
    " register_multi_grad_hook disable_saved_tensors_hooks _is_view is_inference"
    " _push_saved_tensors_default_hooks".split()
)

# Calls that let code run in, or keep something of, every forward pass from then on or inside.
HOOKS = frozenset(
    "register_forward_hook register_forward_pre_hook register_module_forward_hook"
    " register_module_forward_pre_hook register_full_backward_hook register_backward_hook"
    " register_module_full_backward_hook register_parametrization cached weight_norm spectral_norm"
    " parametrize create_feature_extractor saved_tensors_hooks save_on_cpu prune orthogonal"
    " custom_from_mask l1_unstructured ln_structured random_unstructured global_unstructured"
    " _push_saved_tensors_default_hooks TorchFunctionMode TorchDispatchMode _forward_hooks"
    " _forward_pre_hooks _global_forward_hooks _global_forward_pre_hooks"
    " _register_state_dict_hook register_state_dict_post_hook register_state_dict_pre_hook".split()
)

# Packages whose functions the tables know well enough to say what they keep.
KNOWN_PACKAGES = frozenset(name.partition(".")[0] for name in EFFECTS if name.endswith(".*"))
