"""`--guard inference_mode` is followed only where it is safe; else no_grad, and it is said why."""

from __future__ import annotations

import pytest

from flake8_nograd.fixing import Guard, Style

ASKED = Style(guard=Guard.INFERENCE_MODE, unsafe=True)
MODEL = "model = torch.nn.Linear(2, 2)\n"


@pytest.mark.parametrize(
    "program",
    [
        "label = model(x).argmax().item()  #block\nprint(label)\n",
        "out = model(x)  #block\nprint(out.argmax().item(), float(out), out.cpu().numpy())\n",
        "print(model(x).tolist())  #block\n",
        "hits += (model(x) > 0).sum().item()  #block\n",
        "scores.append(model(x).item())  #block\n",
    ],
)
def test_plain_results_may_run_under_it(fix, program):
    fixed = fix(f"import torch\n{MODEL}{program}", style=ASKED)
    assert "with torch.inference_mode():" in fixed.text
    assert fixed.outcome.note == ""


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("out = model(x)  #block\nshow(out)\n", "out is used outside"),
        ("out = model(x)  #block\nout += 1\n", "out is used outside"),
        ("total += model(x).sum()  #block\n", "added up in place"),
        ("outs.append(model(x))  #block\n", "kept in a container"),
        ("self.out = model(x)  #block\n", "stored in an object"),
        ("outs[0] = model(x)  #block\n", "stored in an object"),
        ("def f(x):\n    return model(x)  #block\n", "handed to the caller"),
        ("def f(x):\n    out = model(x)  #block\n    return out\n", "out is used outside"),
        ("twin = deepcopy(model(x))  #block\n", "deepcopy() makes"),
        ("print(model(x).item())  #block\nloss.backward()\n", "trains or differentiates"),
        ("from torch import optim\nprint(model(x).item())  #block\n", "trains or differentiates"),
        ("print(model(x).item())  #block\nx.requires_grad = True\n", "trains or differentiates"),
        (
            "@torch.jit.script\ndef f(x):\n    return model(x).item()  #block\n",
            "TorchScript cannot compile it",
        ),
    ],
)
def test_fallback_says_why(fix, program, reason):
    fixed = fix(f"import torch\n{MODEL}{program}", style=ASKED)
    assert "no_grad()" in fixed.text
    assert "inference_mode" not in fixed.text
    assert fixed.outcome.note.startswith("no_grad instead of inference_mode: ")
    assert reason in fixed.outcome.note


def test_whole_function_of_plain_results(check_fix):
    check_fix(
        """
        import torch

        model = torch.nn.Linear(2, 2)

        def test(x):
            out = model(x)  #block
            return out.argmax().item()
        """,
        """
        import torch

        model = torch.nn.Linear(2, 2)

        @torch.inference_mode()
        def test(x):
            out = model(x)
            return out.argmax().item()
        """,
        style=ASKED,
        whole=True,
    )


def test_whole_function_that_returns_a_tensor(fix):
    fixed = fix(
        """
        import torch

        model = torch.nn.Linear(2, 2)

        def test(x):
            out = model(x)  #block
            return out.argmax()
        """,
        style=ASKED,
        whole=True,
    )
    assert "@torch.no_grad()" in fixed.text
    assert "handed to the caller (line 7)" in fixed.outcome.note


def test_inference_mode_guard_is_not_extended_where_it_would_not_be_safe(check_fix):
    check_fix(
        """
        import torch

        model = torch.nn.Linear(2, 2)
        with torch.inference_mode():  #guard
            model.eval()
        out = model(x)  #block
        total = total + out
        """,
        """
        import torch

        model = torch.nn.Linear(2, 2)
        with torch.inference_mode():
            model.eval()
        with torch.no_grad():
            out = model(x)
        total = total + out
        """,
    )


def test_inference_mode_guard_is_extended_where_it_is_safe(fix):
    fixed = fix(
        """
        import torch

        model = torch.nn.Linear(2, 2)
        with torch.inference_mode():  #guard
            model.eval()
        print(model(x).item())  #block
        """
    )
    assert "    model.eval()\n    print(model(x).item())\n" in fixed.text


def test_model_of_which_the_class_is_not_in_sight_may_cache_tensors(fix):
    fixed = fix(
        """
        import torch

        def test(model, x):
            return model(x).argmax().item()  #block
        """,
        style=ASKED,
    )
    assert "with torch.no_grad():" in fixed.text
    assert "the class of the model is not in sight" in fixed.outcome.note
