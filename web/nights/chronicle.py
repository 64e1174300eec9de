"""What a night tells of itself besides its board: its results one by one, its times."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from events.ceremony import (
    CeremonyEnded,
    CeremonyReopened,
    CeremonyRescheduled,
    CeremonyScheduled,
    MomentNoted,
    MomentWithdrawn,
    WinnerAnnounced,
    WinnerCorrected,
    WinnerRetracted,
)
from events.recorded import Recorded

ESTIMATED: Final = "estimated-times"
"""The kind of the moment that says that a recording's times are estimates."""

_Kind = Literal["announced", "corrected", "retracted"]


class Result(msgspec.Struct, frozen=True, gc=False):
    """
    An event that gave a category a result, another one, or none.

    Attributes:
        id: The event's.
        occurred_at: A timestamp.
        nominees: Whose result it is; of a retraction, nobody's.
        instead_of: Who held the result before and does not hold it now; or empty.
        reason: For the public, or empty.
    """

    version: int
    id: str
    occurred_at: str
    kind: _Kind
    category: str
    nominees: tuple[str, ...]
    instead_of: tuple[str, ...] = ()
    reason: str = ""


_VERSION: Final = attrgetter("version")


class Chronicle:
    """
    The account of one night, which grows with it, event by event.

    What is asked of it at a version is found by bisection, so a page of the past costs no more than
    one of the head.

    Attributes:
        first: Id of the first event, which stays the same through a restore; or empty.
        revised: When the start was last set, as a timestamp; or empty.
        revisions: How often it was set anew.
        ended: When the night ended, as a timestamp; or empty.
    """

    def __init__(self) -> None:
        self.first = ""
        self.revised = ""
        self.revisions = 0
        self.ended = ""
        self._results: Final[list[Result]] = []
        self._by_category: Final[dict[str, list[Result]]] = {}
        self._estimated: Final[set[int]] = set()
        self._held: Final[dict[str, tuple[str, ...]]] = {}

    @property
    def estimated(self) -> bool:
        """Whether the night says that its times are estimates, and has not taken that back."""
        return bool(self._estimated)

    def newest(self, most: int) -> list[Result]:
        """Return the last results, newest first."""
        return self._results[: -most - 1 : -1]

    def last(self, version: int) -> Result | None:
        """Return the last result up to a version."""
        return _last(self._results, version)

    def last_of(self, category: str, version: int) -> Result | None:
        """Return the last result of a category up to a version."""
        return _last(self._by_category.get(category, ()), version)

    def at(self, version: int) -> Result | None:
        """Return the result that the event of that version gave."""
        found = self.last(version)
        return found if found is not None and found.version == version else None

    def take(self, recorded: Recorded) -> None:
        """Take in the next event. Total: what makes no sense is told as it was posted."""
        self.first = self.first or recorded.id
        match recorded.event:
            case WinnerAnnounced(category=key, nominees=now):
                self._turn(recorded, "announced", key, now)
            case WinnerCorrected(category=key, nominees=now, reason=why):
                self._turn(recorded, "corrected", key, now, why)
            case WinnerRetracted(category=key, reason=why):
                self._turn(recorded, "retracted", key, (), why)
            case CeremonyScheduled():
                self.revised = recorded.occurred_at
            case CeremonyRescheduled():
                self.revised, self.revisions = recorded.occurred_at, self.revisions + 1
            case CeremonyEnded():
                self.ended = recorded.occurred_at
            case CeremonyReopened():
                self.ended = ""
            case MomentNoted(kind=kind) if kind == ESTIMATED:
                self._estimated.add(recorded.version)
            case MomentWithdrawn(version=noted):
                self._estimated.discard(noted)
            case _:
                pass

    def _turn(
        self,
        recorded: Recorded,
        kind: _Kind,
        key: str,
        now: tuple[str, ...],
        why: str | UnsetType = UNSET,
    ) -> None:
        before = self._held.get(key, ())
        standing = set(now)
        dropped = tuple(nominee for nominee in before if nominee not in standing)
        reason = "" if why is UNSET else why
        result = Result(
            recorded.version, recorded.id, recorded.occurred_at, kind, key, now, dropped, reason
        )
        self._results.append(result)
        self._by_category.setdefault(key, []).append(result)
        # What was taken back is still what the next result stands in the place of.
        self._held[key] = now or before


def _last(results: Sequence[Result], version: int) -> Result | None:
    place = bisect_right(results, version, key=_VERSION)
    return results[place - 1] if place else None
