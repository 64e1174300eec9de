"""Answers as they are sent, each encoded and packed once for all who ask."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, NamedTuple

from web.accepting import weighed

MOST_BYTES: Final = 16 * 1024 * 1024
"""Room for every board of a whole night, so that walking through them packs each once."""
_LEAST: Final = 500
"""Bytes; less fills no second packet, whichever way it is sent."""
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
        packed = Packed.of(body)
        self._drop(key)
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
