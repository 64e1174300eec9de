"""Playback as a state machine that is told the time, and `paced`, which sleeps in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

import msgspec

from replay import playhead
from replay.clock import Clock
from replay.playhead import Control, ControlRefused, Playhead, Seek, Step

Item = TypeVar("Item")


class Played(msgspec.Struct, frozen=True):
    """It is this version's time."""

    version: int


class Moved(msgspec.Struct, frozen=True):
    """
    Playback began, a control took effect, or the end was reached.

    Attributes:
        t: Milliseconds of the recording.
        sought: Playback jumped: what was shown before is void, the board at `head.version` holds.
    """

    head: Playhead
    t: int
    sought: bool = False


class Declined(msgspec.Struct, frozen=True):
    """A control was refused and changed nothing."""

    detail: str


Happening = Played | Moved | Declined


class Player:
    """
    Plays versions by their times. It never waits: the caller passes the time in.

    Args:
        times: Of each version from 1 on, in milliseconds, ascending; may grow during playback.
        head: Where to begin.
    """

    __slots__ = ("_times", "head", "wait")

    def __init__(self, times: Sequence[int], head: Playhead | None = None) -> None:
        self._times: Final = times
        self.head = Playhead() if head is None else head
        """Where playback stands."""
        self.wait: float | None = 0.0
        """Seconds until `due` has something again, as it last found; None if nothing will come."""

    def begin(self, now: float) -> Moved:
        """Count the time from `now` on, a clock reading in seconds, and tell where it begins."""
        self.head = msgspec.structs.replace(self.head, since=now)
        return self._moved(now)

    def due(self, now: float) -> Played | Moved | None:
        """
        Return the next thing that is due by `now`: one version, or that playback has finished.

        One at a time, so that a control is obeyed between two versions, however far behind
        playback is. None when nothing is due; `wait` then says for how long.
        """
        before = self.head.state
        due = playhead.due(self._times, self.head, now)
        self.head, self.wait = due.head, due.wait
        if due.version is not None:
            self.wait = 0.0
            return Played(due.version)
        if due.head.state == "finished" != before:
            return self._moved(now)
        return None

    def obey(self, wish: Control | Declined, now: float) -> Sequence[Happening]:
        """Return what a control led to; one that was declined before keeps its place."""
        if isinstance(wish, Declined):
            return (wish,)
        try:
            self.head = playhead.control(self._times, self.head, wish, now)
        except ControlRefused as refusal:
            return (Declined(str(refusal)),)
        if isinstance(wish, Step):
            return (Played(self.head.version), self._moved(now))
        return (self._moved(now, sought=isinstance(wish, Seek)),)

    def _moved(self, now: float, *, sought: bool = False) -> Moved:
        return Moved(self.head, playhead.position(self._times, self.head, now), sought)


def merge_seeks(wishes: Sequence[Control | Declined], last: int) -> list[Control | Declined]:
    """
    Let each seek go at once where a later one of the same batch goes, so that one board serves all.

    Each control stays in its place and gets its answer. A step plays a version, so seeks on its two
    sides are not merged; nor is a seek past the end, which is refused.

    Args:
        wishes: The controls that wait together, oldest first.
        last: The last version that there is.
    """
    merged: list[Control | Declined] = []
    target: Seek | None = None
    for wish in reversed(wishes):
        if isinstance(wish, Step):
            target = None
        elif isinstance(wish, Seek) and wish.version <= last:
            target = target or wish
            merged.append(target)
            continue
        merged.append(wish)
    merged.reverse()
    return merged


async def paced(
    items: Sequence[Item], times: Sequence[int], clock: Clock, head: Playhead | None = None
) -> AsyncIterator[Item]:
    """
    Yield each item when its time has come, without anybody at the controls.

    Args:
        items: One for each of `times`; item 0 is version 1.
        times: In milliseconds, ascending.
        clock: What to sleep on.
        head: Where to begin, how fast, and how long a gap may be.
    """
    player = Player(times, head)
    player.begin(clock.now())
    never = asyncio.Event()
    while player.head.state == "playing":
        happening = player.due(now := clock.now())
        if isinstance(happening, Played):
            yield items[happening.version - 1]
        elif player.wait is not None:
            await clock.sleep(now + player.wait, never)
