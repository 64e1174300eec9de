"""How far each webhook's deliveries have come, saved at most once a second and at the stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
import structlog

from events.cursors import Cursor
from events.store import EventStore, StoreError

SAVE_SECONDS: Final = 1.0
"""
Between two saves. A save is a commit, which waits for the disk; events are acknowledged on the same
disk. After a crash the deliveries of this long come twice.
"""
LAST_SAVE_SECONDS: Final = 5.0
"""How long a stop waits for a disk that does not answer."""
_PREFIX: Final = "webhook:"
_OLD: Final = "webhook-delivered"
"""The kind of the notes in which older programs kept each delivery."""

_log: Final = structlog.get_logger("webhooks")


class _Delivered(msgspec.Struct, frozen=True):
    id: str
    cursor: Cursor


class DeliveryCursors:
    """
    The cursors of all webhooks, by id: in memory at once, in the store a little later.

    A cursor is saved after its event has arrived. So a crash, or a cursor that cannot be read,
    makes events come twice, and leaves none out.
    """

    def __init__(
        self,
        store: EventStore,
        *,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        last_save_seconds: float = LAST_SAVE_SECONDS,
    ) -> None:
        """
        Args:
            store: Where they are saved.
            pause: Sleeps for so many seconds.
            last_save_seconds: How long `close` waits.
        """
        self._last_save_seconds: Final = last_save_seconds
        self._store: Final = store
        self._pause: Final = pause
        self._cursors: Final[dict[str, Cursor]] = {}
        self._moved: Final[set[str]] = set()
        self._gone: Final[set[str]] = set()
        self._unsaved: Final = asyncio.Event()
        self._failing = False

    async def load(self, starts: Mapping[str, Cursor]) -> None:
        """Take up where earlier runs stopped; `starts` says after what each webhook is told."""
        try:
            saved = await self._store.cursors()
        except StoreError as problem:
            saved = {}
            _log.warning("webhook cursors cannot be read; events come twice", problem=str(problem))
        known = {
            name.removeprefix(_PREFIX): cursor
            for name, cursor in saved.items()
            if name.startswith(_PREFIX)
        }
        unknown = {number: start for number, start in starts.items() if number not in known}
        if unknown:
            known |= await self._from_notes(unknown)
        for number, start in starts.items():
            self._cursors[number] = max(start, known[number])
        self._moved.update(unknown)
        self._gone.update(known.keys() - starts.keys())
        if self._moved or self._gone:
            self._unsaved.set()

    def of(self, number: str) -> Cursor:
        """Return how far a webhook's deliveries have come."""
        return self._cursors[number]

    def move(self, number: str, cursor: Cursor) -> None:
        """Take in that everything up to `cursor` has arrived, or that a webhook begins after it."""
        self._cursors[number] = cursor
        self._moved.add(number)
        self._unsaved.set()

    def drop(self, number: str) -> None:
        """Forget a webhook that was removed."""
        if self._cursors.pop(number, None) is not None:
            self._moved.discard(number)
            self._gone.add(number)
            self._unsaved.set()

    async def run(self) -> None:
        """Save what moves until cancelled; what fails is tried again."""
        while True:
            await self._unsaved.wait()
            await self.save()
            await self._pause(SAVE_SECONDS)

    async def close(self) -> None:
        """Save for the last time, or give that up."""
        try:
            async with asyncio.timeout(self._last_save_seconds):
                await self.save()
        except TimeoutError:
            _log.warning("webhook cursors cannot be saved; after a restart events come twice")

    async def save(self) -> None:
        """Save what moved since the last save. Where that fails it is logged, once, and kept."""
        if not self._unsaved.is_set():
            return
        moved, gone = set(self._moved), set(self._gone)
        cursors = {_PREFIX + number: self._cursors[number] for number in moved}
        self._unsaved.clear()
        self._moved.clear()
        self._gone.clear()
        saved = False
        try:
            await self._store.save_cursors(cursors, [_PREFIX + number for number in gone])
            saved = True
        except Exception as problem:  # noqa: BLE001 - deliveries go on; what is not saved comes twice
            self._tell(problem)
        finally:
            if not saved:  # a cancelled save is repeated by the last one
                self._moved.update(moved & self._cursors.keys())
                self._gone.update(gone)
                self._unsaved.set()
        self._failing = not saved

    def _tell(self, problem: Exception) -> None:
        if not self._failing:
            _log.warning(
                "webhook cursors cannot be saved; after a restart events come twice",
                problem=str(problem),
                exc_info=None if isinstance(problem, StoreError) else problem,
            )

    async def _from_notes(self, starts: Mapping[str, Cursor]) -> dict[str, Cursor]:
        """
        Return what the notes of older programs say of webhooks.

        Nothing guards a note's figures, so one is believed only where it is the next after what was
        believed before, or after the note before it: a garbled one costs two deliveries.
        """
        believed, told = dict(starts), dict(starts)
        async for note in self._store.notes(kinds=(_OLD,)):
            try:
                delivered = msgspec.json.decode(note.body, type=_Delivered)
            except ValueError:
                continue
            number, cursor = delivered.id, delivered.cursor
            if number not in believed:
                continue
            if _follows(cursor, believed[number]) or _follows(cursor, told[number]):
                believed[number] = cursor
            told[number] = cursor
        return believed


def _follows(cursor: Cursor, before: Cursor) -> bool:
    """Tell whether `cursor` may be the delivery after `before`."""
    if cursor.history == before.history:
        return cursor.version == before.version + 1
    return cursor.history > before.history and cursor.version == 1
