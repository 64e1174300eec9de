"""The places of categories in the running order, and who holds which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol


class _Placed(Protocol):
    """A category with its position, and the version of its withdrawal or 0."""

    @property
    def position(self) -> int: ...

    @property
    def withdrawn(self) -> int: ...


def positions(held: Mapping[str, int], order: Iterable[str]) -> dict[str, int]:
    """
    Return the places the categories of `order` take: those they hold among them, ascending.

    Args:
        held: The position of each category.
        order: Categories; those that hold no position are left out.
    """
    known = [key for key in dict.fromkeys(order) if key in held]
    return dict(zip(known, sorted(held[key] for key in known), strict=True))


def places_of(categories: Mapping[str, _Placed]) -> dict[int, str]:
    """Return by position the category that holds it, the first one listed if there are several."""
    places: dict[int, str] = {}
    for key, category in categories.items():
        if not category.withdrawn:
            places.setdefault(category.position, key)
    return places
