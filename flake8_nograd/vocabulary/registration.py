"""Decorators that take the bare function below them: they describe, keep or compile it."""

from __future__ import annotations

from flake8_nograd.patterns import lazy_pattern

STATIC = frozenset(("staticmethod",))
CLASS_METHODS = frozenset(("classmethod",))
PROPERTIES = frozenset(("property", "functools.cached_property", "functools.singledispatchmethod"))

# torch.jit 2.13.0 compiles the function that a decorator has wrapped, without the decorator.
SCRIPTING = frozenset(("torch.jit.script", "torch.jit.export", "torch.jit.script_method"))

# Attributes of a property that make another one.
PROPERTY_PARTS = frozenset(("setter", "getter", "deleter"))

# Methods that put a function into a table of the object: routes, commands, tasks, listeners.
_TABLES = frozenset(
    "route get post put patch delete websocket api_route command task event on_event listener"
    " handler message_handler callback subscribe middleware errorhandler before_request endpoint"
    " exception_handler add_handler".split()
)
_REGISTER = lazy_pattern(r"_?register(?:_\w+)?|register[A-Z]\w*")

# click 8.5.1 and its relatives: these make something that one calls, and enter it nowhere.
STANDALONE = frozenset(
    f"{package}.{name}" for package in ("click", "rich_click") for name in ("command", "group")
)
# click, typer and hydra: the function below is what the command line runs, and nothing after it.
_COMMANDS = frozenset(("command", "main"))


def makes_a_command(name: str) -> bool:
    """Whether a decorator of this last name makes a function the program."""
    return name in _COMMANDS


def registers(name: str, is_method: bool) -> bool:
    """Whether a decorator of this last name keeps the function that it is given, as it is."""
    return _REGISTER.fullmatch(name) is not None or (is_method and name in _TABLES)
