"""Time as an object: the wall's, or one that a test moves by hand."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Final, Protocol


class Timer(Protocol):
    """A call that is to come."""

    def cancel(self) -> None:
        """Give it up; nothing happens if it has been made."""
        ...


class Clock(Protocol):
    """Something to read, to sleep on and to be called by."""

    def now(self) -> float:
        """Return a reading in seconds; only differences matter."""
        ...

    async def sleep(self, until: float | None, bell: asyncio.Event) -> None:
        """Return once the reading is `until` (None: never) or the bell has rung."""
        ...

    def call_at(self, when: float, call: Callable[[], None]) -> Timer:
        """Call once the reading is `when`: costs less than a task that sleeps."""
        ...


class WallClock:
    """The clock that goes by itself, and only forward."""

    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, until: float | None, bell: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(None if until is None else until - self.now()):
                await bell.wait()
        except TimeoutError:
            return

    def call_at(self, when: float, call: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(max(0.0, when - self.now()), call)


class ManualClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now
        self._sleepers: Final[list[_Sleeper]] = []
        self._timers: Final[set[_Timer]] = set()
        self._arrived: Final = asyncio.Event()

    def now(self) -> float:
        return self._now

    async def sleep(self, until: float | None, bell: asyncio.Event) -> None:
        if until is not None and until <= self._now:
            return
        sleeper = _Sleeper(until, bell)
        self._sleepers.append(sleeper)
        self._arrived.set()
        either = [asyncio.ensure_future(event.wait()) for event in (bell, sleeper.due)]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in either:
                each.cancel()
            self._sleepers.remove(sleeper)

    def call_at(self, when: float, call: Callable[[], None]) -> Timer:
        timer = _Timer(when, call, self._timers)
        self._timers.add(timer)
        self._arrived.set()
        return timer

    async def asleep(self, sleepers: int = 1) -> None:
        """Return once so many sleep soundly or wait for a call: what they could do is done."""
        while sum(each.soundly() for each in self._sleepers) + len(self._timers) < sleepers:
            self._arrived.clear()
            await self._arrived.wait()

    def advance(self, seconds: float) -> None:
        """Move on, and wake those whose time has come, the earliest first."""
        self._now += seconds
        for sleeper in sorted(self._sleepers, key=lambda each: each.until):
            if sleeper.until <= self._now:
                sleeper.due.set()
        for timer in sorted(self._timers, key=lambda each: each.when):
            if timer.when <= self._now and timer in self._timers:  # one call may cancel another
                timer.cancel()
                timer.call()


class _Sleeper:
    """Somebody asleep until then, if not woken before."""

    def __init__(self, until: float | None, bell: asyncio.Event) -> None:
        self.until: Final = math.inf if until is None else until
        self.bell: Final = bell
        self.due: Final = asyncio.Event()

    def soundly(self) -> bool:
        return not (self.bell.is_set() or self.due.is_set())


class _Timer:
    """A call that waits in the clock's set until it is made or given up."""

    def __init__(self, when: float, call: Callable[[], None], waiting: set[_Timer]) -> None:
        self.when: Final = when
        self.call: Final = call
        self._waiting: Final = waiting

    def cancel(self) -> None:
        self._waiting.discard(self)
