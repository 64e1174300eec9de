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
from events.timestamp import from_ms, to_ms
from web.answers import json_answer
from web.clock import now
from web.desk.access import client_of, door, needs
from web.desk.invitations import CodeGiven, Invitations
from web.desk.limits import Limits
from web.desk.posts import LARGEST_BODY, decoded
from web.desk.tokens import Grant, Tokens, TokenWish
from web.errors import ProblemError
from web.openapi.described import answers, created, removed
from web.openapi.schema import RedeemPost, TokenPost
from web.public import AnyRequest

TokensHere = NamedDependency[SkipValidation[Tokens]]
InvitationsHere = NamedDependency[SkipValidation[Invitations]]

_INVITED_MS: Final = 24 * 60 * 60 * 1000

_log: Final = structlog.get_logger("tokens")


class TokenMade(Grant, frozen=True, kw_only=True):
    """A grant with its token, which is shown in this answer alone."""

    token: str


class Invited(msgspec.Struct, frozen=True):
    """
    A code for `/console#once=CODE`, which one person trades for a token of their own.

    Attributes:
        until: From then on it is good for nothing, or from the server's next start on.
    """

    code: str
    until: str


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
    return await _issue(tokens, _wish(await request.body()), by=request.state.grant.name)


@post(
    "/api/tokens/invitations",
    summary="Invite somebody to a token of their own, by an address that signs in once",
    guards=[needs("administer")],
    request_max_body_size=LARGEST_BODY,
    operation_class=TokenPost,
    responses=created(Invited, 400, 401, 403, 413, 429, 503),
    security=[{"bearer": []}],
)
async def invite(request: AnyRequest, invitations: InvitationsHere) -> Response[bytes]:
    wish, by = _wish(await request.body()), request.state.grant
    moment = to_ms(now())
    until = moment + _INVITED_MS
    if wish.expires_at is not UNSET:
        until = min(until, to_ms(wish.expires_at))
    code = invitations.invite(wish, by, (until - moment) / 1000)
    _log.info("invited", actor=wish.name, role=wish.role, by=by.name)
    return json_answer(encode(Invited(code, from_ms(until))), status=201, cache="no-store")


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
    summary="Trade the code of an invitation, or of the first start, for a token",
    request_max_body_size=LARGEST_BODY,
    operation_class=RedeemPost,
    responses=created(TokenMade, 400, 401, 413, 429, 503),
)
async def redeem(
    request: AnyRequest, tokens: TokensHere, invitations: InvitationsHere
) -> Response[bytes]:
    limits: Limits = request.app.state.limits
    limits.guessed(request.client.host if request.client else None)
    async with invitations.taken(decoded(await request.body(), CodeGiven).code) as found:
        # Whoever may invite no more has invited nobody.
        if found is None or not (found.by is None or tokens.stands(found.by)):
            _log.warning("denied", door=door(request), client=client_of(request))
            raise ProblemError(
                "unauthorized",
                "The code is not known, has been used, or has expired. Ask who invited you for"
                " another address, or make a token with 'tracker token new' on the server's"
                " machine.",
                headers={"WWW-Authenticate": 'Bearer realm="tracker"'},
            )
        by = "first start" if found.by is None else found.by.name
        return await _issue(tokens, found.wish, by=by)


def _wish(body: bytes) -> TokenWish:
    """Read what token is wished for; its end, if it has one, is to come."""
    wish = decoded(body, TokenWish)
    if refusal := wish.refusal(now()):
        raise ProblemError("bad-request", refusal)
    return wish


async def _issue(tokens: Tokens, wish: TokenWish, *, by: str) -> Response[bytes]:
    grant, token = await tokens.issue(
        wish.name, wish.role, by=by, ceremony=wish.ceremony, expires_at=wish.expires_at
    )
    _log.info("token issued", token=grant.id, actor=grant.name, role=grant.role, by=by)
    return _made(grant, token)


def _made(grant: Grant, token: str) -> Response[bytes]:
    fields: dict[str, Any] = msgspec.structs.asdict(grant)
    return json_answer(
        encode(TokenMade(**fields, token=token)),
        status=201,
        cache="no-store",
        headers={"Location": f"/api/tokens/{grant.id}"},
    )


HANDLERS = [make, invite, listed, mine, revoke, redeem]
