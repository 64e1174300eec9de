"""The doors where addresses ask to be told of a ceremony's events."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from events.codec import encode
from web.answers import json_answer
from web.desk.access import needs
from web.desk.posts import LARGEST_BODY, decoded
from web.errors import AGAIN, ProblemError
from web.openapi.described import answers, created, removed
from web.openapi.schema import WebhookPost
from web.public import AnyRequest, NightsHere, night_of
from web.webhooks.courier import Find
from web.webhooks.destinations import BadDestination
from web.webhooks.resolver import TooManyLookups
from web.webhooks.subscriptions import Standing, Webhook, Webhooks, WebhookWish

WebhooksHere = NamedDependency[SkipValidation[Webhooks]]

_MOST: Final = 100
_log: Final = structlog.get_logger("webhooks")


class WebhookMade(Webhook, frozen=True, kw_only=True):
    """A webhook with the secret that its deliveries are signed with, shown in this answer alone."""

    secret: str


class WebhookList(msgspec.Struct, frozen=True):
    """All webhooks, and how their deliveries go."""

    webhooks: list[Standing]


@post(
    "/api/webhooks",
    summary="Tell an address of a ceremony's events from now on",
    guards=[needs("administer")],
    request_max_body_size=LARGEST_BODY,
    operation_class=WebhookPost,
    responses=created(WebhookMade, 400, 401, 403, 404, 413, 429, 503),
    security=[{"bearer": []}],
)
async def add(request: AnyRequest, webhooks: WebhooksHere, nights: NightsHere) -> Response[bytes]:
    wish = decoded(await request.body(), WebhookWish)
    night = night_of(nights, wish.ceremony)
    if len(webhooks.all()) >= _MOST:
        raise ProblemError("bad-request", f"There are {_MOST} webhooks; remove one first.")
    find: Find = request.app.state.find_new
    try:
        await find(wish.url)
    except TooManyLookups as problem:
        raise ProblemError("unavailable", str(problem), headers=AGAIN) from problem
    except BadDestination as problem:
        raise ProblemError("bad-request", f"{problem} - at `$.url`.") from problem
    by = request.state.grant.name
    webhook, secret = await webhooks.add(wish, night.history, night.version, by=by)
    _log.info("webhook added", webhook=webhook.id, ceremony=webhook.ceremony, by=by)
    return json_answer(
        encode(WebhookMade(**msgspec.structs.asdict(webhook), secret=secret)),
        status=201,
        cache="no-store",
        headers={"Location": f"/api/webhooks/{webhook.id}"},
    )


@get(
    "/api/webhooks",
    summary="List the webhooks, and how their deliveries go",
    guards=[needs("administer")],
    responses=answers(WebhookList, 401, 403, 429, 503),
    security=[{"bearer": []}],
    sync_to_thread=False,
)
def listed(webhooks: WebhooksHere) -> Response[bytes]:
    return json_answer(encode(WebhookList(list(webhooks.standing()))), cache="no-store")


@delete(
    "/api/webhooks/{webhook:str}",
    summary="Tell an address no more",
    guards=[needs("administer")],
    status_code=204,
    responses=removed(401, 403, 404, 429, 503),
    security=[{"bearer": []}],
)
async def remove(request: AnyRequest, webhooks: WebhooksHere, webhook: FromPath[str]) -> None:
    by = request.state.grant.name
    if not await webhooks.remove(webhook, by=by):
        raise ProblemError(
            "not-found", f"No webhook {webhook[:64]!r} stands; GET /api/webhooks lists them."
        )
    _log.info("webhook removed", webhook=webhook, by=by)


HANDLERS: Final = [add, listed, remove]
