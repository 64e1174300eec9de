"""What a group of writes will do to a log, decided in order before any of it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from events.codec import encode
from events.digests import Check
from events.recorded import Recorded
from events.store import (
    Bound,
    CorruptEvent,
    CorruptKey,
    History,
    HistoryEnded,
    Key,
    KeyBound,
    WrongExpectedVersion,
)

Place = tuple[int, str]
"""Where a key is bound: a history's number and the key."""


class Plan(msgspec.Struct):
    """
    The log as it will be, and the rows that make it so.

    Attributes:
        heads: By history number.
        current: By ceremony.
        last: The highest history number.
        stored: What the keys of this group are bound to in the log; None for a damaged row.
        begun: What the keys with which this group begins histories are bound to, by ceremony and
            key: in any history of the ceremony, which a place in `stored` does not tell.
        last_note: The highest number of a note.
        checks: What the next event of each history goes on from, by its number.
        added: The checks of the planned events, made where they are committed.
        histories: Rows to insert; likewise `events`, `keys` and `notes`.
    """

    heads: dict[int, int]
    current: dict[str, History]
    last: int
    stored: Mapping[Place, Bound | None]
    begun: dict[tuple[str, str], Bound | None]
    last_note: int
    checks: Mapping[int, Check] = {}
    added: dict[int, Check] = {}
    histories: list[tuple[int, str]] = []
    events: list[tuple[int, int, bytes]] = []
    keys: dict[Place, Bound] = {}
    notes: list[tuple[int, str, bytes]] = []

    def begin(
        self,
        ceremony: str,
        events: Sequence[Recorded],
        key: Key | None,
        generation: str,
        *,
        anew: bool,
    ) -> History:
        """
        Plan a history with its first events.

        Raises:
            KeyBound, WrongExpectedVersion: As in `EventStore.begin`.
        """
        if key is not None and (ceremony, key.text) in self.begun:
            raise _bound(key, self.begun[ceremony, key.text])
        standing = self.current.get(ceremony)
        if standing is not None:
            self._refuse_bound(standing, key)
            if not anew:
                raise WrongExpectedVersion(ceremony, 0, self.heads[standing.number])
        history = History(ceremony, self.last + 1, generation)
        self._add(history, events, key)
        if key is not None:
            self.begun[ceremony, key.text] = self.keys[history.number, key.text]
        self.last = history.number
        self.histories.append((history.number, ceremony))
        self.current[ceremony] = history
        return history

    def append(
        self,
        history: History,
        events: Sequence[Recorded],
        key: Key | None,
        expected_version: int,
    ) -> None:
        """
        Plan events that follow a version.

        Raises:
            KeyBound, CorruptKey, HistoryEnded, CorruptEvent, WrongExpectedVersion: As in
                `EventStore.append`.
        """
        self._refuse_bound(history, key)
        if self.current[history.ceremony] != history:
            raise HistoryEnded(history.ceremony)
        if history.number not in self.checks:
            head = self.heads[history.number]
            raise CorruptEvent(history.ceremony, head, "it is not in the file")
        actual = self.heads[history.number]
        if actual != expected_version:
            raise WrongExpectedVersion(history.ceremony, expected_version, actual)
        self._add(history, events, key)

    def bind(self, history: History, key: Key, version: int) -> None:
        """
        Plan a key without events.

        Raises:
            KeyBound: It is bound already.
        """
        self._refuse_bound(history, key)
        self.keys[history.number, key.text] = Bound(key.digest, version)

    def note(self, kind: str, body: bytes) -> None:
        self.last_note += 1
        self.notes.append((self.last_note, kind, body))

    def _refuse_bound(self, history: History, key: Key | None) -> None:
        if key is None:
            return
        place = (history.number, key.text)
        for known in (self.keys, self.stored):
            if place in known:
                raise _bound(key, known[place])

    def _add(self, history: History, events: Sequence[Recorded], key: Key | None) -> None:
        # Encoded before the plan is touched: what cannot be encoded leaves nothing behind.
        rows = [(history.number, event.version, encode(event)) for event in events]
        self.events.extend(rows)
        self.heads[history.number] = events[-1].version
        if key is not None:
            self.keys[history.number, key.text] = Bound(key.digest, events[-1].version)


def _bound(key: Key, bound: Bound | None) -> KeyBound | CorruptKey:
    """Return why a key cannot be bound: it is, to what can be read or to what cannot."""
    return CorruptKey(key.text) if bound is None else KeyBound(key.text, bound)
