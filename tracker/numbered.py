"""A persistent map by number: each addition makes another map, which shares all but a few parts."""

from __future__ import annotations

from typing import Any, Final

import msgspec

_BITS: Final = 6
_MASK: Final = (1 << _BITS) - 1
_TOP: Final = 5 * _BITS
"""The shift of the first of six digits: numbers up to 2^36, which no log has events for."""


class Numbered(msgspec.Struct, frozen=True, gc=False):
    """
    Values by number, as a radix tree of six levels with at most 64 entries in each node.

    An addition copies six nodes, however many entries there are. A dict would be copied whole: for
    100,000 entries, one by one, that is 40 GB.
    """

    root: dict[int, Any] = {}

    def get(self, number: int) -> int | None:
        """Return the value of a number, or None where it has none."""
        node: Any = self.root
        for shift in range(_TOP, -1, -_BITS):
            node = node.get(number >> shift & _MASK)
            if node is None:
                return None
        found: int = node
        return found

    def put(self, number: int, value: int) -> Numbered:
        """Return the map with `number` at `value`."""
        return Numbered(_put(self.root, _TOP, number, value))


def _put(node: dict[int, Any], shift: int, number: int, value: int) -> dict[int, Any]:
    after = node.copy()
    digit = number >> shift & _MASK
    after[digit] = _put(node.get(digit, {}), shift - _BITS, number, value) if shift else value
    return after
