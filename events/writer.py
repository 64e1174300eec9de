"""The queue before a SQLite log: callers wait for the disk together, and not for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator
from typing import Final

from events.commit import Apply, Committer, Write
from events.store import History, Key
from events.unavailable import InDoubt, unavailable

_QUEUE: Final = 1024  # writers wait beyond this many, so that memory is bounded
_GROUP: Final = 256  # writes that share one commit, and so one wait for the disk
_TROUBLE_SECONDS: Final = 1.0  # between two tries at a file that cannot be read or written
_IDLE_SECONDS: Final = 5.0  # between two looks at a file to which nobody writes
DEADLINE_SECONDS: Final = 10.0
"""How long a caller waits for the disk. A commit takes milliseconds; a disk that needs longer than
this is broken, and a producer's client has not given up yet."""


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
        self._queue: Final[asyncio.Queue[Write | None]] = asyncio.Queue(_QUEUE)
        self._task: asyncio.Task[None] | None = None
        self._began: float | None = None

    @property
    def overdue(self) -> bool:
        """True while the disk has not answered for longer than a caller waits."""
        if self._began is None:
            return False
        return asyncio.get_running_loop().time() - self._began >= self._deadline

    @property
    def trouble(self) -> str:
        """Why events cannot be written now, as a sentence; empty while they can."""
        if self.overdue:
            return str(unavailable("written", _no_answer(self._deadline)))
        return self._committer.trouble

    def start(self) -> None:
        """Begin to take writes."""
        self._task = asyncio.create_task(self._work(), name="log-writer")

    async def stop(self) -> None:
        """Finish what was accepted."""
        if self._task is not None:
            await self._queue.put(None)
            await self._task

    async def write(
        self,
        apply: Apply,
        ceremony: str = "",
        history: History | None = None,
        key: Key | None = None,
    ) -> History | None:
        """
        Do one write whole or not at all, and return once it is on the disk.

        Args:
            apply: Adds it to the plan of its group, or raises why not.
            ceremony: The stream, if it is about one.
            history: Where `key` may be bound already; None for the ceremony's current one.
            key: The write's idempotency key.

        Raises:
            InDoubt: Its commit failed, or the disk has not answered for `deadline` seconds. The log
                may have it, now or later; by its key it can be sent again.
            StoreUnavailable: It was not written.
        """
        problem = _no_answer(self._deadline)
        if self.overdue:
            raise unavailable("written", problem)
        done: asyncio.Future[History | None] = asyncio.get_running_loop().create_future()
        queued = False
        try:
            async with asyncio.timeout(self._deadline):
                await self._queue.put(Write(apply, ceremony, history, key, done))
                queued = True
                # A caller that leaves, or waits no longer, takes nothing along: what it asked for
                # is still done whole or not at all.
                return await asyncio.shield(done)
        except TimeoutError:
            raise InDoubt(str(problem)) if queued else unavailable("written", problem) from None

    async def _work(self) -> None:
        ended = False
        # Writers that came before the end but had to wait for room are served as well.
        while not (ended and self._queue.empty()):
            group = [await self._next()]
            while len(group) < _GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
            writes = [write for write in group if write is not None]
            ended = ended or len(writes) < len(group)
            with self._timed():
                await self._committer.write(writes)
            if ended:
                await asyncio.sleep(0)  # let those who wait for room come in

    async def _next(self) -> Write | None:
        """Return what waits next; until it comes, settle what is in doubt or fails."""
        while True:
            if self._committer.trouble:
                # Who asks again by the same key finds it in the file, and does not write.
                with contextlib.suppress(Exception), self._timed():
                    await self._committer.recover()
            seconds = _TROUBLE_SECONDS if self._committer.trouble else _IDLE_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    return await self._queue.get()
            if not self._committer.trouble:
                with self._timed():
                    await self._committer.look()

    @contextlib.contextmanager
    def _timed(self) -> Generator[None]:
        self._began = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            self._began = None


def _no_answer(seconds: float) -> TimeoutError:
    return TimeoutError(f"the disk has not answered for {seconds:g} s")
