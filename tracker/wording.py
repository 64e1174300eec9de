"""What the words of an event may be made of: anything that can be read, and nothing that steers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeVar, cast

import msgspec

from events.ceremony import Event, MomentNoted, Nominee
from tracker.decision import Refused

RULE: Final = "control-character"
_TURNING: Final = r"\u202a-\u202e\u2066-\u2069"
"""Would turn round what stands after it on a page; no script needs them to be written."""
_STEERING: Final = re.compile(rf"[\x00-\x1f\x7f-\x9f{_TURNING}]")
_STEERING_IN_TEXT: Final = re.compile(rf"[\x00-\x09\x0b-\x1f\x7f-\x9f{_TURNING}]")
"""The text of a moment may have lines."""
_MOST_NAMED: Final = 20
_NOTHING_LEFT: Final = "\ufffd"
"""In place of a text that was made of such characters alone, since no text is empty."""

_Told = TypeVar("_Told")


def unreadable(event: Event) -> Refused | None:
    """Refuse control characters; only what is new is asked, so that old logs are read for ever."""
    found = list(_places(event, "$"))
    if not found:
        return None
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return Refused(
        RULE,
        f"Control characters stand at {', '.join(found[:_MOST_NAMED])}{more}; remove them.",
    )


def _places(value: object, place: str) -> Iterator[str]:
    """Yield where they stand; of a nominee its id as well, by which a table finds the line."""
    if isinstance(value, str):
        if character := _STEERING.search(value):
            yield f"`{place}` (U+{ord(character[0]):04X})"
    elif isinstance(value, tuple):
        for number, each in enumerate(cast("tuple[object, ...]", value)):
            inner = f"{place}[{number}]"
            named = f" of {each.id!r}" if isinstance(each, Nominee) else ""
            yield from (f"{found}{named}" for found in _places(each, inner))
    elif isinstance(value, MomentNoted):
        if character := _STEERING_IN_TEXT.search(value.text):
            yield f"`{place}.text` (U+{ord(character[0]):04X})"
        rest = (value.kind, "kind"), (value.people, "people")
        for part, name in rest:
            yield from _places(part, f"{place}.{name}")
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _places(getattr(value, name), f"{place}.{name}")


def cleaned(value: _Told) -> _Told:
    """
    Return an event, or a part of one, without control characters.

    For events of an older log, which may hold characters that are refused today: they can be posted
    again without them. An event without such characters is returned as it is.
    """
    return cast("_Told", _cleaned(value, _STEERING))


def _cleaned(value: object, steering: re.Pattern[str]) -> object:
    if isinstance(value, str):
        return (steering.sub("", value) or _NOTHING_LEFT) if steering.search(value) else value
    if isinstance(value, tuple):
        return tuple(_cleaned(each, _STEERING) for each in cast("tuple[object, ...]", value))
    if isinstance(value, msgspec.Struct):
        lines = isinstance(value, MomentNoted)
        changed = {
            name: after
            for name in value.__struct_fields__
            if (before := getattr(value, name))
            != (
                after := _cleaned(
                    before, _STEERING_IN_TEXT if lines and name == "text" else _STEERING
                )
            )
        }
        return msgspec.structs.replace(value, **changed) if changed else value
    return value
