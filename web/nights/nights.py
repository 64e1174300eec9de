"""All nights of the log: each projected by a task of its own, and fed to its viewers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Final
from weakref import WeakValueDictionary

import structlog

from events.bell import Bell
from events.recorded import Recorded
from events.store import CorruptEvent, EventStore, History, StoreError, StoreUnavailable
from web.errors import Behind
from web.nights.night import Night
from web.observed.figures import Figures
from web.observed.journeys import Journeys
from web.sockets.feed import Feed, Feeds
from web.sockets.pace import Pace

_log: Final = structlog.get_logger("nights")
_ON_ITS_WAY_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 30.0
"""Between two attempts at what nobody foresaw; the pauses double up to here."""


class Nights:
    """
    The current night of every ceremony.

    Live is a replay whose clock is the wall clock: what starts with the log and what is appended
    a year later come through the same subscription.
    """

    def __init__(
        self,
        store: EventStore,
        feeds: Feeds,
        *,
        journeys: Journeys | None = None,
        pause: float = _PAUSE_SECONDS,
    ) -> None:
        """
        Take a seat before the log.

        Args:
            store: The log.
            feeds: Told of every frame.
            journeys: Those of the desk's appends, to be brought to their end.
            pause: Seconds between two attempts at a log that cannot be read, and the first pause
                after anything that nobody foresaw.
        """
        self._store: Final = store
        self._pause: Final = pause
        self._feeds: Final = feeds
        self._journeys: Final = journeys or Journeys(Figures())
        self._nights: Final[dict[str, Night]] = {}
        # Superseded ones too, for as long as their last events are being read.
        self._at_hand: Final[WeakValueDictionary[History, Night]] = WeakValueDictionary()
        self._tasks: Final[set[asyncio.Task[None]]] = set()
        self._opened: Final = Bell()
        self.left_out: frozenset[str] = frozenset()
        """Ceremonies of the log that are shown nowhere; to be set before `start`."""
        self.broken: Final[dict[str, str]] = {}
        """By ceremony id: why its projection stopped."""

    def get(self, ceremony: str) -> Night | None:
        return self._nights.get(ceremony)

    def __iter__(self) -> Iterator[Night]:
        return iter(tuple(self._nights.values()))

    async def start(self) -> None:
        """Project everything that is in the log, then go on in the background."""
        for history in await self._store.histories():
            if history.ceremony not in self.left_out:
                await self._open(history)
        self._spawn(self._follow(), "nights")

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def reached(
        self, history: History, version: int, patience: float = _PATIENCE_SECONDS
    ) -> Night:
        """
        Return the night of a history once it shows `version`.

        Args:
            history: Of any ceremony, the current one or one that has ended.
            version: Up to its head.
            patience: Seconds.

        Raises:
            Behind: It does not get there; its projection is broken or starved.
        """
        try:
            async with asyncio.timeout(patience):
                night = await self._night_of(history)
                while night.version < version and history.ceremony not in self.broken:
                    await night.listen().wait()
        except TimeoutError:
            raise Behind(history.ceremony, version) from None
        if night.version < version:
            raise Behind(history.ceremony, version)
        return night

    async def shown(self, history: History, version: int) -> None:
        """
        Wait until a version is on the board, or a newer history of its ceremony is.

        Raises:
            Behind: As in `reached`.
        """
        night = self._nights.get(history.ceremony)
        if night is None or night.history.number <= history.number:
            await self.reached(history, version)

    async def _night_of(self, history: History) -> Night:
        while True:
            ring = self._opened.listen()
            night = self._nights.get(history.ceremony)
            if night is not None and night.history == history:
                return night
            if night is not None and night.history.number > history.number:
                # Begun anew since; what was said of the history before still stands.
                ended = self._at_hand.get(history)
                if ended is None:
                    ended = Night(self._store, history)
                    await ended.catch_up()
                    self._at_hand[history] = ended
                return ended
            await ring.wait()

    async def behind(self) -> dict[str, str]:
        """
        Return, by ceremony id, why it is not up to date; empty when all is well.

        It waits a second at most, however many are late.

        Raises:
            StoreUnavailable: The log cannot be read.
        """
        await self._store.check()
        late = dict(self.broken)
        current = [
            history
            for history in await self._store.histories()
            if history.ceremony not in late and history.ceremony not in self.left_out
        ]
        waited = await asyncio.gather(*map(self._late, current))
        return late | {each.ceremony: why for each, why in zip(current, waited, strict=True) if why}

    async def _late(self, history: History) -> str:
        head = await self._store.head(history)
        try:
            # What was committed a moment ago is on its way, and no reason to turn viewers away.
            await self.reached(history, head, _ON_ITS_WAY_SECONDS)
        except Behind:
            night = self._nights.get(history.ceremony)
            shown = night.version if night is not None and night.history == history else 0
            return f"version {shown} of {head}"
        return ""

    async def _follow(self) -> None:
        attempt = 0
        while True:
            try:
                async for history in self._store.follow():
                    if history.ceremony in self.left_out:
                        continue
                    night = self._nights.get(history.ceremony)
                    if night is None or night.history.number < history.number:
                        await self._open(history)
                        attempt = 0
            except Exception as problem:  # noqa: BLE001 - else no new ceremony would be seen again
                pause = self._pause_before(attempt)
                attempt += 1
                _log.error("no new ceremony is opened", again_in_s=pause, exc_info=problem)
                await asyncio.sleep(pause)
            else:
                return  # the log was closed

    async def _open(self, history: History) -> None:
        night = self._at_hand[history] = Night(self._store, history)
        self.broken.pop(history.ceremony, None)
        try:
            await night.catch_up()
        except Exception as problem:  # noqa: BLE001 - its task tries again, and tells
            self._break(night, problem)
        ended, self._nights[history.ceremony] = self._nights.get(history.ceremony), night
        if ended is not None:
            ended.stir()
        feed = self._feeds.get(history.ceremony)
        if feed is None:
            feed = Feed(history.ceremony, night, pace=self._journeys.paced(Pace()))
            self._feeds.add(feed)
        else:
            feed.replace(night, "new-history")
        self._opened.ring()
        _log.info(
            "night opened", ceremony=history.ceremony, version=night.version, epoch=night.epoch
        )
        self._spawn(self._project(night, feed), f"project-{history.ceremony}")

    async def _project(self, night: Night, feed: Feed) -> None:
        """Project a history until it ends; only bytes that cannot be read stop that before."""
        attempt = 0
        while True:
            reached = night.version
            try:
                await self._store.check()
                if night.version >= await self._store.head(night.history):
                    self._mend(night)
                await self._advance(night, feed)
            except CorruptEvent as problem:
                self._break(night, problem)
                _log.error(
                    "projection stopped",
                    ceremony=night.ceremony,
                    version=problem.version,
                    problem=str(problem),
                )
                return
            except StoreUnavailable as problem:
                self._break(night, problem)
                _log.error("log out of reach", ceremony=night.ceremony, problem=str(problem))
                await asyncio.sleep(self._pause)
            except Exception as problem:  # noqa: BLE001 - a fault of ours may pass, and /readyz tells
                self._break(night, problem)
                attempt = 0 if night.version > reached else attempt
                pause = self._pause_before(attempt)
                attempt += 1
                _log.error(
                    "projection failed",
                    ceremony=night.ceremony,
                    version=night.version + 1,
                    again_in_s=pause,
                    exc_info=problem,
                )
                await asyncio.sleep(pause)
            else:
                return

    async def _advance(self, night: Night, feed: Feed) -> None:
        async for recorded in self._store.subscribe(night.history, after=night.version):
            with self._journeys.arriving(night.history, recorded.version):
                message = night.advance(recorded)
                self._mend(night)
                if self._nights.get(night.ceremony) is night:
                    self._publish(feed, message, recorded)

    def _publish(self, feed: Feed, message: bytes, recorded: Recorded) -> None:
        try:
            feed.publish(message, recorded.version)
        except Exception as problem:  # noqa: BLE001 - the board goes on, whatever the viewers see
            _log.error(
                "fan-out failed",
                ceremony=recorded.ceremony,
                version=recorded.version,
                exc_info=problem,
            )
            feed.heal()

    def _pause_before(self, attempt: int) -> float:
        return min(self._pause * 2.0**attempt, _LONGEST_PAUSE_SECONDS)

    def _mend(self, night: Night) -> None:
        if self.broken and self._nights.get(night.ceremony) is night:
            self.broken.pop(night.ceremony, None)

    def _break(self, night: Night, problem: Exception) -> None:
        current = self._nights.get(night.ceremony)
        if current is not None and current.history.number > night.history.number:
            return  # nobody looks at the older history any more
        foreseen = isinstance(problem, StoreError)
        why = f"event {night.version + 1} cannot be projected ({problem!r}); it is tried again"
        self.broken[night.ceremony] = str(problem) if foreseen else why
        if current is not None:
            current.stir()

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            _log.error("task ended", task=task.get_name(), exc_info=problem)
