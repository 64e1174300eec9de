"""How far a command has come: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TextIO

SECONDS_BETWEEN_LINES: Final = 10.0


class Tell(Protocol):
    """Says that one more is done."""

    def __call__(self, what: str) -> None: ...


@contextmanager
def telling(title: str, total: int, stream: TextIO = sys.stderr) -> Iterator[Tell]:
    """
    Show progress as long as the context lasts.

    Args:
        title: What goes on.
        total: How often it will be told.
        stream: Where to.
    """
    done = 0
    shown = _bar(title, total, stream) if stream.isatty() else _lines(title, total, stream)

    with shown as show:

        def tell(what: str) -> None:
            nonlocal done
            done += 1
            show(what)

        try:
            yield tell
        except BaseException:
            if done:
                stream.write(f"{title}: stopped after {done} of {total}\n")
            raise


@contextmanager
def _bar(title: str, total: int, stream: TextIO) -> Iterator[Tell]:
    from rich.console import Console  # noqa: PLC0415 - 0.1 s that only a terminal needs
    from rich.progress import (  # noqa: PLC0415 - the same
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text  # noqa: PLC0415 - the same

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24, complete_style="#e6c069", finished_style="#e6c069"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}", markup=False),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task(Text(title).markup, total=total, what="")
        yield lambda what: progress.update(task, advance=1, what=what)


@contextmanager
def _lines(title: str, total: int, stream: TextIO) -> Iterator[Tell]:
    yield _Lines(title, total, stream)


class _Lines:
    """One line at first, then at most one every ten seconds, and one at the end."""

    def __init__(self, title: str, total: int, stream: TextIO) -> None:
        self._title: Final = title
        self._total: Final = total
        self._stream: Final = stream
        self._done = 0
        self._said_at = time.monotonic()

    def __call__(self, what: str) -> None:
        self._done += 1
        now = time.monotonic()
        late = now - self._said_at >= SECONDS_BETWEEN_LINES
        if late or self._done in (1, self._total):
            self._said_at = now
            said = f"{self._title}: {self._done} of {self._total}, {what}\n"
            self._stream.write(said)
            self._stream.flush()
