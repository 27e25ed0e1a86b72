"""Files that are written in notebook cells."""

from __future__ import annotations

import pytest

from flake8_nograd.fixing import Verdict


def test_guard_is_not_extended_into_another_notebook_cell(fix):
    fixed = fix(
        """
        import torch

        with torch.no_grad():  #guard
            first = model(x)
        # %%
        second = model(x)  #block
        """
    )
    assert fixed.text.endswith("# %%\nwith torch.no_grad():\n    second = model(x)\n")


def test_notebook_cells_are_not_joined(check_fix):
    check_fix(
        """
        import torch

        first = model(x)  #block
        # %%
        second = model(x)  #block
        """,
        """
        import torch

        with torch.no_grad():
            first = model(x)
        # %%
        second = model(x)
        """,
    )


@pytest.mark.parametrize("mark", ["# %%", "# In[2]:", "# %%NBQA-CELL-SEPc3f595"])
def test_value_that_a_cell_shows_stays_shown(fix, mark):
    fixed = fix(
        f"""
        import torch
        {mark}
        x = load()
        model(x).argmax().item()  #block

        {mark}
        print(x)
        """
    )
    assert "with" not in fixed.text
    assert fixed.outcome.verdict is Verdict.LEFT
    assert fixed.outcome.reason == "it ends a notebook cell, which shows its value"


def test_what_a_cell_does_not_show_is_guarded(check_fix):
    check_fix(
        """
        # %%
        import torch
        model(x)  #block
        y = 0
        # %%
        print(y)
        """,
        """
        # %%
        import torch
        with torch.no_grad():
            model(x)
        y = 0
        # %%
        print(y)
        """,
    )


def test_cell_that_prints_shows_nothing_else(check_fix):
    check_fix(
        """
        # %%
        import torch
        print(model(x).argmax())  #block
        """,
        """
        # %%
        import torch
        with torch.no_grad():
            print(model(x).argmax())
        """,
    )


def test_last_line_of_a_script_is_not_shown(check_fix):
    check_fix(
        """
        import torch
        model(x)  #block
        """,
        """
        import torch
        with torch.no_grad():
            model(x)
        """,
    )


def test_only_what_is_not_shown_of_a_block_is_guarded(check_fix):
    check_fix(
        """
        # %%
        import torch
        y = model(x)  #block
        model(y)  #block
        """,
        """
        # %%
        import torch
        with torch.no_grad():
            y = model(x)
        model(y)
        """,
    )
