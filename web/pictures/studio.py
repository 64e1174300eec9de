"""Where pictures come from: drawn in a process of their own, once each, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from pathlib import Path
from typing import Final

import msgspec
import structlog

from web.errors import ProblemError
from web.pages.shell import BUILT
from web.pictures.drawing import Request
from web.pictures.gallery import AGAIN_SECONDS, Gallery
from web.pictures.picture import Picture
from web.pictures.process import CannotDraw, DrawingProcess

ICONS: Final = frozenset({"icon-180", "icon-192", "icon-512", "icon-maskable-512"})
"""Their names, which a server that draws none yet knows without Pillow."""
_IDLE_SECONDS: Final = 300.0
"""After this long without a picture the process ends, and gives back its 60 MB."""

_log: Final = structlog.get_logger("pictures")


class Studio:
    """
    Draws pictures and icons, and keeps them.

    Attributes:
        process: The one that draws.
    """

    def __init__(self, built: Path = BUILT, process: DrawingProcess | None = None) -> None:
        """
        Start nothing yet.

        Args:
            built: Where the built page lies, whose typefaces pictures are written in.
            process: Draws.
        """
        self.process: Final = process or DrawingProcess()
        self._gallery: Final = Gallery()
        self._built: Final = str(built)
        self._idle: asyncio.TimerHandle | None = None

    async def picture(self, key: Hashable, told: Callable[[], Awaitable[Picture]]) -> bytes:
        """
        Return a picture as a PNG.

        Args:
            key: All that it depends on.
            told: Called when it is its turn to be drawn: says what is on it.

        Raises:
            ProblemError: Too many are to be drawn already, or this one could not be drawn.
        """

        async def draw() -> bytes:
            return await self._drawn(await told())

        return await self._gallery.picture(key, draw)

    async def icon(self, name: str) -> bytes | None:
        """Return an icon, if there is one of that name."""
        if name not in ICONS:
            return None
        return await self._gallery.picture(("icon", name), lambda: self._drawn(name))

    def close(self) -> None:
        """End the process that draws. It is killed, so this takes a moment only."""
        if self._idle is not None:
            self._idle.cancel()
        self.process.close()

    async def _drawn(self, what: Picture | str) -> bytes:
        request = msgspec.json.encode(Request(self._built, what))
        if self._idle is not None:
            self._idle.cancel()
        try:
            return await asyncio.to_thread(self.process.draw, request)
        except CannotDraw as problem:
            _log.warning("picture not drawn", problem=str(problem))
            raise ProblemError(
                "unavailable",
                "The picture could not be drawn; ask again in a moment.",
                headers={"Retry-After": str(AGAIN_SECONDS)},
            ) from problem
        finally:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(_IDLE_SECONDS, self.process.rest)
