"""Chunks handed to an executor, few at a time, and their results in the same order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future

from flake8_nograd.survey.data_set import Text
from flake8_nograd.survey.worker import Surveyed, Worker

MakeExecutor = Callable[[], Executor]
_Pending = tuple[list[Text], Future[list[Surveyed]] | None]
_FILES, _BYTES = 16, 2**20


def chunks(texts: Iterable[Text]) -> Iterator[list[Text]]:
    """Texts in groups that are worth sending, and not too large for it."""
    chunk: list[Text] = []
    size = 0
    for text in texts:
        chunk.append(text)
        size += len(text.data)
        if len(chunk) == _FILES or size >= _BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class Spread:
    """Keeps a number of chunks under way; an executor whose workers die is replaced."""

    def __init__(self, make: MakeExecutor, worker: Worker, window: int) -> None:
        self._make = make
        self._worker = worker
        self._window = window
        self._pending: deque[_Pending] = deque()
        self._executor = make()
        self._executor.submit(int)  # so that processes start before whoever reads starts threads

    def results(self, texts: Iterable[Text]) -> Iterator[Surveyed]:
        """What was found in each text, in order."""
        pending = self._pending
        for chunk in chunks(texts):
            pending.append((chunk, self._submitted(chunk)))
            if len(pending) >= self._window:
                yield from self._result(*pending.popleft())
        while pending:
            yield from self._result(*pending.popleft())

    def close(self) -> None:
        """Let the workers go; what they have not begun is not done."""
        for _, future in self._pending:
            if future is not None:
                future.cancel()
        self._executor.shutdown()

    def _submitted(self, chunk: Sequence[Text]) -> Future[list[Surveyed]] | None:
        try:
            return self._executor.submit(self._worker, chunk)
        except BrokenExecutor:
            return None  # found out again, and mended, when the result is asked for

    def _result(
        self, chunk: Sequence[Text], future: Future[list[Surveyed]] | None
    ) -> list[Surveyed]:
        try:
            if future is not None:
                return future.result()
        except BrokenExecutor:
            pass
        except Exception as error:  # executors of others have errors of their own
            return [_failed(text, f"{type(error).__name__}: {error}") for text in chunk]
        return [found for text in chunk for found in self._alone(text)]

    def _alone(self, text: Text, *, again: bool = True) -> list[Surveyed]:
        """What is found in a text of a chunk whose worker died: it, or one beside it, kills."""
        try:
            return self._executor.submit(self._worker, [text]).result()
        except BrokenExecutor:
            self._executor.shutdown(wait=False)
            self._executor = self._make()
        # What was just replaced may have been broken by another text.
        return self._alone(text, again=False) if again else [_failed(text, "a worker process died")]


def _failed(text: Text, why: str) -> Surveyed:
    return Surveyed(text.repository, text.path, failure=why.splitlines()[0])
