"""The reference store: the contract in plain Python, gone when the process ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Final

from events.bell import Bells
from events.ceremony import Event
from events.codec import decode_recorded, encode
from events.cursors import Cursor, within
from events.keys import checked, checked_text
from events.recorded import Recorded
from events.status import Status
from events.store import (
    Bound,
    History,
    HistoryEnded,
    Key,
    KeyBound,
    Note,
    StoreUnavailable,
    UnknownStream,
    WrongExpectedVersion,
    consecutive,
)


class MemoryStore:
    """An `EventStore` without a disk; it keeps bytes, so that it returns what any store would."""

    def __init__(self, generation: str = "memory") -> None:
        self._generation: Final = generation
        self._logs: Final[dict[History, list[bytes]]] = {}
        self._keys: Final[dict[tuple[History, str], Bound]] = {}
        self._current: Final[dict[str, History]] = {}
        self._notes: Final[list[Note]] = []
        self._cursors: Final[dict[str, Cursor]] = {}
        self._bells: Final = Bells()
        self._closed = False

    async def histories(self) -> Sequence[History]:
        self._open()
        return [self._current[ceremony] for ceremony in sorted(self._current)]

    async def current(self, ceremony: str) -> History:
        self._open()
        try:
            return self._current[ceremony]
        except KeyError:
            raise UnknownStream(ceremony) from None

    async def histories_of(self, ceremony: str, since: int) -> Sequence[History]:
        self._open()
        found = [each for each in self._logs if each.ceremony == ceremony and each.number >= since]
        if not found:
            raise UnknownStream(ceremony)
        return found

    async def head(self, history: History) -> int:
        self._open()
        return len(self._logs[history])

    async def begin(
        self, events: Sequence[Recorded], *, key: Key | None = None, anew: bool = False
    ) -> History:
        self._open()
        ceremony = consecutive(events, 0)
        if key is not None:
            for _, bound in await self.bound_in_any(ceremony, checked(key).text):
                raise KeyBound(key.text, bound)
        standing = self._current.get(ceremony)
        if standing is not None and not anew:
            raise WrongExpectedVersion(ceremony, 0, len(self._logs[standing]))
        history = History(ceremony, len(self._logs) + 1, self._generation)
        self._logs[history] = []
        self._current[ceremony] = history
        self._write(history, events, key)
        self._bells.ring([standing.number] if standing is not None else [], begun=True)
        return history

    async def append(
        self,
        history: History,
        events: Sequence[Recorded],
        *,
        expected_version: int,
        key: Key | None = None,
    ) -> None:
        self._open()
        consecutive(events, expected_version, history.ceremony)
        self._refuse_bound(history, key)
        if self._current[history.ceremony] != history:
            raise HistoryEnded(history.ceremony)
        actual = len(self._logs[history])
        if actual != expected_version:
            raise WrongExpectedVersion(history.ceremony, expected_version, actual)
        self._write(history, events, key)

    async def bind(self, history: History, key: Key, version: int) -> None:
        self._open()
        self._refuse_bound(history, key)
        self._keys[history, key.text] = Bound(key.digest, version)

    async def bound(self, history: History, key: str) -> Bound | None:
        self._open()
        return self._keys.get((history, checked_text(key)))

    async def bound_in_any(self, ceremony: str, key: str) -> Sequence[tuple[History, Bound]]:
        self._open()
        checked_text(key)
        return [
            (history, bound)
            for history in self._logs
            if history.ceremony == ceremony and (bound := self._keys.get((history, key)))
        ]

    async def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        self._open()
        stop = None if limit is None else after + limit
        for data in self._logs[history][after:stop]:
            yield decode_recorded(data)

    async def facts(self, history: History, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        yield [recorded.event async for recorded in self.read(history, after)]

    async def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        bell = self._bells.of(history.number)
        while not self._closed:
            ring = bell.listen()
            async for recorded in self.read(history, after):
                yield recorded
                after = recorded.version
            if after < len(self._logs[history]):
                continue  # more came while the last ones were being looked at
            if self._current[history.ceremony] != history:
                return
            await ring.wait()

    async def follow(self) -> AsyncIterator[History]:
        seen = 0
        while not self._closed:
            ring = self._bells.begun.listen()
            for history in sorted(self._current.values(), key=lambda each: each.number):
                if history.number > seen:
                    seen = history.number
                    yield history
            if not self._closed:
                await ring.wait()

    async def note(self, kind: str, body: bytes) -> None:
        self._open()
        self._notes.append(Note(len(self._notes) + 1, kind, body))

    async def notes(
        self, after: int = 0, *, kinds: Collection[str] | None = None
    ) -> AsyncIterator[Note]:
        self._open()
        for each in self._notes[after:]:
            if kinds is None or each.kind in kinds:
                yield each

    async def save_cursors(self, cursors: Mapping[str, Cursor], gone: Collection[str] = ()) -> None:
        self._open()
        self._cursors.update(cursors)
        for name in gone:
            self._cursors.pop(name, None)

    async def cursors(self) -> Mapping[str, Cursor]:
        self._open()
        heads = {history.number: len(log) for history, log in self._logs.items()}
        return within(self._cursors, heads)

    async def status(self) -> Status:
        self._open()
        return Status()

    async def check(self) -> None:
        self._open()

    async def close(self) -> None:
        self._closed = True
        self._bells.ring_all()

    def _open(self) -> None:
        if self._closed:
            message = "The log is closed; start the server again."
            raise StoreUnavailable(message)

    def _refuse_bound(self, history: History, key: Key | None) -> None:
        if key is not None and (bound := self._keys.get((history, checked(key).text))):
            raise KeyBound(key.text, bound)

    def _write(self, history: History, events: Sequence[Recorded], key: Key | None) -> None:
        self._logs[history].extend(encode(event) for event in events)
        if key is not None:
            self._keys[history, key.text] = Bound(key.digest, events[-1].version)
        self._bells.ring([history.number])
