"""Who runs functions in threads of its own, and who in processes."""

from __future__ import annotations

# What serves each request in some thread: flask 3.1.3, and fastapi 0.165.0 what is no coroutine.
THREADED_SERVERS = frozenset(
    ("flask.Flask", "flask.Blueprint", "fastapi.FastAPI", "fastapi.APIRouter")
)
# What runs one function in a thread or process that ends with it, whoever's name stands before.
_OF_ONE_FUNCTION = frozenset(("Thread", "Timer", "Process", "spawn", "start_processes"))
_THREADS = ("multiprocessing.pool.ThreadPool", "multiprocessing.dummy.")


def makes_processes(dotted: str) -> bool:
    """Whether what this name makes are processes and not threads."""
    if dotted.startswith(_THREADS):
        return False
    return "multiprocessing" in dotted or dotted.rpartition(".")[2].startswith("Process")


def ends_with_its_function(dotted: str) -> bool:
    """Whether what this name starts is a thread or process that ends when its function does."""
    return dotted.rpartition(".")[2] in _OF_ONE_FUNCTION
