"""A bounded memory of what was made once and is asked for again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of values that count their bytes: a usual page has 20 KB, one of 1,000 categories 2 MB."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _no_size(_: object) -> int:
    return 0


class Kept(Generic[K, V]):
    """Keeps the values that were asked for last."""

    def __init__(
        self, most: int, *, size: Callable[[V], int] = _no_size, room: int = MOST_BYTES
    ) -> None:
        """
        Keep nothing yet.

        Args:
            most: How many values are kept.
            size: Bytes of a value; where it is not given, they do not count.
            room: Bytes that all values may have. One that has more is not kept.
        """
        self._most: Final = most
        self._size: Final = size
        self._room: Final = room
        self._held = 0
        self._values: Final[OrderedDict[K, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> V:
        """Keep a value and return it; whatever was not asked for longest is forgotten."""
        if (old := self._values.pop(key, None)) is not None:
            self._held -= self._size(old)
        if self._size(value) > self._room:
            return value
        self._values[key] = value
        self._held += self._size(value)
        while len(self._values) > self._most or self._held > self._room:
            _, gone = self._values.popitem(last=False)
            self._held -= self._size(gone)
        return value

    def __len__(self) -> int:
        return len(self._values)
