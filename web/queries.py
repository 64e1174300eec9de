"""Whole numbers and wishes that come as text, and what they may be."""

from __future__ import annotations

import re
from typing import Annotated, Final

from litestar.params import QueryParameter

from web.errors import ProblemError
from web.switches import switch

MOST_EVENTS: Final = 500
USUAL_EVENTS: Final = 100
NUMBER: Final = "[0-9]+"
"""Any number of digits: a version that no log can have is still a version."""

_NUMBER: Final = re.compile(NUMBER)
_MOST_DIGITS: Final = 15
_BEYOND: Final = 10**_MOST_DIGITS

# Read below, since the framework would also take 1e3 and null for numbers, and would read them
# before the body, whose size is to be checked first.
Version = Annotated[str | None, QueryParameter(schema_extra={"type": "integer", "minimum": 0})]
Limit = Annotated[
    str | None,
    QueryParameter(schema_extra={"type": "integer", "minimum": 1, "maximum": MOST_EVENTS}),
]
Wish = Annotated[str | None, QueryParameter(schema_extra={"type": "boolean", "default": False})]


def number(text: str) -> int | None:
    """
    Return the whole number that a text is, or None where it is none.

    One of more than 15 digits counts as 10^15: as far as anybody can tell, it is past every head.
    """
    if not _NUMBER.fullmatch(text):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MOST_DIGITS else _BEYOND


def version_of(name: str, text: str | None, default: int) -> int:
    """
    Return the version that a query holds, or the default where it holds none.

    Raises:
        ProblemError: It holds something else.
    """
    if text is None:
        return default
    version = number(text)
    if version is None:
        raise _bad_query(name, text, "a version, which is 0 or more")
    return version


def stretch(after: str | None, limit: str | None) -> tuple[int, int]:
    """
    Return after which version to read, and how many events.

    Raises:
        ProblemError: The query holds something else.
    """
    most = USUAL_EVENTS if limit is None else number(limit)
    if most is None or not 1 <= most <= MOST_EVENTS:
        raise _bad_query("limit", limit or "", f"a whole number from 1 to {MOST_EVENTS}")
    return version_of("after", after, 0), most


def wished(name: str, text: str | None) -> bool:
    """
    Tell whether a query wishes for something.

    Raises:
        ProblemError: It is not clear.
    """
    if text is None:
        return False
    wish = switch(text)
    if wish is None:
        raise _bad_query(name, text, "true or false")
    return wish


def _bad_query(name: str, text: str, wanted: str) -> ProblemError:
    return ProblemError("bad-request", f"`{name}` is {text[:100]!r}; give {wanted}.")
