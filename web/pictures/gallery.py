"""Pictures that are drawn when somebody asks: once each, and one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Final

from web.errors import ProblemError
from web.pages.kept import Kept

Draw = Callable[[], Awaitable[bytes]]

_KEPT: Final = 128
"""Pictures; 60 KB each, as a rule."""
_WAITING: Final = 32
"""Pictures not drawn yet; at 50 ms each, the last one waits for 2 s."""
AGAIN_SECONDS: Final = 2


class Gallery:
    """
    Keeps the pictures that were asked for last.

    Requests for a picture that is being drawn wait for that one. When too many wait to be drawn,
    another one is refused, before anything is done for it: no crowd and no list of versions takes
    more than one process.
    """

    def __init__(self, *, kept: int = _KEPT, waiting: int = _WAITING) -> None:
        """
        Hang nothing yet.

        Args:
            kept: How many pictures are kept.
            waiting: How many may wait to be drawn.
        """
        self._kept: Final[Kept[Hashable, bytes]] = Kept(kept)
        self._waiting: Final = waiting
        self._drawing: Final[dict[Hashable, asyncio.Task[bytes]]] = {}
        self._brush: Final = asyncio.Lock()

    async def picture(self, key: Hashable, draw: Draw) -> bytes:
        """
        Return a picture.

        Args:
            key: All that it depends on.
            draw: Called when it is its turn, while no other is.

        Raises:
            ProblemError: Too many are to be drawn already.
        """
        known = self._kept.get(key)
        if known is not None:
            return known
        task = self._drawing.get(key)
        if task is None:
            if len(self._drawing) >= self._waiting:
                raise ProblemError(
                    "unavailable",
                    "Too many pictures are being drawn; ask again in a moment.",
                    headers={"Retry-After": str(AGAIN_SECONDS)},
                )
            task = asyncio.create_task(self._draw(draw), name="picture")
            self._drawing[key] = task
            task.add_done_callback(lambda done: self._hang(key, done))
        # One who leaves does not take it away from the others.
        return await asyncio.shield(task)

    async def _draw(self, draw: Draw) -> bytes:
        async with self._brush:
            return await draw()

    def _hang(self, key: Hashable, task: asyncio.Task[bytes]) -> None:
        del self._drawing[key]
        if not task.cancelled() and task.exception() is None:  # else those who waited get it
            self._kept.put(key, task.result())
