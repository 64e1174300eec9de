"""Who may do what at the producer's doors: nobody anything, unless it says so here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

import msgspec
import structlog
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from web.desk.limits import Limits
from web.desk.tokens import Grant, Tokens
from web.errors import ProblemError
from web.public import night_of

Deed = Literal["read", "note", "append", "rehearse", "administer"]
Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]

_DEEDS: Final[dict[str, frozenset[Deed]]] = {
    "editor": frozenset({"read", "note"}),
    "producer": frozenset({"read", "note", "append", "rehearse"}),
    "admin": frozenset({"read", "note", "append", "rehearse", "administer"}),
}
_MOMENTS: Final = frozenset({"moment-noted", "moment-withdrawn"})

_log: Final = structlog.get_logger("access")


def allowed(grant: Grant, deed: Deed, ceremony: str | None = None) -> bool:
    """Tell whether a grant is good for a deed, on a ceremony where it is about one."""
    if deed not in _DEEDS[grant.role]:
        return False
    return grant.covers(ceremony) if ceremony is not None else deed != "administer" or _whole(grant)


def _whole(grant: Grant) -> bool:
    # An admin of one ceremony does not decide about what belongs to all.
    return grant.ceremony is msgspec.UNSET


def needs(deed: Deed) -> Guard:
    """Return the guard that lets only those pass who may do `deed` on the path's ceremony."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        grant = granted(connection)
        if not allowed(grant, deed, connection.path_params.get("ceremony")):
            raise _forbidden(connection, grant)

    return guard


async def known(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let nobody pass to a ceremony that there is not, whatever else is wrong with the request."""
    night_of(connection.app.state.nights, connection.path_params["ceremony"])


async def needs_for_event(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let pass who may append the event that the body holds; editors note moments only."""
    grant = granted(connection)
    ceremony = connection.path_params["ceremony"]
    if not allowed(grant, "note", ceremony):
        raise _forbidden(connection, grant)
    await known(connection, handler)  # before the body, which may be too large
    if allowed(grant, "append", ceremony):
        return
    body = await connection.body()  # type: ignore[attr-defined]  # a guard of HTTP sees the request
    if _kind(body) not in _MOMENTS:
        raise _forbidden(connection, grant)


def door(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return what was knocked at, for the log; the path as it came may hold a token."""
    scope = connection.scope
    return f"{scope.get('method', 'GET')} {scope['path_template']}"


def granted(connection: ASGIConnection[Any, Any, Any, Any]) -> Grant:
    """
    Return who asks, and leave it in the request's state.

    Raises:
        ProblemError: Nobody we know, or somebody who asks too often.
    """
    tokens: Tokens = connection.app.state.tokens
    grant = tokens.grant(connection.headers.get("authorization"))
    limits: Limits = connection.app.state.limits
    if grant is None:
        limits.guessed(connection.client.host if connection.client else None)
        _log.warning("denied", door=door(connection), client=client_of(connection))
        raise ProblemError(
            "unauthorized",
            "Send a valid token as 'Authorization: Bearer TOKEN'.",
            headers={"WWW-Authenticate": 'Bearer realm="tracker"'},
        )
    limits.asked(grant.id)
    connection.state.grant = grant
    return grant


def _forbidden(connection: ASGIConnection[Any, Any, Any, Any], grant: Grant) -> ProblemError:
    _log.warning(
        "forbidden",
        door=door(connection),
        client=client_of(connection),
        actor=grant.name,
        role=grant.role,
        token=grant.id,
    )
    for_one = "" if grant.ceremony is msgspec.UNSET else f" for {grant.ceremony!r} alone"
    return ProblemError(
        "forbidden",
        f"The token of {grant.name!r} is a token of the role {grant.role}{for_one}, which may not"
        " do that; ask an admin for another one.",
    )


def _kind(body: bytes) -> str | None:
    try:
        given = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
    kind = given.get("type") if isinstance(given, dict) else None
    return kind if isinstance(kind, str) else None


def client_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the address that asks, for the log."""
    return connection.client.host if connection.client else "unknown"
