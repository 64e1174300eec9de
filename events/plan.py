"""What a group of writes will do to a log, decided in order before any of it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from events.codec import encode
from events.recorded import Recorded
from events.store import Bound, History, HistoryEnded, Key, KeyBound, WrongExpectedVersion

Place = tuple[int, str]
"""Where a key is bound: a history's number and the key."""


class Plan(msgspec.Struct):
    """
    The log as it will be, and the rows that make it so.

    Attributes:
        heads: By history number.
        current: By ceremony.
        last: The highest history number.
        stored: What the keys of this group are bound to in the log.
        begun: What the keys with which this group begins histories are bound to, by ceremony and
            key: in any history of the ceremony, which a place in `stored` does not tell.
        last_note: The highest number of a note.
        histories: Rows to insert; likewise `events`, `keys` and `notes`.
    """

    heads: dict[int, int]
    current: dict[str, History]
    last: int
    stored: Mapping[Place, Bound]
    begun: dict[tuple[str, str], Bound]
    last_note: int
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
        if key is not None and (bound := self.begun.get((ceremony, key.text))) is not None:
            raise KeyBound(key.text, bound)
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
            KeyBound, HistoryEnded, WrongExpectedVersion: As in `EventStore.append`.
        """
        self._refuse_bound(history, key)
        if self.current[history.ceremony] != history:
            raise HistoryEnded(history.ceremony)
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
        bound = self.keys.get(place) or self.stored.get(place)
        if bound is not None:
            raise KeyBound(key.text, bound)

    def _add(self, history: History, events: Sequence[Recorded], key: Key | None) -> None:
        # Encoded before the plan is touched: what cannot be encoded leaves nothing behind.
        rows = [(history.number, event.version, encode(event)) for event in events]
        self.events.extend(rows)
        self.heads[history.number] = events[-1].version
        if key is not None:
            self.keys[history.number, key.text] = Bound(key.digest, events[-1].version)
