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
from tracker.expected import Expected, Head
from web.errors import ProblemError
from web.queries import number

LARGEST_BODY: Final = 64 * 1024
KEY: Final = r"[!-~]([ -~]{0,126}[!-~])?"
_KEY: Final = re.compile(KEY)
ENTITY_TAG: Final = r'(W/)?"([!#-~\x80-\xff]*)"'
# Possessive, so that a run of spaces is looked at once.
_ENTITY_TAG: Final = re.compile(rf"[ \t]*+(?:{ENTITY_TAG}[ \t]*+)?(,|\Z)")

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


def expected_of(request: Request[Any, Any, Any]) -> Expected | None:
    """
    Return the heads that the producer builds on, or None where any will do.

    `If-Match` is a list of entity tags (RFC 9110, section 13.1.1). A head is named by `"VERSION"`,
    and by `"EPOCH:VERSION"`, which is the tag that answers bear. A weak one never matches, nor does
    one that names no head.

    Raises:
        ProblemError: `If-Match` is no list of entity tags.
    """
    lines = request.headers.getall("if-match", [])
    text = ",".join(lines)
    if not lines or text.strip(" \t") == "*":
        return None
    tags = _tags(text)
    if not tags:
        raise ProblemError(
            "bad-request",
            f'If-Match is {text[:100]!r}; give a version in quotes, as in "120", or an ETag.',
        )
    heads = [_head(opaque, exact=not weak) for weak, opaque in tags]
    return Expected(tuple(head for head in heads if head is not None))


def _tags(text: str) -> list[tuple[str, str]]:
    """Return the entity tags of a list, each with the mark of a weak one; none if it is no list."""
    found: list[tuple[str, str]] = []
    place = 0
    while (matched := _ENTITY_TAG.match(text, place)) is not None:
        weak, opaque, end = matched.groups()
        if opaque is not None:
            found.append((weak or "", opaque))
        if not end:
            return found
        place = matched.end()
    return []


def _head(opaque: str, *, exact: bool) -> Head | None:
    epoch, colon, version = opaque.rpartition(":")
    known = number(version)
    if known is None or (colon and not epoch):
        return None
    return Head(known, epoch or None, exact)
