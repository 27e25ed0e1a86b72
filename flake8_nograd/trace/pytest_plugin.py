"""The options of `pytest --nograd-trace`.

Every run of pytest imports this file, so it imports nothing itself; what does the work is
imported when one of the options is given.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two plain flags: an option with an optional value would swallow the path after it."""
    group = parser.getgroup("nograd-trace", "forward passes whose graph nobody uses")
    for flag, wish, text in (
        ("--nograd-trace", "list", "list the forward passes whose graph no backward pass used"),
        ("--nograd-trace=fail", "fail", "list them, and fail if there is one"),
    ):
        group.addoption(flag, action="store_const", const=wish, dest="nograd_trace", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch, if that was asked for."""
    wish = config.getoption("nograd_trace")
    if wish is not None:
        from flake8_nograd.trace.pytest_session import TracedSession

        config.pluginmanager.register(TracedSession(config, fails=wish == "fail"))
