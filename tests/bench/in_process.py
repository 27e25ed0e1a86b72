"""Print what one run of flake8 costs inside this process: the plugin's share and the rest.

    python tests/bench/in_process.py with|without PATH ...

Seconds of CPU and bytes of memory as JSON. With `without` the plugin is there but does nothing.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from flake8.main.application import Application

from flake8_nograd.plugin import Checker

Run = Callable[[Checker], Iterator[Any]]


class Stopwatch:
    """Adds up the CPU time of a method."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, run: Run) -> Run:
        """The same, timed from its first step to its last."""

        def timed(checker: Checker) -> Iterator[Any]:
            start = time.process_time()
            found = list(run(checker))
            self.seconds += time.process_time() - start
            return iter(found)

        return timed


def main(with_plugin: bool, paths: list[str]) -> None:
    """Check the paths, then print the figures."""
    watch = Stopwatch()
    run = watch.around(Checker.run if with_plugin else lambda checker: iter(()))
    Checker.run = run  # type: ignore[method-assign]
    argv = ["--isolated", "--jobs=1", *paths]
    application = Application()
    start = time.process_time()
    application.initialize(argv)
    application.run_checks()
    seconds = time.process_time() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024
    figures = {"ours": watch.seconds, "rest": seconds - watch.seconds}
    print(json.dumps({**figures, "peak": used.ru_maxrss * unit}))


if __name__ == "__main__":
    main(sys.argv[1] == "with", sys.argv[2:])
