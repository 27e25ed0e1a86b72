"""Generators, coroutines and context managers: a guard must not leak into other code."""

from __future__ import annotations

from flake8_nograd.fixing import Form, Style, Verdict


def test_coroutine_never_gets_a_decorator(check_fix):
    check_fix(
        """
        import torch

        async def predict(request):
            x = await request.read()
            out = model(x)  #block
            return out.argmax().item()
        """,
        """
        import torch

        async def predict(request):
            x = await request.read()
            with torch.no_grad():
                out = model(x)
            return out.argmax().item()
        """,
        whole=True,
        style=Style(form=Form.DECORATOR),
    )


def test_block_that_awaits_is_narrowed_to_the_forward_pass(check_fix):
    check_fix(
        """
        import torch

        async def predict(x):
            first = model(x)  #block
            await tell()  #block
            second = model(first)  #block
            return second.item()
        """,
        """
        import torch

        async def predict(x):
            with torch.no_grad():
                first = model(x)
            await tell()
            second = model(first)
            return second.item()
        """,
        whole=True,
    )


def test_forward_pass_awaited_in_its_own_statement_gets_no_fix(fix):
    fixed = fix(
        """
        import torch

        async def predict(x):
            return await tell(model(x))  #block
        """,
        whole=True,
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "awaits" in fixed.outcome.reason


def test_async_comprehension_counts_as_await(fix):
    fixed = fix(
        """
        import torch

        async def predict(source):
            return [model(x).item() async for x in source]  #block
        """,
        whole=True,
    )
    assert fixed.outcome.verdict is Verdict.LEFT


def test_generator_whose_block_yields_gets_a_decorator(check_fix):
    check_fix(
        """
        import torch

        def labels(batches):
            for x in batches:
                yield model(x).argmax(1).tolist()  #block
        """,
        """
        import torch

        @torch.no_grad()
        def labels(batches):
            for x in batches:
                yield model(x).argmax(1).tolist()
        """,
        whole=True,
    )


def test_generator_that_also_trains_gets_no_fix_around_its_yield(fix):
    fixed = fix(
        """
        import torch

        def labels(batches):
            for x in batches:
                yield model(x).argmax(1).tolist()  #block
                loss(x).backward()
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "yields" in fixed.outcome.reason


def test_generator_in_style_with_is_guarded_between_its_yields(check_fix):
    check_fix(
        """
        import torch

        def labels(batches):
            for x in batches:
                out = model(x)  #block
                yield out.argmax(1).tolist()
        """,
        """
        import torch

        def labels(batches):
            for x in batches:
                with torch.no_grad():
                    out = model(x)
                yield out.argmax(1).tolist()
        """,
        whole=True,
        style=Style(form=Form.WITH),
    )


def test_context_manager_function_is_guarded_inside(check_fix):
    check_fix(
        """
        import contextlib
        import torch

        @contextlib.contextmanager
        def measured(x):
            before = model(x)  #block
            yield before.item()
            print("done")
        """,
        """
        import contextlib
        import torch

        @contextlib.contextmanager
        def measured(x):
            with torch.no_grad():
                before = model(x)
            yield before.item()
            print("done")
        """,
        whole=True,
    )


def test_context_manager_function_whose_block_yields_gets_no_fix(fix):
    fixed = fix(
        """
        import contextlib
        import torch

        @contextlib.contextmanager
        def measured(x):
            yield model(x).item()  #block
        """,
        whole=True,
    )
    assert fixed.outcome.verdict is Verdict.LEFT


def test_lambda_runs_elsewhere(fix):
    fixed = fix(
        """
        import torch

        score = lambda x: model(x).item()  #block
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "lambda" in fixed.outcome.reason


def test_generator_expression_kept_for_later_runs_elsewhere(fix):
    fixed = fix(
        """
        import torch

        scores = (model(x).item() for x in batches)  #block
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "consumed" in fixed.outcome.reason


def test_generator_expression_consumed_at_once_is_guarded(check_fix):
    check_fix(
        """
        import torch

        total = sum(model(x).item() for x in batches)  #block
        """,
        """
        import torch

        with torch.no_grad():
            total = sum(model(x).item() for x in batches)
        """,
    )
