"""What a function is for, by its name and the names around it."""

from __future__ import annotations

import pytest
from analysed import facts_of, pass_of

from flake8_nograd.options import Options
from flake8_nograd.torch_model.inference.roles import Role, role_of_name


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("validate", Role.INFERENCE),
        ("test", Role.INFERENCE),
        ("evaluate_model", Role.INFERENCE),
        ("predict_proba", Role.INFERENCE),
        ("runInference", Role.INFERENCE),
        ("val_epoch", Role.INFERENCE),
        ("train", Role.TRAINING),
        ("training_step", Role.TRAINING),
        ("fit", Role.TRAINING),
        ("train_and_test", Role.NEUTRAL),
        ("main", Role.NEUTRAL),
        ("helper", Role.NEUTRAL),
        ("latest", Role.NEUTRAL),
        ("invalidate", Role.NEUTRAL),
    ],
)
def test_names(name, role):
    assert role_of_name(name) is role


@pytest.mark.parametrize(
    ("program", "role"),
    [
        ("def validate(): model(x)", Role.INFERENCE),
        ("def validate():\n    def helper(): model(x)", Role.INFERENCE),
        ("def validate():\n    f = lambda: model(x)", Role.INFERENCE),
        ("class Evaluation:\n    def run(self): model(x)", Role.SURROUNDED),
        ("class Evaluation:\n    def train(self): model(x)", Role.TRAINING),
        ("def run(): model(x)", Role.NEUTRAL),
        ("model(x)", Role.NEUTRAL),
    ],
)
def test_surroundings(program, role):
    assert pass_of(program).role is role


def test_the_name_of_the_file_says_something_too():
    assert pass_of("model(x)", path="scripts/evaluate.py").role is Role.SURROUNDED


def test_names_that_a_project_adds():
    program = "def survey(): return model(x)"
    options = Options(inference_functions=frozenset({"survey"}))
    assert facts_of(program).regions == ()
    (region,) = facts_of(program, options=options).regions
    assert region.role is Role.INFERENCE
