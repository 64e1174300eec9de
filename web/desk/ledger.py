"""
What stands of the things that notes begin and end: tokens and webhooks.

A note that cannot be read costs as little as is safe. If what is left of it names something that
was begun, that has ended: the note may have said so. If it names nothing and may have ended a
token, every token begun before it has ended: no revoked token is good again because a bit flipped.
Webhooks are kept in that case, since what they are told is public.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, Generic, TypeVar

import msgspec

from events.store import Note

TOKEN_ISSUED: Final = "token-issued"  # noqa: S105 - the kind of a note
TOKEN_REVOKED: Final = "token-revoked"  # noqa: S105 - the same
WEBHOOK_ADDED: Final = "webhook-added"
WEBHOOK_REMOVED: Final = "webhook-removed"
_KINDS: Final = (
    TOKEN_ISSUED,
    TOKEN_REVOKED,
    WEBHOOK_ADDED,
    WEBHOOK_REMOVED,
    "webhook-delivered",  # of earlier versions
)

_FLIPPED: Final = 8
"""Bits in which what is left of an id may differ from it: two ids, 48 random bits as hexadecimal
each, differ in some 25."""

Begun = TypeVar("Begun")

_GARBLED: Final = 2
"""Characters in which what is left of a kind may differ from it; no two kinds are so near."""


class Lost(msgspec.Struct, frozen=True):
    """A note that cannot be read, and the ids of what has ended because of it."""

    note: int
    ended: tuple[str, ...]


class Ledger(Generic[Begun]):
    """
    Folds notes.

    Attributes:
        standing: What was begun and has not ended, by id, oldest first.
        ended: The ids of what has ended, whether or not its beginning is known.
        lost: The notes that cannot be read.
    """

    def __init__(
        self,
        begins: str,
        ends: str,
        *,
        begun: Callable[[bytes], tuple[str, Begun]],
        ended: Callable[[bytes], str],
        cautious: bool,
    ) -> None:
        """
        Args:
            begins: The kind of note that begins one.
            ends: The kind of note that ends one.
            begun: Returns what a body begins, and its id; raises ValueError if it cannot be read.
            ended: Returns the id of what a body ends; likewise.
            cautious: Whether a note that cannot be read ends everything, where it names nothing.
        """
        self.kinds: Final = (begins, ends)
        self.standing: Final[dict[str, Begun]] = {}
        self.ended: Final[set[str]] = set()
        self.lost: Final[list[Lost]] = []
        self._begun: Final = begun
        self._ended: Final = ended
        self._cautious: Final = cautious

    def take(self, note: Note) -> Lost | None:
        """Take the next note; return what it cost if it cannot be read."""
        begins, ends = self.kinds
        try:
            if note.damaged:
                return self._lose(note)
            if note.kind == begins:
                number, thing = self._begun(note.body)
                self.standing[number] = thing
            elif note.kind == ends:
                self._end({self._ended(note.body)})
        except ValueError:
            return self._lose(note)
        return None

    def _end(self, ids: Collection[str]) -> None:
        self.ended.update(ids)
        for each in ids:
            self.standing.pop(each, None)

    def _lose(self, note: Note) -> Lost:
        ids = {each for each in self.standing if _stands_in(each.encode(), note.body)}
        if not ids and self._cautious and _may_be(self.kinds[1], note.kind):
            ids = set(self.standing)
        self._end(ids)
        lost = Lost(note.number, tuple(sorted(ids)))
        self.lost.append(lost)
        return lost


def _may_be(kind: str, left: str) -> bool:
    """Tell whether a note may be of a kind: what is left of its own is nearly no other one."""
    return not any(
        len(other) == len(left)
        and sum(one != at for one, at in zip(other, left, strict=True)) <= _GARBLED
        for other in _KINDS
        if other != kind
    )


def _stands_in(text: bytes, body: bytes) -> bool:
    size = len(text)
    return text in body or any(
        _near(text, body[start : start + size]) for start in range(len(body) - size + 1)
    )


def _near(one: bytes, other: bytes) -> bool:
    differing = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return differing.bit_count() <= _FLIPPED
