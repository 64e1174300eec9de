"""Frames: what each event changed on the board, as an RFC 7396 merge patch; pages of them."""

from __future__ import annotations

from typing import Final

import msgspec

from events.ceremony import Event
from events.recorded import Recorded
from events.store import History
from tracker.board import Board
from tracker.patch import Patch, difference
from tracker.project import PROJECTOR, Projection

PAGE_SIZE: Final = 64

_TALLIES: Final = frozenset({"works", "people", "distributors"})


class Frame(msgspec.Struct, frozen=True):
    """
    What one event changed.

    Attributes:
        t: Milliseconds of show time, never falling.
        patch: Empty where the board stayed as it was.
    """

    version: int
    occurred_at: str
    t: int
    event: Event
    patch: Patch


class PageKeyframe(msgspec.Struct, frozen=True):
    """The whole board with which a page opens."""

    version: int
    board: Board


class FramePage(msgspec.Struct, frozen=True):
    """Page k: the board at 64k and the frames 64k+1 to 64k+64, as far as there are any."""

    epoch: str
    page: int
    keyframe: PageKeyframe
    frames: list[Frame]


def epoch(history: History) -> str:
    """Return the identity of a history as projected by this program."""
    return f"{history.generation}-{history.number}-{PROJECTOR}"


def frame(before: Projection, after: Projection, recorded: Recorded) -> Frame:
    """Return the frame of the event that led from one projection to the next."""
    return Frame(
        recorded.version, recorded.occurred_at, after.t, recorded.event, _patch(before, after)
    )


def _patch(before: Projection, after: Projection) -> Patch:
    old, new, changed = before.board, after.board, after.changed
    if old is new:
        return {}
    # Boards are wide in three places, and the projection has told what it changed there.
    patch = difference(old, new, skip=_TALLIES)
    if changed.works:
        patch["works"] = changed.works
    if changed.people:
        patch["people"] = changed.people
    if changed.distributors:
        patch["distributors"] = changed.distributors
    return patch
