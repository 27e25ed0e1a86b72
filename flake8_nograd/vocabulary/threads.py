"""Which of the makers of workers make processes, whose grad mode is another matter."""

from __future__ import annotations

_THREADS = ("multiprocessing.pool.ThreadPool", "multiprocessing.dummy.")


def makes_processes(dotted: str) -> bool:
    """Whether what this name makes are processes and not threads."""
    if dotted.startswith(_THREADS):
        return False
    return "multiprocessing" in dotted or dotted.rpartition(".")[2].startswith("Process")
