"""Playback in time: sleeps on a clock, plays what is due, and hears controls meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

import msgspec

from replay import playhead
from replay.clock import Clock
from replay.playhead import Control, ControlRefused, Playhead, Seek, Step

Item = TypeVar("Item")

_MOST_WAITING: Final = 16


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
    Plays versions by their times.

    Args:
        times: Of each version from 1 on, in milliseconds, ascending; may grow during playback.
        head: Where to begin.
    """

    def __init__(self, times: Sequence[int], clock: Clock, head: Playhead | None = None) -> None:
        self._times: Final = times
        self._clock: Final = clock
        self._head = Playhead() if head is None else head
        self._wishes: Final[asyncio.Queue[Control | Declined]] = asyncio.Queue(_MOST_WAITING)
        self._bell: Final = asyncio.Event()

    @property
    def head(self) -> Playhead:
        return self._head

    async def control(self, wish: Control | Declined) -> None:
        """
        Hand in a control; waits while too many are waiting.

        One that was declined before it came here keeps its place among the answers.
        """
        await self._wishes.put(wish)
        self._bell.set()

    async def play(self) -> AsyncIterator[Happening]:
        """
        Yield what happens, in order: first where playback begins, last where it finished.

        The clock counts from the first look at it.
        """
        now = self._clock.now()
        self._head = msgspec.structs.replace(self._head, since=now)
        yield self._moved(now)
        while True:
            self._bell.clear()
            while not self._wishes.empty():
                for happening in self._obey(self._wishes.get_nowait()):
                    yield happening
            now = self._clock.now()
            due = playhead.due(self._times, self._head, now)
            self._head = due.head
            if due.version is not None:
                yield Played(due.version)
                # However far behind, a control gets its chance between two versions.
                await asyncio.sleep(0)
            elif due.head.state == "finished":
                yield self._moved(now)
                return
            else:
                await self._clock.sleep(None if due.wait is None else now + due.wait, self._bell)

    def _obey(self, wish: Control | Declined) -> Sequence[Happening]:
        if isinstance(wish, Declined):
            return (wish,)
        now = self._clock.now()
        try:
            self._head = playhead.control(self._times, self._head, wish, now)
        except ControlRefused as refusal:
            return (Declined(str(refusal)),)
        if isinstance(wish, Step):
            return (Played(self._head.version), self._moved(now))
        return (self._moved(now, sought=isinstance(wish, Seek)),)

    def _moved(self, now: float, *, sought: bool = False) -> Moved:
        return Moved(self._head, playhead.position(self._times, self._head, now), sought)


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
    async for happening in Player(times, clock, head).play():
        if isinstance(happening, Played):
            yield items[happening.version - 1]
