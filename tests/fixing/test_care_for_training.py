"""No guard ever covers code that differentiates."""

from __future__ import annotations

import pytest

from flake8_nograd.findings import Safety
from flake8_nograd.fixing import Style, Verdict


@pytest.mark.parametrize(
    "trains",
    [
        "loss(x).backward()",
        "g = torch.autograd.grad(loss(x), x)",
        "accelerator.backward(loss(x))",
        "optimizer.zero_grad()",
        "optimizer.step()",
        "x.requires_grad_()",
        "x.requires_grad = True",
        "x = torch.zeros(3, requires_grad=True)",
        "torch.set_grad_enabled(True)",
        "x = fgsm_attack(x)",
        "trainer.fit(net)",
        "train_one_epoch(net)",
        "x.register_hook(print)",
    ],
)
def test_block_that_trains_is_narrowed_or_left(fix, trains):
    fixed = fix(
        f"""
        import torch

        before = model(x)  #block
        {trains}  #block
        after = model(x)  #block
        """
    )
    assert "with torch.no_grad():\n    before = model(x)\n" + trains in fixed.text


@pytest.mark.parametrize("harmless", ["x.requires_grad_(False)", "model.train(False)", "print(x)"])
def test_block_with_harmless_calls_stays_whole(fix, harmless):
    fixed = fix(
        f"""
        import torch

        before = model(x)  #block
        {harmless}  #block
        after = model(x)  #block
        """
    )
    assert f"    {harmless}\n    after = model(x)" in fixed.text


def test_loop_over_the_result_that_trains_gets_no_fix(fix):
    fixed = fix(
        """
        import torch

        for x in model(noise):  #block
            loss(x).backward()
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "differentiates or trains (line 4)" in fixed.outcome.reason


def test_helper_of_the_file_that_trains_is_seen_through_its_callers(fix):
    fixed = fix(
        """
        import torch

        def descend(loss):
            loss.backward()

        def refine(x):
            descend(x.sum())

        for x in model(noise):  #block
            refine(x)
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT


def test_forward_that_clears_gradients_is_no_training(fix):
    fixed = fix(
        """
        import torch


        class Tagger(torch.nn.Module):
            def forward(self, x):
                self.zero_grad()
                return self.layer(x)

            def tag(self, x):
                labels = self.forward(x)  #block
                return labels.argmax(1).tolist()
        """
    )
    assert "with torch.no_grad():\n            labels = self.forward(x)" in fixed.text


def test_call_that_has_nothing_to_do_with_the_model_is_not_covered(check_fix):
    check_fix(
        """
        import torch

        before = model(x)  #block
        print(before)  #block
        candidates = search(x)  #block
        after = model(candidates)  #block
        """,
        """
        import torch

        with torch.no_grad():
            before = model(x)
        print(before)
        candidates = search(x)
        after = model(candidates)
        """,
    )


def test_function_that_calls_what_trains_gets_no_decorator(check_fix):
    check_fix(
        """
        import torch

        def fine_tune(net):
            net.loss().backward()

        def compare(x):
            print(model(x).item())  #block
            fine_tune(model)
        """,
        """
        import torch

        def fine_tune(net):
            net.loss().backward()

        def compare(x):
            with torch.no_grad():
                print(model(x).item())
            fine_tune(model)
        """,
        whole=True,
    )


def test_function_that_hands_on_another_result_gets_no_decorator(check_fix):
    check_fix(
        """
        import torch

        def step(x):
            print(model(x).item())  #block
            features = head(x)
            return features
        """,
        """
        import torch

        def step(x):
            with torch.no_grad():
                print(model(x).item())
            features = head(x)
            return features
        """,
        whole=True,
    )


def test_function_that_hands_on_what_the_block_computes_gets_a_decorator(fix):
    fixed = fix(
        """
        import torch

        def evaluate(x, y):
            out = model(x)  #block
            loss = criterion(out, y)
            return loss / len(x)
        """,
        whole=True,
        style=Style(unsafe=True),
    )
    assert "@torch.no_grad()\ndef evaluate" in fixed.text


def test_predict_that_uses_autograd_gets_no_decorator(check_fix):
    check_fix(
        """
        import torch

        def predict(x):
            label = model(x).argmax().item()  #block
            force = torch.autograd.grad(energy(x), x)[0]
            return label, force.tolist()
        """,
        """
        import torch

        def predict(x):
            with torch.no_grad():
                label = model(x).argmax().item()
            force = torch.autograd.grad(energy(x), x)[0]
            return label, force.tolist()
        """,
        whole=True,
    )


def test_forward_gets_no_decorator(fix):
    fixed = fix(
        """
        import torch

        class Wrapper(torch.nn.Module):
            def forward(self, x):
                return self.model(x).item()  #block
        """,
        whole=True,
    )
    assert "with torch.no_grad():" in fixed.text


def test_autocast_block_that_also_trains_gets_no_fix(fix):
    fixed = fix(
        """
        import torch

        with torch.autocast("cuda"):
            guess = model(x).argmax(1)  #block
            loss = student(x)
        loss.backward()
        """
    )
    assert fixed.outcome.verdict is Verdict.HELD
    assert "autocast" in fixed.outcome.reason


def test_autocast_block_of_inference_alone_is_guarded(fix):
    fixed = fix(
        """
        import torch

        with torch.autocast("cuda"):
            out = model(x)  #block
            loss = criterion(out, y)
        print(loss.item())
        """
    )
    assert fixed.outcome.verdict is Verdict.FIXED


@pytest.mark.parametrize("switch", ["torch.enable_grad()", "torch.set_grad_enabled(True)"])
def test_recording_switched_on_by_hand_stays_on(fix, switch):
    fixed = fix(
        f"""
        import torch

        with {switch}:
            out = model(x)  #block
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "by hand (line 3)" in fixed.outcome.reason


def test_recording_switched_on_by_a_decorator_stays_on(fix):
    fixed = fix(
        """
        import torch

        @torch.enable_grad()
        def answer(x):
            return model(x).item()  #block
        """,
        whole=True,
    )
    assert fixed.outcome.verdict is Verdict.LEFT


def test_standing_guard_is_not_doubled(fix):
    fixed = fix(
        """
        import torch

        @torch.no_grad()
        def answer(x):
            return model(x).item()  #block
        """
    )
    assert fixed.outcome.verdict is Verdict.GUARDED


def test_unsafe_fix_is_held_back_with_its_reason(fix):
    program = """
        import torch

        out = model(x)  #block
        """
    held = fix(program, safety=Safety.UNSAFE, reason="a result leaves")
    assert (held.outcome.verdict, held.outcome.reason) == (Verdict.HELD, "a result leaves")
    assert "no_grad" not in held.text
    applied = fix(program, Style(unsafe=True), safety=Safety.UNSAFE, reason="a result leaves")
    assert (applied.outcome.verdict, applied.outcome.safety) == (Verdict.FIXED, Safety.UNSAFE)


def test_display_is_never_fixed(fix):
    fixed = fix(
        """
        import torch

        out = model(x)  #block
        """,
        Style(unsafe=True),
        safety=Safety.DISPLAY,
        reason="intent unknown",
    )
    assert (fixed.outcome.verdict, fixed.outcome.reason) == (Verdict.LEFT, "intent unknown")


def test_transformer_encoder_takes_another_path_without_recording(fix):
    fixed = fix(
        """
        import torch

        model = torch.nn.TransformerEncoder(layer, 2)
        out = model(x).item()  #block
        """
    )
    assert (fixed.outcome.verdict, fixed.outcome.safety) == (Verdict.HELD, Safety.UNSAFE)
    assert "padded" in fixed.outcome.reason


def test_safe_fix_leaves_the_unsafe_neighbour_unguarded(fix_two):
    result = fix_two(
        """
        import torch

        def look(x):
            print(model(x).item())  #block
            print("second")
            return model(-x)  #block2
        """,
        first={"whole": True},
        whole=True,
        safety=Safety.UNSAFE,
    )
    assert "@torch.no_grad()" not in result.data.decode()
    assert "    with torch.no_grad():\n        print(model(x).item())" in result.data.decode()
    assert [outcome.verdict for outcome in result.outcomes] == [Verdict.FIXED, Verdict.HELD]


def test_protected_forward_pass_stays_outside(fix_two):
    program = """
        import torch

        def look(x):
            print(model(x).item())  #block
            print("second")
            print(model(-x).item())  #block2
        """
    result = fix_two(program, first={"whole": True}, whole=True, protect_second=True)
    assert "@torch.no_grad()" not in result.data.decode()
    assert result.data.decode().endswith('    print("second")\n    print(model(-x).item())\n')


@pytest.mark.parametrize(
    "script",
    [
        "@torch.jit.script\ndef answer(x):\n    return model(x).argmax()  #block\n",
        "def answer(x):\n    return model(x).argmax()  #block\nfast = torch.jit.script(answer)\n",
        "class Net(torch.jit.ScriptModule):\n"
        "    def answer(self, x):\n        return self.model(x).argmax()  #block\n",
    ],
)
def test_scripted_function_gets_a_with(fix, script):
    fixed = fix(f"import torch\n{script}", whole=True)
    assert "with torch.no_grad():" in fixed.text
