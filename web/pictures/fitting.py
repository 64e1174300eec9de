"""How a text fills a box: as large as it goes, in lines of about the same length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

Measure = Callable[[str], float]
"""Takes a text and returns its width at size 1."""

_ELLIPSIS: Final = "…"
_STEPS: Final = 12


class Fitted(NamedTuple):
    """Lines, and the size at which they fill the box."""

    size: int
    lines: list[str]


class Box(NamedTuple):
    """
    Room for a text.

    Attributes:
        leading: Height of a line, in sizes.
        most: Lines.
    """

    width: float
    height: float
    leading: float
    most: int


def fitted(text: str, box: Box, sizes: Sequence[int], measure: Measure) -> Fitted:
    """
    Return a text at the first of `sizes` at which it fits, or cut at the last of them.

    Args:
        text: Its words are parted by single spaces.
        box: The room there is.
        sizes: Largest first.
        measure: A text's width.
    """
    known = cache(measure)
    words = text.split(" ")
    for size in sizes:
        room = box.width / size
        if all(known(word) <= room for word in words):
            lines = _balanced(words, room, known)
            if len(lines) <= _most(box, size):
                return Fitted(size, lines)
    size = sizes[-1]
    room, most = box.width / size, _most(box, size)
    lines = _greedy([piece for word in words for piece in _pieces(word, room, known)], room, known)
    if len(lines) > most:
        lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room, known)]
    return Fitted(size, lines)


def cut(text: str, room: float, measure: Measure) -> str:
    """Return as much of a text as there is room for, an ellipsis where something is missing."""
    if measure(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle].rstrip() + _ELLIPSIS) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + _ELLIPSIS


def _most(box: Box, size: int) -> int:
    return max(1, min(box.most, int(box.height / (size * box.leading))))


def _balanced(words: Sequence[str], room: float, measure: Measure) -> list[str]:
    """Return as few lines as need be, in the narrowest room that needs no more."""
    lines = _greedy(words, room, measure)
    narrow, wide = room / len(lines) / 2, room
    for _ in range(_STEPS):
        middle = (narrow + wide) / 2
        tried = _greedy(words, middle, measure)
        if len(tried) <= len(lines) and all(measure(line) <= room for line in tried):
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines


def _greedy(words: Sequence[str], room: float, measure: Measure) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _pieces(word: str, room: float, measure: Measure) -> list[str]:
    """Return a word that is too long for any line in parts that are not."""
    ends = [0]
    for end in range(1, len(word) + 1):
        if end - ends[-1] > 1 and measure(word[ends[-1] : end]) > room:
            ends.append(end - 1)
    return [word[start:end] for start, end in pairwise([*ends, len(word)])]
