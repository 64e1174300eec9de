"""The night as corrected: the same events, each result with what finally stood in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from events import ceremony as facts
from events.ceremony import Event
from events.recorded import Recorded
from tracker.board import Board
from tracker.project import NOTHING, project

AMENDED: Final = "amended"
"""The kind of the moment that stands where an event was left out."""

LEFT_OUT: Final = facts.MomentNoted(AMENDED, "Left out where the night is told as corrected.")


def amends(before: Board, after: Board, event: Event) -> bool:
    """Tell whether `event`, which led from one board to the next, replaced or took back a win."""
    if not isinstance(event, facts.WinnerAnnounced | facts.WinnerCorrected | facts.WinnerRetracted):
        return False
    old = _winners(before, event.category)
    # Another result, be it of the same winners; one of nobody in the category changes nothing.
    return bool(old) and _winners(after, event.category) is not old


class Amendments:
    """What of a history is told otherwise where it is told as corrected; it grows with the log."""

    def __init__(self) -> None:
        self._instead: Final[dict[int, Event]] = {}
        self._standing: Final[dict[str, _Standing]] = {}

    def take(self, before: Board, after: Board, recorded: Recorded) -> int | None:
        """
        Take in the next event, which led from one board to the next.

        Returns:
            The first version that is told otherwise since, or None where the event amends nothing.
        """
        event, version = recorded.event, recorded.version
        amending = amends(before, after, event)
        match event:
            case facts.WinnerRetracted(category=key) if amending:
                gone = self._standing.pop(key)
                self._leave_out(gone.version, *gone.reviews, version)
                return gone.version
            case (
                facts.WinnerAnnounced(category=key, nominees=nominees)
                | facts.WinnerCorrected(category=key, nominees=nominees)
            ) if amending:
                standing = self._standing[key]
                self._leave_out(*standing.reviews, version)
                standing.reviews.clear()
                standing.event = replace(standing.event, nominees=nominees)
                self._instead[standing.version] = standing.event
                return standing.version
            case facts.WinnerAnnounced(category=key) | facts.WinnerCorrected(category=key):
                if key not in self._standing and _winners(after, key):
                    self._standing[key] = _Standing(version, event)
            case facts.ResultPutUnderReview(category=key) | facts.ResultConfirmed(category=key):
                if key in self._standing:
                    self._standing[key].reviews.append(version)
            case _:
                pass
        return None

    def told(self, recorded: Recorded) -> Recorded:
        """Return an event of the history as it is told now."""
        event = self._instead.get(recorded.version)
        return recorded if event is None else replace(recorded, event=event)

    def _leave_out(self, *versions: int) -> None:
        self._instead.update(dict.fromkeys(versions, LEFT_OUT))


class _Standing:
    """The result of a category that stands: its event as told now, and the reviews since."""

    def __init__(self, version: int, event: facts.WinnerAnnounced | facts.WinnerCorrected) -> None:
        self.version: Final = version
        self.event = event
        self.reviews: Final[list[int]] = []


def amended(events: Sequence[Recorded]) -> list[Recorded]:
    """
    Return the history as corrected: as many events, at the same versions and times.

    A result that was corrected carries the nominees that stood last in its place. One that was
    taken back is left out: until it was announced anew, there was none. Left out are also the
    corrections and retractions themselves, and the reviews before them. What comes after the last
    of these is as it was, so another event that amends nothing only adds to what is returned.

    Args:
        events: A whole history, from version 1 on.
    """
    amendments = Amendments()
    after = NOTHING
    for recorded in events:
        before, after = after, project(after, recorded)
        amendments.take(before.board, after.board, recorded)
    return [amendments.told(recorded) for recorded in events]


def _winners(board: Board, key: str) -> Mapping[str, int]:
    category = board.categories.get(key)
    return {} if category is None else category.winners
