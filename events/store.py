"""
The log as the rest of the program sees it.

The errors, all with a sentence that says what to do:

    StoreError
    ├── UnknownStream          no ceremony of that id
    ├── WrongExpectedVersion   somebody else wrote first
    ├── HistoryEnded           a newer history of the stream has begun
    ├── KeyBound               the idempotency key was used before
    ├── StoreInUse             another process holds the file
    ├── StoreUnavailable       the log is out of reach; nothing was written
    ├── CorruptEvent           a stored event cannot be read, or is not as it was written
    └── CorruptKey             what is stored of a key cannot be read
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Protocol

import msgspec

from events.ceremony import Event
from events.cursors import CursorStore
from events.recorded import Recorded
from events.status import StatusStore


class History(msgspec.Struct, frozen=True):
    """
    One history of a stream; a ceremony has several only where it was begun anew.

    Attributes:
        ceremony: The stream's id.
        number: Unique in its store, ascending; a ceremony's current history has its highest.
        generation: Identity of the store's content: another one after a restore or a copy.
    """

    ceremony: str
    number: int
    generation: str


class Key(msgspec.Struct, frozen=True):
    """An idempotency key with the digest of the body that came with it."""

    text: str
    digest: str


class Bound(msgspec.Struct, frozen=True):
    """What a key is bound to, for ever: the digest it came with and the version it led to."""

    digest: str
    version: int


class Note(msgspec.Struct, frozen=True):
    """
    Something a server must remember that happened on no night: who holds a token, who is told.

    Attributes:
        number: 1, 2, ... over the whole store.
        kind: What the body is.
        damaged: True where it is not as it was written; `kind` and `body` are what is left of it.
    """

    number: int
    kind: str
    body: bytes
    damaged: bool = False


class StoreError(Exception):
    """The root of what a store raises."""


class UnknownStream(StoreError):
    """No ceremony of that id has been scheduled."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"No ceremony {stream!r} is known; list them at /api/ceremonies.")
        self.stream = stream


class WrongExpectedVersion(StoreError):
    """The writer's belief about the head is out of date."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(
            f"{stream!r} stands at version {actual}, not {expected};"
            " read what is new and try again."
        )
        self.stream = stream
        self.expected = expected
        self.actual = actual


class HistoryEnded(StoreError):
    """The history was superseded and takes no more events."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"A newer history of {stream!r} has begun; read its head and post there.")
        self.stream = stream


class KeyBound(StoreError):
    """The key is bound already; nothing was written."""

    def __init__(self, key: str, bound: Bound) -> None:
        super().__init__(f"The key {key!r} led to version {bound.version} before.")
        self.bound = bound


class StoreInUse(StoreError):
    """Another process holds the file."""

    def __init__(self, path: str, holder: str) -> None:
        super().__init__(
            f"{path} is held by {holder}. Stop that one first, give this one another file in"
            " TRACKER_DATABASE, or speak to the running server with --url."
        )


class StoreUnavailable(StoreError):
    """The log cannot be reached or written now."""


class CorruptEvent(StoreError):
    """A stored event does not decode."""

    def __init__(self, stream: str, version: int, problem: str) -> None:
        super().__init__(
            f"Event {version} of {stream!r} cannot be read ({problem});"
            " restore the log from a backup or run the program that wrote it."
        )
        self.stream = stream
        self.version = version


class CorruptKey(StoreError):
    """What an idempotency key is bound to is not as it was written."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"What the key {key!r} led to cannot be read; look whether the event is there, and"
            " use another key."
        )


def consecutive(
    events: Sequence[Recorded], expected_version: int, ceremony: str | None = None
) -> str:
    """
    Return the one ceremony of events that follow a version without a gap.

    Args:
        events: To be checked.
        expected_version: What the first must follow.
        ceremony: The one it must be, where that is known.

    Raises:
        ValueError: No event, a gap, or several ceremonies; the caller put them together wrongly.
    """
    numbered = [event.version for event in events]
    follow = list(range(expected_version + 1, expected_version + 1 + len(events)))
    ceremonies = {event.ceremony for event in events}
    if ceremony is not None:
        ceremonies.add(ceremony)
    if not events or numbered != follow or len(ceremonies) != 1:
        message = (
            f"Events of one ceremony must follow version {expected_version}:"
            f" not {numbered} of {sorted(ceremonies)}."
        )
        raise ValueError(message)
    return events[0].ceremony


class EventStore(CursorStore, StatusStore, Protocol):
    """
    Append-only streams of recorded events; `events.memory` is the executable specification.

    What every store promises: an append is all or nothing and durable before it returns; versions
    are 1..n without a gap; nothing but a cursor is ever updated or deleted; a subscription misses
    nothing and repeats nothing. A key that no store can keep is a `ValueError` (`events.keys`), and
    refused alone. A caller that is cancelled leaves its write done whole or not at all, as does
    `InDoubt`; any other `StoreUnavailable` says that nothing was written.
    """

    async def histories(self) -> Sequence[History]:
        """Return the current history of every ceremony, by id."""
        ...

    async def current(self, ceremony: str) -> History:
        """
        Return the ceremony's current history.

        Raises:
            UnknownStream: It has none.
        """
        ...

    async def histories_of(self, ceremony: str, since: int) -> Sequence[History]:
        """
        Return the ceremony's histories, superseded ones too, from that number on, oldest first.

        Raises:
            UnknownStream: There is none.
        """
        ...

    async def head(self, history: History) -> int:
        """Return the version of the last event."""
        ...

    async def begin(
        self, events: Sequence[Recorded], *, key: Key | None = None, anew: bool = False
    ) -> History:
        """
        Begin a history with its first events, versions 1..n of one ceremony.

        Args:
            events: At least one.
            key: Bound to version n, in the new history.
            anew: Supersede the ceremony's current history, which is kept but takes no more events.

        Raises:
            KeyBound: The key is bound in a history of the ceremony, the current one or any before,
                so that a retry never supersedes what others have begun since.
            WrongExpectedVersion: The ceremony has a history and `anew` is false.
        """
        ...

    async def append(
        self,
        history: History,
        events: Sequence[Recorded],
        *,
        expected_version: int,
        key: Key | None = None,
    ) -> None:
        """
        Append events that follow `expected_version`; `key` is bound to the last one's version.

        Raises:
            KeyBound: Checked first, so that a retry is recognised whatever the head is now.
            CorruptKey: What the key is bound to cannot be read.
            CorruptEvent: The last event cannot be read, so that nothing can follow it.
            HistoryEnded: The ceremony was begun anew.
            WrongExpectedVersion: The head is not `expected_version`.
        """
        ...

    async def bind(self, history: History, key: Key, version: int) -> None:
        """
        Bind a key that led to no event of its own.

        Raises:
            KeyBound: It is bound already.
        """
        ...

    async def bound(self, history: History, key: str) -> Bound | None:
        """
        Return what the key is bound to in this history.

        Raises:
            CorruptKey: It is bound, and to what cannot be read.
        """
        ...

    async def bound_in_any(self, ceremony: str, key: str) -> Sequence[tuple[History, Bound]]:
        """Return what the key is bound to in each history of the ceremony, oldest first."""
        ...

    def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        """Yield the events after a version, oldest first."""
        ...

    def facts(self, history: History, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        """Yield the events after a version without their envelopes, many at once: for a fold."""
        ...

    def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        """Yield the events after a version, then each new one; end when a newer history begins."""
        ...

    def follow(self) -> AsyncIterator[History]:
        """Yield every ceremony's current history, then each one that begins."""
        ...

    async def note(self, kind: str, body: bytes) -> None:
        """Append to the store's own notes, which no ceremony shows."""
        ...

    def notes(self, after: int = 0, *, kinds: Collection[str] | None = None) -> AsyncIterator[Note]:
        """
        Yield the notes after a number, oldest first.

        Args:
            after: 0 for all.
            kinds: Those alone, if given. Damaged notes come as well, since their kind is not known.
        """
        ...

    async def check(self) -> None:
        """
        Prove that the log can be read.

        Raises:
            StoreUnavailable: It cannot.
        """
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go of the log; subscriptions end."""
        ...
