"""Options that all tests share."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register `--bless`, which rewrites what is generated and never what is expected."""
    parser.addoption(
        "--bless",
        action="store_true",
        help="rewrite fixtures/*/*.py.fixed, docs/rules/*.md and the table of rules in README.md",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Tests that share a long run of flake8 go to one worker, so that it is done once."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "loadgroup"
