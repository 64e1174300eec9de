"""Timestamps as the project stores them: RFC 3339, UTC, always three digits of milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec

_UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

# Strict RFC 3339, where `datetime.fromisoformat` would also take week dates and compact forms.
_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


def canonical(text: str) -> str:
    """
    Return `text` in the stored form, e.g. `2025-03-03T00:00:00.000Z`; digits below 1 ms are cut.

    Raises:
        ValueError: `text` is no RFC 3339 date-time with an offset, or lies outside years 1 to 9999.
    """
    try:
        return from_ms(_ms(msgspec.convert(text, _Aware)))
    except (msgspec.ValidationError, OverflowError) as problem:
        message = (
            f"{text!r} is not an RFC 3339 date-time with an offset,"
            " such as 2025-03-02T16:00:00-08:00"
        )
        raise ValueError(message) from problem


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
