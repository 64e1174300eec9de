"""Presence: who is at the desk of each ceremony, one seat for each open desk stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from events.bell import Bell
from web.desk.tokens import Grant, Role
from web.errors import ProblemError

_MOST: Final = 64
"""Seats at one desk: each is a stream that is kept open, and no night has more producers."""


class Seat(msgspec.Struct, frozen=True):
    """Somebody at the desk, and since when."""

    name: str
    role: Role
    since: str


class Seats:
    """All seats of all desks."""

    def __init__(self) -> None:
        self._taken: Final[dict[str, dict[object, Seat]]] = {}
        self.changed: Final = Bell()
        self.closed = False

    def at(self, ceremony: str) -> list[Seat]:
        """Return who is at a desk, who came first first."""
        return list(self._taken.get(ceremony, {}).values())

    def take(self, ceremony: str, grant: Grant, since: str) -> Callable[[], None]:
        """
        Take a seat, and return what gives it back; a second time does nothing.

        Raises:
            ProblemError: All are taken.
        """
        desk = self._taken.setdefault(ceremony, {})
        if len(desk) >= _MOST:
            raise ProblemError(
                "too-many-requests",
                f"All {_MOST} seats at the desk of {ceremony!r} are taken; close another console.",
                headers={"Retry-After": "10"},
            )
        place = object()
        desk[place] = Seat(grant.name, grant.role, since)
        self.changed.ring()

        def give_back() -> None:
            if desk.pop(place, None) is not None:
                self.changed.ring()

        return give_back

    def close(self) -> None:
        """Send everybody home: the server stops."""
        self.closed = True
        self.changed.ring()
