"""Every request and its answer, on their way in and out: counted, named for the log, traced."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from itertools import count
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

import structlog
from structlog.typing import EventDict, WrappedLogger

from web.observed.figures import Figures
from web.observed.traces import NO_TRACES, Traces
from web.proxies import BROUGHT

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

NO_ROUTE: Final = "none"
"""In place of a route's template: the request led nowhere."""
_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_ID_HEADER: Final = b"x-request-id"
_FIRST_ERROR: Final = 400
_FIRST_FAULT: Final = 500
_NOT_LET_IN: Final = frozenset({401, 403, 429})
_NOT_TAKEN: Final = frozenset({400, 409, 412, 413, 422})
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines every few seconds: no traces of them."""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})

_log: Final = structlog.get_logger("requests")
_current: Final[ContextVar[Mapping[str, str]]] = ContextVar("request", default=_NONE)
# Unique in this start, and hardly ever made twice over many; a random one each would cost more.
_start: Final = secrets.token_hex(4)
_numbers: Final = count(1)


def observed(app: ASGIApp, figures: Figures, traces: Traces) -> ASGIApp:
    """
    Return an HTTP application whose answers are counted, by route and not by path.

    A request has an id: that of a trusted proxy in front, where it sends one, else a new one; so
    has a trace. What anybody else sends as such is not taken. Lines of
    the log that are written on its behalf bear it, and so does an answer that is an error, but
    for those that leave no line: somebody who looked for what there is not.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        headers = scope["headers"] if BROUGHT in scope.get("state", ()) else ()
        number = request_id(headers)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                route, status = scope.get("path_template") or NO_ROUTE, message["status"]
                figures.answered(scope["method"], route, status, perf_counter() - began)
                request.answered(route, status)
                if status >= _FIRST_ERROR:
                    if _leaves_a_line(scope["method"], status):
                        named = (_ID_HEADER, number.encode())
                        message["headers"] = [*message["headers"], named]
                    _tell(scope, route, status)
            await send(message)

        where = NO_TRACES if scope["path"] in _QUIET else traces
        with where.request(scope["method"], headers) as request:
            known = {"request": number}
            if request.id:
                known["trace"] = request.id
            before = _current.set(known)
            try:
                await app(scope, receive, told)
            finally:
                _current.reset(before)

    return answer


def with_request(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Name the request on whose behalf a line is written, for structlog."""
    event.update(_current.get())
    return event


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the id that a proxy gave the request, if it looks like one; else a new one."""
    given = [value for name, value in headers if name == _ID_HEADER]
    if len(given) == 1 and _ID.fullmatch(given[0]):
        return given[0].decode()
    return f"{_start}{next(_numbers):08x}"


def _leaves_a_line(method: str, status: int) -> bool:
    if status >= _FIRST_FAULT or status in _NOT_LET_IN:
        return True
    return method != "GET"


def _tell(scope: Scope, route: str, status: int) -> None:
    """Write down what a producer sent in vain; who was not let in has a line already."""
    grant = scope.get("state", {}).get("grant")
    if grant is None or status not in _NOT_TAKEN or scope["method"] == "GET":
        return
    if b"dry_run" not in scope["query_string"]:
        door = f"{scope['method']} {route}"
        _log.warning("refused", door=door, status=status, actor=grant.name, token=grant.id)
