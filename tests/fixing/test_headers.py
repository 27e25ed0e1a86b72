"""A finding in the header of a compound statement is never repaired inside its suites."""

from __future__ import annotations

import pytest

from flake8_nograd.fixing import Verdict


@pytest.mark.parametrize(
    "header",
    [
        "if model(x).item() < 1:",
        "while model(x).item() < 1:",
        "for y in model(x).tolist():",
        "with scope(model(x).item()):",
    ],
)
@pytest.mark.parametrize("trains", ["loss.backward()", "optimizer.step()"])
def test_suite_that_trains_gets_no_guard(fix, header, trains):
    fixed = fix(
        f"""
        import torch

        {header}  #block
            loss = model(x)
            {trains}
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "no_grad" not in fixed.text


def test_else_that_trains_gets_no_guard(fix):
    fixed = fix(
        """
        import torch

        if model(x).item() < 1:  #block
            print("low")
        else:
            loss = model(x)
            loss.backward()
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "no_grad" not in fixed.text


def test_suites_beside_an_elif_get_no_guard(fix):
    fixed = fix(
        """
        import torch

        if ready:
            loss = model(x)
            loss.backward()
        elif model(x).item() < 1:  #block
            loss = model(x).sum()
            loss.backward()
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "no_grad" not in fixed.text


def test_suite_that_only_reads_numbers_shares_the_guard(check_fix):
    check_fix(
        """
        import torch

        if model(x).item() < 1:  #block
            print(model(x).std().item())
        """,
        """
        import torch

        with torch.no_grad():
            if model(x).item() < 1:
                print(model(x).std().item())
        """,
    )
