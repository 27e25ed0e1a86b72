"""Options that all tests share."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register `--bless`, which rewrites the `.fixed` twins of the fixtures."""
    parser.addoption("--bless", action="store_true", help="rewrite fixtures/*/*.py.fixed")
