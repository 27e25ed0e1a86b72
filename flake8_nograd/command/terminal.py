"""Colours and a progress bar for people; plain text for everything else."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from flake8_nograd.output.entry import Line, Segment

_WORTH_A_BAR = 50
_STYLES = {"+": "green", "-": "red", "@": "cyan"}

T = TypeVar("T")


@contextmanager
def _reader_may_go_away() -> Iterator[None]:
    """Whoever has read enough of the results is not told of the others; the run goes on."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _styled(segments: Sequence[Segment]) -> Text:
    from rich.text import Text

    return Text.assemble(*segments)


class Terminal:
    """Results on standard output, everything else on standard error."""

    def __init__(self, color: str) -> None:
        self._color = color

    def result(self, line: Line) -> None:
        """Print one line of results."""
        with _reader_may_go_away():
            self._print(line, sys.stdout)

    def text(self, data: bytes) -> None:
        """Write the text of a file."""
        if getattr(sys.stdout, "name", "") == os.devnull:  # it stands in for a closed stream
            raise OSError(errno.EBADF, "standard output is closed")
        with _reader_may_go_away():
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def message(self, line: Line) -> None:
        """Tell the user something about the run."""
        self._print(line, sys.stderr)

    def diff(self, lines: Iterable[bytes]) -> None:
        """Print a diff: coloured for people, and byte for byte for programs."""
        with _reader_may_go_away():
            self._print_diff(lines)

    def _print_diff(self, lines: Iterable[bytes]) -> None:
        if not self._is_coloured(sys.stdout):
            sys.stdout.flush()
            sys.stdout.buffer.writelines(lines)
            sys.stdout.buffer.flush()
            return
        console = self._console(sys.stdout)
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            style = "bold" if text.startswith(("---", "+++")) else _STYLES.get(text[:1])
            console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """Say what is going on, in a line that the next one replaces; only if someone watches."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    def track(self, items: Iterable[T], total: int) -> Iterator[T]:
        """Pass items on and show progress if someone is watching and it takes a while."""
        if total < _WORTH_A_BAR or not sys.stderr.isatty():
            yield from items
            return
        from rich.progress import Progress

        with Progress(console=self._console(sys.stderr), transient=True) as progress:
            yield from progress.track(items, total=total, description="nograd-fix")

    def _print(self, line: Line, stream: TextIO) -> None:
        if not isinstance(line, str) and self._is_coloured(stream):
            self._console(stream).print(_styled(line), highlight=False, soft_wrap=True)
            return
        text = line if isinstance(line, str) else "".join(part for part, _ in line)
        encoding = stream.encoding or "utf-8"
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)

    def _is_coloured(self, stream: TextIO) -> bool:
        if self._color == "auto":
            return stream.isatty() and not os.environ.get("NO_COLOR")
        return self._color == "always"

    def _console(self, stream: TextIO) -> Console:
        # Imported here because it costs more than checking a hundred small files.
        from rich.console import Console

        return Console(
            file=stream,
            force_terminal=True if self._color == "always" else None,
            no_color={"always": False, "never": True}.get(self._color),
        )
