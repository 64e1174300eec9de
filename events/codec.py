"""Bytes to recorded events and back: canonical JSON, and upcasters for the shapes of old logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec

from events.recorded import Recorded

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes an event of a retired shape, as a JSON object, and returns it in a newer one."""

UPCASTERS: Final[Mapping[str, Upcaster]] = {}
"""By the tag of the retired shape. No shape has been retired yet."""

_MOST_STEPS: Final = 32

_encoder: Final = msgspec.json.Encoder(order="sorted")
_decoder: Final = msgspec.json.Decoder(Recorded)
_raw: Final = msgspec.json.Decoder(dict[str, Any])


def encode(value: object) -> bytes:
    """Return canonical JSON: UTF-8, keys sorted, no spaces."""
    return _encoder.encode(value)


def decode_recorded(data: bytes, upcasters: Mapping[str, Upcaster] = UPCASTERS) -> Recorded:
    """
    Return the recorded event that `data` holds, lifted to today's shape where it is older.

    Raises:
        ValueError: Neither today's shape nor one that an upcaster knows.
    """
    try:
        return _decoder.decode(data)
    except msgspec.ValidationError:
        # Only an old shape pays for the second look: today's is one pass in C.
        return _lift(_raw.decode(data), upcasters)


def decode_lines(data: bytes) -> list[Recorded]:
    """
    Return the recorded events that `data` holds, one to a line.

    Raises:
        ValueError: One of them is not of today's shape; `decode_recorded` tells what it is.
    """
    return _decoder.decode_lines(data)


def _lift(envelope: dict[str, Any], upcasters: Mapping[str, Upcaster]) -> Recorded:
    for _ in range(_MOST_STEPS):
        event: Any = envelope.get("event")
        if not isinstance(event, dict):
            break
        retired = cast("dict[str, Any]", event)
        upcast = upcasters.get(str(retired.get("type")))
        if upcast is None:
            break
        envelope = {**envelope, "event": upcast(retired)}
        try:
            return msgspec.convert(envelope, Recorded)
        except msgspec.ValidationError:
            continue  # an upcaster may lead to a shape that is itself retired
    return msgspec.convert(envelope, Recorded)
