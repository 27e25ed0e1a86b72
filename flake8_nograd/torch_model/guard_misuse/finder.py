"""All questions about guards that do not guard, in the order of the codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flake8_nograd.options import Options
from flake8_nograd.torch_model.facts import GuardMisuse
from flake8_nograd.torch_model.guard_misuse.autocast_cache import guarded_casts
from flake8_nograd.torch_model.guard_misuse.coroutines import decorated_makers
from flake8_nograd.torch_model.guard_misuse.dead_statements import dead_statements
from flake8_nograd.torch_model.guard_misuse.decorator_order import wrong_order
from flake8_nograd.torch_model.guard_misuse.guard_arguments import wrong_calls
from flake8_nograd.torch_model.guard_misuse.guarded_classes import guarded_classes
from flake8_nograd.torch_model.guard_misuse.inference_modes import lifted_modes, overruled_guards
from flake8_nograd.torch_model.guard_misuse.inference_tensors import inference_tensors
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.guard_misuse.kept_graphs import kept_graphs
from flake8_nograd.torch_model.guard_misuse.suspended_guards import suspended_guards
from flake8_nograd.torch_model.guard_misuse.threads import guarded_threads
from flake8_nograd.torch_model.guard_misuse.too_new import too_new
from flake8_nograd.torch_model.guard_misuse.trained_in_vain import trained_in_vain
from flake8_nograd.torch_model.guard_misuse.uncalled_modes import uncalled_modes
from flake8_nograd.torch_model.guard_misuse.unreset_switches import unreset_switches
from flake8_nograd.torch_model.guard_misuse.volatile import volatile_variables

_Question = Callable[[Interpreted], Iterator[GuardMisuse]]
_QUESTIONS: tuple[_Question, ...] = (
    dead_statements,
    wrong_calls,
    decorated_makers,
    wrong_order,
    volatile_variables,
    guarded_classes,
    uncalled_modes,
    suspended_guards,
    overruled_guards,
    lifted_modes,
    guarded_threads,
    unreset_switches,
    too_new,
    guarded_casts,
    trained_in_vain,
    inference_tensors,
    kept_graphs,
)


def misuses_of(what: Interpreted, options: Options) -> tuple[GuardMisuse, ...]:
    """Everything that guards of a file seem to do and do not."""
    asked = [question for code, question in _opt_in(options) if options.asks_for(code)]
    return tuple(item for question in (*_QUESTIONS, *asked) for item in question(what))


def _opt_in(options: Options) -> Iterator[tuple[str, _Question]]:
    """What is asked only of those who ask for its code, and imported for nobody else."""
    if not options.opt_in:
        return
    from flake8_nograd.torch_model.guard_misuse.eval_modes import (
        never_evaluating,
        never_training_again,
    )
    from flake8_nograd.torch_model.guard_misuse.lighter_guards import lighter_guards
    from flake8_nograd.torch_model.guard_misuse.needless_graphs import needless_graphs
    from flake8_nograd.torch_model.guard_misuse.nested_guards import nested_guards

    yield "NGR901", nested_guards
    yield "NGR902", lighter_guards
    yield "NGR903", never_evaluating
    yield "NGR904", never_training_again
    yield "NGR905", needless_graphs
