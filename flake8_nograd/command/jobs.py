"""One file or many: the same work in this process or spread over several.

A worker takes bytes and returns bytes and outcomes; only the parent reads and writes files.
"""

from __future__ import annotations

import enum
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait

from flake8_nograd import engine, fix_engine
from flake8_nograd.command.settings import Settings
from flake8_nograd.command.suppression import add_noqa
from flake8_nograd.files import read
from flake8_nograd.fix_engine import FileFix
from flake8_nograd.fixing import FixError, Style
from flake8_nograd.quick_fix import Repairs, with_quick_fixes
from flake8_nograd.source import Source, SourceError

_CHUNK = 16
_WORTH_A_POOL = 4 * _CHUNK
_MOST_PROCESSES = 61  # Windows cannot wait for more


@dataclass(frozen=True, slots=True)
class Task:
    """A file that may have findings."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be handled, in one line; unlike an exception it always travels well."""

    message: str


MakeExecutor = Callable[[], Executor]


class QuickFixesFor(enum.Enum):
    """Which findings get a quick fix of their own."""

    NONE = "none"
    FOUND = "those of the file as it was"
    LEFT = "those of the file as it is written"


@dataclass(frozen=True, slots=True)
class Work:
    """What is done with each file."""

    settings: Settings
    style: Style
    adds_noqa: bool = False
    quick_fixes_for: QuickFixesFor = QuickFixesFor.NONE
    named: frozenset[str] = frozenset()  # files to tell of even if they do not speak of torch

    def __call__(self, tasks: Sequence[Task]) -> list[FileFix | Failure]:
        """Handle some files."""
        return [self.handle(task) for task in tasks]

    def task(self, path: str) -> FileFix | Failure | Task:
        """A task, or the result of a file that needs no work."""
        try:
            data = read(path)
            if fix_engine.is_concerned(data):
                return Task(path, data)
            if path in self.named:
                Source.from_bytes(data, path)
        except SourceError as error:
            return Failure(str(error))
        return FileFix(path, data, data)

    def handle(self, task: Task) -> FileFix | Failure:
        """Handle one file; what is wrong with it is a result, not an exception."""
        try:
            return self._suppress(task) if self.adds_noqa else self._fix(task)
        except (SourceError, FixError) as error:
            return Failure(str(error))
        except RecursionError:
            return Failure(f"{task.path}: the file is nested too deeply to be analysed")
        except Exception as error:  # one odd file must not end the run over all the others
            what = f"{type(error).__name__}: {error}".splitlines()[0]
            return Failure(f"{task.path}: the file could not be handled ({what})")

    def _fix(self, task: Task) -> FileFix:
        options, keep = self.settings.options, self.settings.keep
        fixed = fix_engine.fix(task.data, task.path, options, self.style, keep)
        repairs = Repairs(task.path, options, self.style, keep)
        match self.quick_fixes_for:
            case QuickFixesFor.FOUND:
                return with_quick_fixes(fixed, repairs.of(fixed.before, fixed.found))
            case QuickFixesFor.LEFT:
                return with_quick_fixes(fixed, repairs.of(fixed.after, fixed.left))
        return fixed

    def _suppress(self, task: Task) -> FileFix:
        """Add comments until nothing is reported: what led others is silent at their head."""
        data, silenced = task.data, 0
        while True:
            source = Source.from_bytes(data, task.path)
            findings = self.settings.keep(source, engine.find(source, self.settings.options))
            if not findings:
                return FileFix(task.path, task.data, data, fixed=silenced)
            data = add_noqa(data, source, self.settings.processor(source), findings)
            silenced += len(findings)


def run(
    work: Work, paths: Sequence[str], jobs: int | None, make: MakeExecutor | None = None
) -> Iterator[FileFix | Failure]:
    """Handle files in the order given; the same results for any number of jobs.

    Processes are started before this returns, so that the caller may start threads afterwards.
    """
    if make is not None:
        executor = make()
        return _all_of(spread(executor, work, paths), executor.shutdown)
    processes = _processes(len(paths), jobs)
    if processes <= 1:
        tasks = map(work.task, paths)
        return (work.handle(task) if isinstance(task, Task) else task for task in tasks)
    pool = process_pool(processes)
    return _all_of(spread(pool, work, paths), partial(pool.shutdown, cancel_futures=True))


def process_pool(processes: int) -> Executor:
    """Processes that end with this one, however it ends."""
    return ProcessPoolExecutor(processes, initializer=_end_with_parent)


def spread(executor: Executor, work: Work, paths: Sequence[str]) -> Iterator[FileFix | Failure]:
    """Hand out files in chunks; a file that cannot have findings stays here."""
    pending: list[tuple[list[FileFix | Failure | Task], Future[list[FileFix | Failure]]]] = []
    for start in range(0, len(paths), _CHUNK):
        results = [work.task(path) for path in paths[start : start + _CHUNK]]
        tasks = [item for item in results if isinstance(item, Task)]
        pending.append((results, executor.submit(work, tasks)))
    return (
        item for results, future in pending for item in _filled(results, _done(future, results))
    )


def _all_of(
    results: Iterator[FileFix | Failure], close: Callable[[], None]
) -> Iterator[FileFix | Failure]:
    """The results; whoever wants no more of them does not wait for the others."""
    try:
        yield from results
    finally:
        close()


def _done(
    future: Future[list[FileFix | Failure]], results: Iterable[FileFix | Failure | Task]
) -> list[FileFix | Failure]:
    """What a worker made of its tasks; if it died, that."""
    try:
        return future.result()
    except BrokenExecutor:
        why = "a worker process died"
    except Exception as error:  # executors of others have errors of their own
        why = f"{type(error).__name__}: {error}".splitlines()[0]
    tasks = [item for item in results if isinstance(item, Task)]
    return [Failure(f"{task.path}: not handled, {why}") for task in tasks]


def _filled(
    results: Iterable[FileFix | Failure | Task], done: Iterable[FileFix | Failure]
) -> Iterator[FileFix | Failure]:
    remaining = iter(done)
    for item in results:
        yield next(remaining) if isinstance(item, Task) else item


def _processes(files: int, wanted: int | None) -> int:
    if wanted is None:
        wanted = 1 if files < _WORTH_A_POOL else os.cpu_count() or 1
    chunks = -(-files // _CHUNK)
    return min(wanted, chunks, _MOST_PROCESSES)


def _end_with_parent() -> None:
    """Let a worker end when its parent is killed, which then cannot tell it to."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()


def _wait_for(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
