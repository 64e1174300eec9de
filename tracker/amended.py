"""The night as corrected: the same events, each result with what finally stood in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    told = list(events)
    # By category: the place of its standing result, then those of the reviews since.
    standing: dict[str, list[int]] = {}
    after = NOTHING
    for place, recorded in enumerate(events):
        before, after = after, project(after, recorded)
        amending = amends(before.board, after.board, recorded.event)
        match recorded.event:
            case facts.WinnerRetracted(category=key) if amending:
                _leave_out(told, [*standing.pop(key), place])
            case (
                facts.WinnerAnnounced(category=key, nominees=nominees)
                | facts.WinnerCorrected(category=key, nominees=nominees)
            ) if amending:
                result, *reviews = standing[key]
                event = replace(told[result].event, nominees=nominees)
                told[result] = replace(told[result], event=event)
                _leave_out(told, [*reviews, place])
                standing[key] = [result]
            case facts.WinnerAnnounced(category=key) | facts.WinnerCorrected(category=key):
                if key not in standing and _winners(after.board, key):
                    standing[key] = [place]
            case facts.ResultPutUnderReview(category=key) | facts.ResultConfirmed(category=key):
                if key in standing:
                    standing[key].append(place)
            case _:
                pass
    return told


def _winners(board: Board, key: str) -> Mapping[str, int]:
    category = board.categories.get(key)
    return {} if category is None else category.winners


def _leave_out(told: list[Recorded], places: Iterable[int]) -> None:
    for place in places:
        told[place] = replace(told[place], event=LEFT_OUT)
