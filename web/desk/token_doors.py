"""The doors where tokens are made, listed and revoked."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import structlog
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import UNSET

from events.codec import encode
from events.timestamp import canonical, to_ms
from web.answers import json_answer
from web.clock import now
from web.desk.access import client_of, door, needs
from web.desk.limits import Limits
from web.desk.once import CodeGiven, OneTimeCode
from web.desk.posts import LARGEST_BODY, decoded
from web.desk.tokens import Grant, Tokens, TokenWish
from web.errors import ProblemError
from web.openapi.described import answers, created, removed
from web.openapi.schema import RedeemPost, TokenPost
from web.public import AnyRequest

TokensHere = NamedDependency[SkipValidation[Tokens]]

_log: Final = structlog.get_logger("tokens")


class TokenMade(Grant, frozen=True, kw_only=True):
    """A grant with its token, which is shown in this answer alone."""

    token: str


class TokenList(msgspec.Struct, frozen=True):
    """What was issued and not revoked, oldest first."""

    tokens: list[Grant]


@post(
    "/api/tokens",
    summary="Make a token; it is shown in this answer alone",
    guards=[needs("administer")],
    request_max_body_size=LARGEST_BODY,
    operation_class=TokenPost,
    responses=created(TokenMade, 400, 401, 403, 413, 429, 503),
    security=[{"bearer": []}],
)
async def make(request: AnyRequest, tokens: TokensHere) -> Response[bytes]:
    wish = decoded(await request.body(), TokenWish)
    expires_at = wish.expires_at if wish.expires_at is UNSET else canonical(wish.expires_at)
    if expires_at is not UNSET and to_ms(expires_at) <= to_ms(now()):
        raise ProblemError("bad-request", f"`expires_at` {expires_at} is past; give a later time.")
    by = request.state.grant.name
    grant, token = await tokens.issue(
        wish.name, wish.role, by=by, ceremony=wish.ceremony, expires_at=expires_at
    )
    _log.info("token issued", token=grant.id, actor=grant.name, role=grant.role, by=by)
    return _made(grant, token)


@get(
    "/api/tokens",
    summary="List the tokens, without what would let one use them",
    guards=[needs("administer")],
    responses=answers(TokenList, 401, 403, 429, 503),
    security=[{"bearer": []}],
    sync_to_thread=False,
)
def listed(tokens: TokensHere) -> Response[bytes]:
    return json_answer(encode(TokenList(list(tokens.listed()))), cache="no-store")


@get(
    "/api/tokens/mine",
    summary="Read what the token that asks is good for",
    guards=[needs("read")],
    responses=answers(Grant, 401, 403, 429, 503),
    security=[{"bearer": []}],
    sync_to_thread=False,
)
def mine(request: AnyRequest) -> Response[bytes]:
    return json_answer(encode(request.state.grant), cache="no-store")


@delete(
    "/api/tokens/{token:str}",
    summary="Revoke a token, at once and for ever",
    guards=[needs("administer")],
    status_code=204,
    responses=removed(401, 403, 404, 429, 503),
    security=[{"bearer": []}],
)
async def revoke(request: AnyRequest, tokens: TokensHere, token: FromPath[str]) -> None:
    by = request.state.grant.name
    if not await tokens.revoke(token, by=by):
        raise ProblemError(
            "not-found", "No token of that id stands; GET /api/tokens lists those that do."
        )
    _log.info("token revoked", token=token, by=by)


@post(
    "/api/tokens/redeem",
    summary="Trade the one-time code of the first start for an admin token",
    request_max_body_size=LARGEST_BODY,
    operation_class=RedeemPost,
    responses=created(TokenMade, 400, 401, 413, 429, 503),
)
async def redeem(request: AnyRequest, tokens: TokensHere) -> Response[bytes]:
    limits: Limits = request.app.state.limits
    limits.guessed(request.client.host if request.client else None)
    code: OneTimeCode = request.app.state.code
    if not code.take(decoded(await request.body(), CodeGiven).code):
        _log.warning("denied", door=door(request), client=client_of(request))
        raise ProblemError(
            "unauthorized",
            "The code is not the one shown at the start, it was used, or its 15 minutes are over;"
            " make a token by 'tracker token new', or restart where the start shows a new code.",
            headers={"WWW-Authenticate": 'Bearer realm="tracker"'},
        )
    grant, token = await tokens.issue("console", "admin", by="first start")
    _log.info("code redeemed", token=grant.id)
    return _made(grant, token)


def _made(grant: Grant, token: str) -> Response[bytes]:
    fields: dict[str, Any] = msgspec.structs.asdict(grant)
    return json_answer(
        encode(TokenMade(**fields, token=token)),
        status=201,
        cache="no-store",
        headers={"Location": f"/api/tokens/{grant.id}"},
    )


HANDLERS = [make, listed, mine, revoke, redeem]
