"""Timestamps as the project stores them: RFC 3339, UTC, always three digits of milliseconds."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec

_UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

_LEAP: Final = re.compile(r"(.{10}[Tt ]\d\d:\d\d:)60(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

# Strict RFC 3339, where `datetime.fromisoformat` would also take week dates and compact forms.
_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


def canonical(text: str) -> str:
    """
    Return `text` in the stored form, e.g. `2025-03-03T00:00:00.000Z`; digits below 1 ms are cut.

    A leap second, `23:59:60` UTC at the end of a month with any fraction, is stored as the last
    millisecond before it: milliseconds since 1970 do not count it, and the day stays as it was.

    Raises:
        ValueError: `text` is no RFC 3339 date-time with an offset, or lies outside years 1 to 9999.
    """
    try:
        if (leap := _LEAP.fullmatch(text)) is not None:
            return _before_leap(f"{leap[1]}59.999{leap[2]}")
        return from_ms(_ms(msgspec.convert(text, _Aware)))
    except (msgspec.ValidationError, OverflowError) as problem:
        message = (
            f"{text!r} is not an RFC 3339 date-time with an offset,"
            " such as 2025-03-02T16:00:00-08:00"
        )
        raise ValueError(message) from problem


def _before_leap(text: str) -> str:
    """
    Return the stored form of the millisecond before a leap second.

    Raises:
        ValidationError: The minute is not one that may have a leap second (RFC 3339, section 5.7).
    """
    stored = from_ms(_ms(msgspec.convert(text, _Aware)))
    year, month, day = int(stored[:4]), int(stored[5:7]), int(stored[8:10])
    if stored[11:16] != "23:59" or day != calendar.monthrange(year, month)[1]:
        message = "a leap second comes at the end of a month, at 23:59:60 UTC"
        raise msgspec.ValidationError(message)
    return stored


def to_ms(text: str) -> int:
    """
    Return milliseconds since 1970 for a canonical timestamp.

    Raises:
        ValueError: `text` is none.
    """
    try:
        return _ms(datetime.fromisoformat(text))
    except (ValueError, TypeError) as problem:  # a time without an offset is a TypeError
        message = f"{text!r} is no time as the log stores it"
        raise ValueError(message) from problem


def from_ms(milliseconds: int) -> str:
    """Return the canonical timestamp of `milliseconds` since 1970."""
    moment = _UNIX_EPOCH + milliseconds * _MILLISECOND
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ms(moment: datetime) -> int:
    # By its parts, since every projected event pays for it, and dividing costs twice as much.
    since = moment - _UNIX_EPOCH
    return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000
