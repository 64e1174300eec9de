"""Group commit of a SQLite log: a queue whose callers share one wait for the disk, with a limit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Final, Literal

from events.commit import Apply, Committer, Write
from events.store import History, Key
from events.unavailable import InDoubt, unavailable

_QUEUE: Final = 1024  # writers wait beyond this many, so that memory is bounded
_GROUP: Final = 256  # writes that share one commit, and so one wait for the disk
_TROUBLE_SECONDS: Final = 1.0  # between two tries at a file that cannot be read or written
_IDLE_SECONDS: Final = 5.0  # between two looks at a file to which nobody writes
_SECONDS_AN_EVENT: Final = 0.001  # a long night is begun at once: a hundred times what it takes
DEADLINE_SECONDS: Final = 10.0
"""How long a caller waits for the disk. A commit takes milliseconds; a disk that needs longer than
this is broken, and a producer's client has not given up yet."""

_Queued = Write | Literal["look"] | None
"""A write; a wish for a look at a file to which nobody writes; or the end."""


class GroupWriter:
    """Writes for many callers, in the order they came: what waits is committed at once."""

    def __init__(self, committer: Committer, *, deadline: float = DEADLINE_SECONDS) -> None:
        """
        Args:
            committer: Puts a group into the file.
            deadline: Seconds that a caller waits for the disk.
        """
        self._committer: Final = committer
        self._deadline: Final = deadline
        self._queue: Final[asyncio.Queue[_Queued]] = asyncio.Queue(_QUEUE)
        self._task: asyncio.Task[None] | None = None
        self._waiting: Final[set[asyncio.Future[History | None]]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._look_at = 0.0
        self._began: float | None = None
        self._patience = deadline

    @property
    def overdue(self) -> bool:
        """True while the disk has not answered for longer than a caller waits."""
        if self._began is None:
            return False
        return asyncio.get_running_loop().time() - self._began >= self._patience

    @property
    def trouble(self) -> str:
        """Why events cannot be written now, as a sentence; empty while they can."""
        if self.overdue:
            return str(unavailable("written", self._no_answer()))
        return self._committer.trouble

    def start(self) -> None:
        """Begin to take writes."""
        self._task = asyncio.create_task(self._work(), name="log-writer")
        self._look_at = asyncio.get_running_loop().time() + _IDLE_SECONDS
        self._tick()

    async def stop(self) -> None:
        """Finish what was accepted."""
        if self._task is not None:
            await self._queue.put(None)
            await self._task
        if self._timer is not None:
            self._timer.cancel()

    async def write(
        self,
        apply: Apply,
        ceremony: str = "",
        history: History | None = None,
        key: Key | None = None,
        *,
        events: int = 0,
    ) -> History | None:
        """
        Do one write whole or not at all, and return once it is on the disk.

        Args:
            apply: Adds it to the plan of its group, or raises why not.
            ceremony: The stream, if it is about one.
            history: Where `key` may be bound already; None for the ceremony's current one.
            key: The write's idempotency key.
            events: How many it adds; the disk is given more time for many.

        Raises:
            InDoubt: Its commit failed, or the disk has not answered for `deadline` seconds. The log
                may have it, now or later; by its key it can be sent again.
            StoreUnavailable: It was not written.
        """
        if self.overdue:
            raise unavailable("written", self._no_answer())
        done: asyncio.Future[History | None] = asyncio.get_running_loop().create_future()
        queued = Write(apply, ceremony, history, key, done, events)
        try:
            self._queue.put_nowait(queued)
        except asyncio.QueueFull:
            await self._put(queued)
        self._waiting.add(done)
        try:
            # A caller that leaves, or waits no longer, takes nothing along: what it asked for is
            # still done whole or not at all.
            return await asyncio.shield(done)
        finally:
            self._waiting.discard(done)

    async def _put(self, write: Write) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                await self._queue.put(write)
        except TimeoutError:
            raise unavailable("written", self._no_answer()) from None

    async def _work(self) -> None:
        ended = False
        # Writers that came before the end but had to wait for room are served as well.
        while not (ended and self._queue.empty()):
            group: list[_Queued] = [await self._next()]
            while len(group) < _GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
            ended = ended or None in group
            writes = [each for each in group if isinstance(each, Write)]
            events = sum(write.events for write in writes)
            await self._timed(self._committer.write(writes), events)
            if ended:
                await asyncio.sleep(0)  # let those who wait for room come in

    async def _next(self) -> Write | None:
        """Return what waits next; until it comes, settle what is in doubt or fails."""
        while True:
            if self._committer.trouble:
                # Who asks again by the same key finds it in the file, and does not write.
                with contextlib.suppress(Exception):
                    await self._timed(self._committer.recover())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TROUBLE_SECONDS if self._committer.trouble else None):
                    found = await self._queue.get()
                    if found != "look":
                        return found
                await self._timed(self._committer.look())

    async def _timed(self, work: Coroutine[None, None, None], events: int = 0) -> None:
        self._patience = self._deadline + events * _SECONDS_AN_EVENT
        self._began = asyncio.get_running_loop().time()
        try:
            await work
        finally:
            self._began = None

    def _tick(self) -> None:
        """Let those who wait know that the disk does not answer; have an idle file looked at."""
        loop = asyncio.get_running_loop()
        if self.overdue:
            for done in self._waiting:
                if not done.done():
                    done.set_exception(InDoubt(str(self._no_answer())))
        elif self._began is None and self._queue.empty() and loop.time() >= self._look_at:
            self._look_at = loop.time() + _IDLE_SECONDS
            self._queue.put_nowait("look")
        self._timer = loop.call_later(min(1.0, self._deadline / 4), self._tick)

    def _no_answer(self) -> TimeoutError:
        return TimeoutError(f"the disk has not answered for {round(self._patience, 2):g} s")
