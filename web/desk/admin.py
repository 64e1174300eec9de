"""The producer's doors: a programme, events, a rehearsal; each post checked in one fixed order."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
import structlog
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import UNSET, UnsetType

from events.ceremony import tag_of
from events.codec import encode
from events.recorded import Recorded
from tracker.desk import REHEARSAL, Desk
from tracker.frames import Frame, epoch
from tracker.outcomes import Posted, RefusedByRule, Stale
from web.answers import json_answer
from web.desk.access import known, needs, needs_for_event
from web.desk.misread import programme_of
from web.desk.posts import LARGEST_BODY, event_of, expected_of, key_of, rehearsal_of
from web.desk.programme import Programme, programme_events
from web.desk.programme_csv import MEDIA_TYPE as CSV
from web.desk.programme_csv import table_of
from web.errors import ProblemError, RefusedInTable
from web.nights.nights import Nights
from web.openapi.described import answers, post_answers
from web.openapi.schema import EventPost, ProgrammePost, RehearsalPost
from web.public import AnyRequest, NightsHere, StoreHere, night_of, read_up_to_the_board
from web.queries import Limit, Version, Wish, stretch, wished

DeskHere = NamedDependency[SkipValidation[Desk]]

_MOST_SINCE: Final = 64

_log: Final = structlog.get_logger("admin")


class Answer(msgspec.Struct, frozen=True):
    """What a post led to: the event's version and its frame."""

    version: int
    frame: Frame


class Scheduled(msgspec.Struct, frozen=True):
    """A ceremony's id and the version its programme ends with; of a table that is tried, it all."""

    id: str
    version: int
    programme: Programme | UnsetType = UNSET


class RehearsalBegun(msgspec.Struct, frozen=True):
    """A rehearsal's id, the version its programme ends with, and the epoch of its history."""

    id: str
    version: int
    epoch: str


@post(
    "/api/ceremonies",
    summary="Schedule a ceremony with its programme, all or nothing",
    guards=[needs("administer")],
    request_max_body_size=LARGEST_BODY,
    operation_class=ProgrammePost,
    responses=post_answers(Scheduled, 400, 401, 403, 409, 413, 422, 429, 503),
    security=[{"bearer": []}],
)
async def schedule(
    request: AnyRequest,
    desk: DeskHere,
    nights: NightsHere,
    dry_run: Wish = None,
) -> Response[bytes]:
    body = await request.body()
    given = request.headers.get("content-type", "").partition(";")[0]
    is_table = given.strip().lower() == CSV
    # In a thread, since each wrong line of 64 KiB is looked at: some 50 ms that hold up nobody.
    table = None
    if is_table:
        table = await asyncio.to_thread(table_of, body, dict(request.query_params))
    programme = table.programme if table else await asyncio.to_thread(programme_of, body)
    is_dry = wished("dry_run", dry_run)
    try:
        posted = await desk.schedule(
            programme.ceremony.id,
            programme_events(programme),
            actor=request.state.grant.name,
            key=key_of(request, encode(programme)),
            dry_run=is_dry,
        )
    except RefusedByRule as refused:
        raise RefusedInTable(refused, table.place) if table else refused from None
    if not is_dry:
        await nights.shown(posted.history, posted.version)
    if posted.new:
        _log.info("scheduled", ceremony=programme.ceremony.id, version=posted.version)
    return json_answer(
        encode(
            Scheduled(
                programme.ceremony.id, posted.version, programme if table and is_dry else UNSET
            )
        ),
        status=201 if posted.new else 200,
        cache="no-store",
        headers={"Location": f"/api/ceremonies/{programme.ceremony.id}"} if posted.new else {},
    )


@post(
    "/api/ceremonies/{ceremony:str}/rehearsals",
    summary="Begin a rehearsal, in place of the last one",
    guards=[needs("rehearse"), known],
    request_max_body_size=LARGEST_BODY,
    operation_class=RehearsalPost,
    responses=post_answers(RehearsalBegun, 400, 401, 403, 404, 409, 413, 422, 429, 503),
    security=[{"bearer": []}],
)
async def rehearse(
    request: AnyRequest, desk: DeskHere, nights: NightsHere, ceremony: FromPath[str]
) -> Response[bytes]:
    body = await request.body()  # it says nothing, but its size counts, and a key belongs to it
    if ceremony.endswith(REHEARSAL):
        raise ProblemError(
            "bad-request", f"{ceremony!r} is a rehearsal; rehearse the ceremony itself."
        )
    key = key_of(request, rehearsal_of(body))
    posted = await desk.rehearse(ceremony, actor=request.state.grant.name, key=key)
    await nights.shown(posted.history, posted.version)
    begun = RehearsalBegun(posted.history.ceremony, posted.version, epoch(posted.history))
    if posted.new:
        _log.info("rehearsal begun", ceremony=begun.id, epoch=begun.epoch)
    return json_answer(
        encode(begun),
        status=201 if posted.new else 200,
        cache="no-store",
        headers={"Location": f"/api/ceremonies/{begun.id}"} if posted.new else {},
    )


@post(
    "/api/ceremonies/{ceremony:str}/events",
    summary="Append one event",
    guards=[needs_for_event],
    request_max_body_size=LARGEST_BODY,
    operation_class=EventPost,
    responses=post_answers(Answer, 400, 401, 403, 404, 409, 412, 413, 422, 429, 503),
    security=[{"bearer": []}],
)
async def append(
    request: AnyRequest,
    desk: DeskHere,
    nights: NightsHere,
    ceremony: FromPath[str],
    dry_run: Wish = None,
) -> Response[bytes]:
    event, occurred_at = event_of(await request.body())
    is_dry = wished("dry_run", dry_run)
    digest = encode({"event": event, "occurred_at": occurred_at})
    try:
        posted = await desk.post(
            ceremony,
            event,
            actor=request.state.grant.name,
            occurred_at=occurred_at,
            key=key_of(request, digest),
            expected=expected_of(request),
            dry_run=is_dry,
        )
    except Stale as stale:
        night = await nights.reached(stale.history, stale.head)
        since = range(stale.known + 1, min(stale.head, stale.known + _MOST_SINCE) + 1)
        frames = [msgspec.Raw(night.frame_json(version)) for version in since]
        more = {"head": stale.head, "epoch": night.epoch, "frames": frames}
        raise ProblemError("stale", str(stale), more=more) from stale
    return await _answer(ceremony, posted, nights)


async def _answer(ceremony: str, posted: Posted, nights: Nights) -> Response[bytes]:
    if posted.recorded is not None and not posted.new:
        night = await nights.reached(posted.history, posted.version - 1)
        frame = await night.preview(posted.recorded)
        headers = {}
    else:
        night = await nights.reached(posted.history, posted.version)
        frame = night.frame_json(posted.version)
        headers = {
            "Location": f"/api/ceremonies/{ceremony}/events/{posted.version}",
            "ETag": f'"{night.epoch}:{posted.version}"',
        }
    if posted.new and posted.recorded is not None:
        _log.info(
            "appended",
            ceremony=ceremony,
            version=posted.version,
            type=tag_of(posted.recorded.event),
            actor=posted.recorded.actor,
        )
    return json_answer(
        encode({"version": posted.version, "frame": msgspec.Raw(frame)}),
        status=201 if posted.new else 200,
        cache="no-store",
        headers=headers,
    )


class Log(msgspec.Struct, frozen=True):
    """Some of a ceremony's events with their actors; `head` is the version of its last."""

    events: list[Recorded]
    head: int


@get(
    "/api/ceremonies/{ceremony:str}/log",
    summary="Read the log with its actors",
    guards=[needs("read")],
    responses=answers(Log, 400, 401, 403, 404, 429, 503),
    security=[{"bearer": []}],
)
async def read_log(
    nights: NightsHere,
    store: StoreHere,
    ceremony: FromPath[str],
    after: Version = None,
    limit: Limit = None,
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    first, most = stretch(after, limit)
    events, head = await read_up_to_the_board(store, night, first, most)
    return json_answer(encode(Log(events, head)), cache="no-store")


HANDLERS = [schedule, rehearse, append, read_log]
