"""The options of `pytest --nograd-trace`.

Every run of pytest imports this file, so it imports nothing itself; what does the work is
imported when one of the options is given.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Plain flags: an option with an optional value would swallow the path after it."""
    group = parser.getgroup("nograd-trace", "forward passes whose graph nobody uses")
    for flag, wish, text in (
        ("--nograd-trace", "list", "list the forward passes whose graph no backward pass used"),
        ("--nograd-trace=fail", "fail", "list them, and fail if there is one"),
    ):
        group.addoption(flag, action="store_const", const=wish, dest="nograd_trace", help=text)
    group.addoption(
        "--nograd-trace-json",
        metavar="FILE",
        help="list them, and write all sites, with nested passes and callers, to FILE",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch, if that was asked for."""
    wish = config.getoption("nograd_trace")
    json = config.getoption("nograd_trace_json")
    if wish is not None or json is not None:
        from flake8_nograd.trace.pytest_session import TracedSession

        config.pluginmanager.register(TracedSession(config, fails=wish == "fail", json=json))
