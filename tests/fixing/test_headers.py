"""A finding in the header of a compound statement is never repaired inside its suites."""

from __future__ import annotations

import pytest

from flake8_nograd.fixing import Verdict


@pytest.mark.parametrize(
    "header", ["while model(x).item() < 1:", "for y in model(x).tolist():", "with scope(model(x)):"]
)
@pytest.mark.parametrize("trains", ["loss.backward()", "optimizer.step()"])
def test_suite_that_trains_gets_no_guard(fix, header, trains):
    fixed = fix(
        f"""
        import torch

        {header}  #block
            loss = student(x)
            {trains}
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "no_grad" not in fixed.text


def test_pass_of_an_if_with_a_suite_that_trains_stands_above(check_fix):
    check_fix(
        """
        import torch

        if model(x).item() < 1:  #block
            print("low")
        else:
            loss = model(x)
            loss.backward()
        """,
        """
        import torch

        with torch.no_grad():
            model_output = model(x).item()
        if model_output < 1:
            print("low")
        else:
            loss = model(x)
            loss.backward()
        """,
    )


def test_suites_beside_an_elif_get_no_guard(fix):
    fixed = fix(
        """
        import torch

        if ready:
            loss = student(x)
            loss.backward()
        elif model(x).item() < 1:  #block
            loss = student(x).sum()
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
