"""Errors at the doors: RFC 9457 problems, each with a stable type that docs/protocol.md lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import UNSET, UnsetType

from events.store import StoreError, UnknownStream
from tracker.frames import Frame
from tracker.outcomes import Contended, KeyReused, RefusedByRule

PREFIX: Final = "urn:awards-night:problem:"
MEDIA_TYPE: Final = "application/problem+json"
AGAIN: Final[Mapping[str, str]] = {"Retry-After": "1"}
"""What comes with a 503: the seconds after which to try again."""

TITLES: Final[Mapping[str, tuple[int, str]]] = {
    "bad-request": (400, "The request cannot be read"),
    "unauthorized": (401, "A valid token is needed"),
    "forbidden": (403, "That is not allowed"),
    "not-found": (404, "There is nothing here"),
    "unknown-ceremony": (404, "No such ceremony"),
    "method-not-allowed": (405, "That method does not apply here"),
    "key-reused": (409, "The idempotency key came with another body"),
    "stale": (412, "The head has moved on"),
    "too-large": (413, "The body is too large"),
    "too-many-requests": (429, "Too many requests"),
    "header-too-large": (431, "The request's head is too large"),
    "upgrade-required": (426, "Another protocol is needed"),
    "refused": (422, "A rule of the night forbids it"),
    "unavailable": (503, "Not at the moment"),
    "internal": (500, "Something broke on our side"),
}
_BY_STATUS: Final = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    426: "upgrade-required",
    429: "too-many-requests",
    431: "header-too-large",
    503: "unavailable",
}

_log: Final = structlog.get_logger("errors")


class Problem(msgspec.Struct, frozen=True):
    """An RFC 9457 problem; some types carry more members."""

    type: str
    title: str
    status: int
    detail: str


class Mistake(msgspec.Struct, frozen=True):
    """One wrong place of a programme; `event` counts its events from 1, `place` is in a table."""

    event: int
    rule: str
    detail: str
    place: str | UnsetType = UNSET


class Misread(msgspec.Struct, frozen=True):
    """One wrong place: a JSON path, or a line and column; and what is wrong there."""

    place: str
    detail: str


class MisreadProblem(Problem, frozen=True):
    """A problem of type `bad-request`; of a programme it names every wrong place."""

    errors: list[Misread] | UnsetType = UNSET


class RefusedProblem(Problem, frozen=True):
    """A problem of type `refused`: the rule's name, and for a programme every wrong place."""

    rule: str
    errors: list[Mistake] | UnsetType = UNSET


class StaleProblem(Problem, frozen=True):
    """A problem of type `stale`: the head, its epoch, and up to 64 frames since `If-Match`."""

    head: int
    epoch: str
    frames: list[Frame]


class Behind(Exception):
    """A board does not follow its log; what was stored is safe."""

    def __init__(self, ceremony: str, version: int) -> None:
        super().__init__(
            f"Version {version} of {ceremony!r} is stored, but its board is not ready;"
            " /readyz tells why. Ask again with the same Idempotency-Key."
        )


class ProblemError(Exception):
    """Ends a request with a problem of a known name."""

    def __init__(
        self,
        name: str,
        detail: str,
        *,
        more: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.name = name
        self.detail = detail
        self.more = more or {}
        self.headers = headers or {}


class RefusedInTable(RefusedByRule):
    """A programme that came as a table is refused: each wrong place of it has its line."""

    def __init__(self, refused: RefusedByRule, place: Callable[[int, str], str]) -> None:
        """
        Args:
            refused: What was refused.
            place: Returns where an event stands, by its index and what is wrong with it.
        """
        super().__init__(refused.refused, refused.errors)
        self.place = place


def problem_json(name: str, detail: str, more: Mapping[str, object] | None = None) -> bytes:
    """Return the encoded problem."""
    status, title = TITLES[name]
    return msgspec.json.encode(
        {"type": PREFIX + name, "title": title, "status": status, "detail": detail, **(more or {})}
    )


def name_of(status: int) -> str:
    """Return the plain name of a status that needs no better one."""
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _BY_STATUS.get(status, "internal" if is_ours else "bad-request")


def _answer(
    name: str,
    detail: str,
    more: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    return Response(
        problem_json(name, detail, more),
        status_code=TITLES[name][0],
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _problem(_: Request[Any, Any, Any], error: ProblemError) -> Response[bytes]:
    return _answer(error.name, error.detail, error.more, error.headers)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    place = f"{request.method} {request.scope['path']}"
    match error.status_code:
        case 404:
            detail = f"Nothing answers {place}; /schema/openapi.json lists what there is."
        case 405:
            detail = f"{place} cannot be done; the Allow header lists what can."
        case 413:
            detail = "A body may take 65,536 bytes here; send less at once."
        case _:
            extra = error.extra if isinstance(error.extra, list) else []
            detail = "; ".join(map(_one, extra)) or error.detail or "It cannot be read"
            detail = f"{detail}. /schema/openapi.json tells what {place} takes."
    return _answer(name_of(error.status_code), detail, headers=error.headers)


def _one(extra: object) -> str:
    if isinstance(extra, dict):
        return f"`{extra.get('key', 'value')}`: {extra.get('message', 'is wrong')}"
    return str(extra)


def _refused(_: Request[Any, Any, Any], error: RefusedByRule) -> Response[bytes]:
    in_table = error if isinstance(error, RefusedInTable) else None
    more: dict[str, object] = {"rule": error.refused.rule}
    if error.errors:
        more["errors"] = [
            {
                "event": index + 1,
                "rule": refused.rule,
                "detail": refused.detail,
                **({"place": in_table.place(index, refused.detail)} if in_table else {}),
            }
            for index, refused in error.errors
        ]
    return _answer("refused", str(error), more)


def _key_reused(_: Request[Any, Any, Any], error: KeyReused) -> Response[bytes]:
    return _answer("key-reused", str(error))


def _unknown(_: Request[Any, Any, Any], error: UnknownStream) -> Response[bytes]:
    return _answer("unknown-ceremony", str(error))


def _unavailable(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    _log.error("unavailable", problem=str(error))
    return _answer("unavailable", str(error), headers=AGAIN)


def _internal(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    door = f"{request.method} {request.scope.get('path_template', '')}"  # the path may hold a token
    _log.error("unexpected", door=door, exc_info=error)
    return _answer("internal", "The log is unharmed; try again, and tell us if it stays so.")


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    ProblemError: _problem,
    HTTPException: _http,
    RefusedByRule: _refused,
    KeyReused: _key_reused,
    UnknownStream: _unknown,
    Behind: _unavailable,
    Contended: _unavailable,
    StoreError: _unavailable,
    Exception: _internal,
}
