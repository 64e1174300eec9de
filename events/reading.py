"""Rows of the SQLite log to recorded events, many at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Final

from events.codec import decode_lines, decode_recorded
from events.recorded import Recorded
from events.store import CorruptEvent, History

Fetch = Callable[[str, tuple[object, ...]], Awaitable[list[Any]]]
"""Takes a query and its values, and returns the rows."""

_ROWS: Final = (
    "SELECT recorded FROM events"
    " WHERE history = ? AND version > ? AND version <= ? ORDER BY version"
)
# The same rows as the lines of one value: each row by itself would wait for the interpreter.
_LINES: Final = f"SELECT CAST(group_concat(recorded, '\n') AS BLOB) FROM ({_ROWS})"  # noqa: S608 - a constant of ours


async def between(fetch: Fetch, history: History, after: int, last: int) -> Iterable[Recorded]:
    """
    Return the events after a version, up to `last`, which the log must hold.

    Raises:
        CorruptEvent: When the iteration comes to the one that cannot be read.
    """
    place = (history.number, after, last)
    ((lines,),) = await fetch(_LINES, place)
    with contextlib.suppress(ValueError):
        found = decode_lines(lines)
        # SQLite keeps the order of a subquery for `group_concat`, yet promises it nowhere, and a
        # damaged row might read as two: so each event must be in its place.
        if [each.version for each in found] == list(range(after + 1, last + 1)):
            return found
    return _each(history.ceremony, after, await fetch(_ROWS, place))


def _each(ceremony: str, after: int, rows: Iterable[tuple[bytes]]) -> Iterator[Recorded]:
    """Decode row by row, so that an old shape is lifted and what cannot be read is named."""
    for version, (data,) in enumerate(rows, start=after + 1):
        try:
            recorded = decode_recorded(data)
        except ValueError as problem:
            raise CorruptEvent(ceremony, version, str(problem)) from problem
        yield recorded
