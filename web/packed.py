"""Answers as they are sent, each encoded and packed once for all who ask."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, NamedTuple

from web.accepting import weighed

MOST_BYTES: Final = 16 * 1024 * 1024
"""Room for every board of a whole night, so that walking through them packs each once."""
_LEAST: Final = 500
"""Bytes; less fills no second packet, whichever way it is sent."""
_AT_ONCE: Final = 64 * 1024
"""Bytes packed in place, in 2 ms at most. More are packed in a thread, so that nobody waits."""
_LEVEL: Final = 6
"""9 takes twice as long, for half a percent less of a board."""


class Packed(NamedTuple):
    """A body in both its forms; `packed` where that is smaller."""

    plain: bytes
    packed: bytes | None

    @classmethod
    def of(cls, body: bytes) -> Packed:
        if len(body) < _LEAST:
            return cls(body, None)
        packed = gzip.compress(body, _LEVEL, mtime=0)  # the hour would make each one another
        return cls(body, packed if len(packed) < len(body) else None)

    @property
    def size(self) -> int:
        """Bytes, of both forms."""
        return len(self.plain) + len(self.packed or b"")


class Larder:
    """Keeps the bodies that were asked for last, up to so many bytes in all."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most: Final = most
        self._held = 0
        self._bodies: Final[OrderedDict[Hashable, Packed]] = OrderedDict()
        self._making: Final[dict[Hashable, asyncio.Task[Packed]]] = {}

    @property
    def held(self) -> int:
        """Bytes of all bodies, in both forms."""
        return self._held

    def get(self, key: Hashable) -> Packed | None:
        found = self._bodies.get(key)
        if found is not None:
            self._bodies.move_to_end(key)
        return found

    def put(self, key: Hashable, body: bytes) -> Packed:
        """
        Pack a body and keep it.

        Args:
            key: All that the body depends on, its version included: nothing here is ever stale.
            body: As it is encoded.
        """
        return self._keep(key, Packed.of(body))

    async def made(self, key: Hashable, make: Callable[[], bytes | Awaitable[bytes]]) -> Packed:
        """
        Return a body that is kept, or make and pack it: once, for all who ask for it meanwhile.

        One who leaves does not take it away from the others.

        Args:
            key: As in `put`.
            make: Called where nobody asked before. What it raises, all who wait get.
        """
        found = self.get(key)
        if found is not None:
            return found
        task = self._making.get(key)
        if task is None:
            body = make()
            if isinstance(body, bytes) and len(body) <= _AT_ONCE:
                return self.put(key, body)
            task = asyncio.create_task(self._made(key, body), name="packing")
            self._making[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(task)

    async def _made(self, key: Hashable, body: bytes | Awaitable[bytes]) -> Packed:
        made = body if isinstance(body, bytes) else await body
        if len(made) <= _AT_ONCE:
            return self.put(key, made)
        return self._keep(key, await asyncio.to_thread(Packed.of, made))

    def _finished(self, key: Hashable, task: asyncio.Task[Packed]) -> None:
        del self._making[key]
        if not task.cancelled():
            task.exception()  # raised to those who waited, of whom there may be none left

    def _keep(self, key: Hashable, packed: Packed) -> Packed:
        self._drop(key)
        if packed.size > self._most:  # it would only push out all others
            return packed
        self._bodies[key] = packed
        self._held += packed.size
        while self._held > self._most:
            self._drop(next(iter(self._bodies)))
        return packed

    def _drop(self, key: Hashable) -> None:
        gone = self._bodies.pop(key, None)
        if gone is not None:
            self._held -= gone.size


def takes_gzip(accepted: str) -> bool:
    """Read an `Accept-Encoding`: whether it names gzip, or anything, and does not refuse it."""
    weights = weighed(accepted)
    return weights.get("gzip", weights.get("*", 0)) > 0
