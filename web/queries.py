"""Whole numbers in a query, and what they may be."""

from __future__ import annotations

import re
from typing import Annotated, Final

from litestar.params import QueryParameter

from web.errors import ProblemError

MOST_EVENTS: Final = 500
USUAL_EVENTS: Final = 100
_DIGITS: Final = re.compile(r"[0-9]{1,15}")
_LARGEST: Final = 10**15 - 1
_VERSION: Final = {"type": "integer", "minimum": 0, "maximum": _LARGEST}
_LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MOST_EVENTS}

# Read by `whole`, since the framework would also take 1e3 and null for numbers.
Version = Annotated[str | None, QueryParameter(schema_extra=_VERSION)]
Limit = Annotated[str | None, QueryParameter(schema_extra=_LIMIT)]


def whole(name: str, text: str | None, default: int, least: int = 0, most: int = _LARGEST) -> int:
    """
    Return the whole number that a query holds, or the default where it holds none.

    Raises:
        ProblemError: It holds something else.
    """
    if text is None:
        return default
    if not _DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise ProblemError(
            "bad-request",
            f"`{name}` is {text[:100]!r}; give a whole number from {least} to {most}.",
        )
    return int(text)


def stretch(after: str | None, limit: str | None) -> tuple[int, int]:
    """
    Return after which version to read, and how many events.

    Raises:
        ProblemError: The query holds something else.
    """
    return whole("after", after, 0), whole("limit", limit, USUAL_EVENTS, 1, MOST_EVENTS)
