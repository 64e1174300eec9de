"""What a producer sends: the body, the idempotency key and the version it builds on."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request

from events.ceremony import Event
from events.codec import encode
from events.patterns import plain
from events.store import Key
from events.timestamp import canonical
from web.errors import ProblemError
from web.queries import number

LARGEST_BODY: Final = 64 * 1024
KEY: Final = r"[!-~]([ -~]{0,126}[!-~])?"
_KEY: Final = re.compile(KEY)
_IF_MATCH: Final = re.compile(r'"(.*)"')

_Model = TypeVar("_Model")


def decoded(body: bytes, model: type[_Model]) -> _Model:
    """
    Return what the body holds.

    Raises:
        ProblemError: It is no JSON, or not of this shape.
    """
    try:
        return msgspec.json.decode(body, type=model)
    except msgspec.ValidationError as problem:
        raise ProblemError("bad-request", f"{plain(problem)}.") from problem
    except (ValueError, RecursionError) as problem:
        raise ProblemError(
            "bad-request", f"The body cannot be read as JSON ({problem}); send one object."
        ) from problem


def event_of(body: bytes) -> tuple[Event, str | None]:
    """
    Return the event that the body holds, and when it occurred where the body says so.

    Raises:
        ProblemError: It holds no event.
    """
    given = {name: _whole(value) for name, value in decoded(body, dict[str, Any]).items()}
    time = given.pop("occurred_at", msgspec.UNSET)
    try:
        event = msgspec.convert(given, Event)
    except (ValueError, RecursionError) as problem:
        raise ProblemError("bad-request", f"{plain(problem)}.") from problem
    if time is msgspec.UNSET:
        return event, None
    try:
        return event, canonical(msgspec.convert(time, str))
    except ValueError as problem:
        raise ProblemError("bad-request", f"{problem} - at `$.occurred_at`.") from problem


def _whole(value: object) -> object:
    """Return 123 for 123.0, which is the same number in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def rehearsal_of(body: bytes) -> bytes:
    """
    Return what the key of a rehearsal is bound to.

    A rehearsal takes no body. One that comes all the same belongs to the key as any body does, in
    canonical form; an empty object says no more than none.
    """
    try:
        given = encode(msgspec.json.decode(body.strip() or b"{}"))
    except (ValueError, RecursionError):
        given = body
    return b"rehearsal" + (b"" if given == b"{}" else given)


def key_of(request: Request[Any, Any, Any], body: bytes) -> Key | None:
    """
    Return the request's idempotency key, bound to the canonical form of its body.

    Raises:
        ProblemError: It is no key.
    """
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    if not _KEY.fullmatch(given):
        raise ProblemError("bad-request", "Idempotency-Key takes 1 to 128 visible characters.")
    return Key(given, hashlib.sha256(body).hexdigest())


def if_match_of(request: Request[Any, Any, Any]) -> int | None:
    """
    Return the version the producer builds on, or None where any will do.

    Raises:
        ProblemError: `If-Match` holds no version.
    """
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return None
    matched = _IF_MATCH.fullmatch(given.strip())
    version = number(matched[1]) if matched else None
    if version is None:
        raise ProblemError(
            "bad-request", f'If-Match is {given[:100]!r}; give a version, as in "120".'
        )
    return version
