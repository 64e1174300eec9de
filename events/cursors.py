"""How far readers outside of the log have come: the one thing in a store that is replaced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec


class Cursor(msgspec.Struct, frozen=True, order=True):
    """The last event that was dealt with: a history's number and a version in it."""

    history: int
    version: int


class CursorStore(Protocol):
    """
    Cursors by name. They are no events: each save replaces the one before, and none is in a digest.

    A cursor that is lost or damaged costs a reader the same events again, and never one left out.
    """

    async def save_cursors(self, cursors: Mapping[str, Cursor], gone: Collection[str] = ()) -> None:
        """
        Keep cursors in place of those of the same names, all or none, in a commit of their own.

        Args:
            cursors: By name.
            gone: Names to be deleted.

        Raises:
            StoreUnavailable: They are not saved; what was saved before stands. After a
                cancellation the save is still done whole or not at all.
        """
        ...

    async def cursors(self) -> Mapping[str, Cursor]:
        """
        Return the saved cursors by name, without those that are damaged or not within the log.

        Raises:
            StoreUnavailable: They cannot be read.
        """
        ...


def within(cursors: Mapping[str, Cursor], heads: Mapping[int, int]) -> dict[str, Cursor]:
    """Return the cursors that stand within the log, whose heads come by history number."""
    return {
        name: cursor
        for name, cursor in cursors.items()
        if cursor.history in heads and 0 <= cursor.version <= heads[cursor.history]
    }
