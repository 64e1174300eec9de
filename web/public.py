"""The public reads: ceremonies, boards, events, frames, winners. No cookies, any origin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Stream

from events.codec import encode
from events.recorded import Recorded, public
from events.store import EventStore, UnknownStream
from tracker.board import Board
from tracker.frames import FramePage
from web.accepting import weighed
from web.answers import (
    BODILESS,
    EDGE_SECOND,
    FOR_EVER,
    NO_CACHE,
    by_packing,
    json_answer,
    larder_of,
    packed_answer,
    unchanged,
    versioned,
)
from web.errors import ProblemError
from web.nights.night import CeremonySummary, Head, Night
from web.nights.nights import Nights
from web.openapi.described import answers
from web.queries import Limit, Version, stretch, version_of
from web.slices import Slices
from web.sockets.response import STREAM_HEADERS
from web.winners import Winners, as_csv, winners

NightsHere = NamedDependency[SkipValidation[Nights]]
StoreHere = NamedDependency[SkipValidation[EventStore]]
AnyRequest = Request[Any, Any, Any]

_NDJSON: Final = "application/x-ndjson"
_CSV: Final = "text/csv"
_PIECE: Final = 16 * 1024
"""Bytes of lines sent at a time: each piece costs as much as ten lines."""
_BY_ACCEPT: Final = {"Vary": "Accept"}


class Ceremonies(msgspec.Struct, frozen=True):
    """All ceremonies, newest start first."""

    ceremonies: list[CeremonySummary]


class Events(msgspec.Struct, frozen=True):
    """Some of a ceremony's events; `head` is the version of its last."""

    events: list[Recorded]
    head: int


def night_of(nights: Nights, ceremony: str) -> Night:
    """
    Return the ceremony's current night.

    Raises:
        UnknownStream: There is none.
    """
    night = nights.get(ceremony)
    if night is None:
        raise UnknownStream(ceremony)
    return night


async def read_up_to_the_board(
    store: EventStore, night: Night, after: int, limit: int
) -> tuple[list[Recorded], int]:
    """
    Return events, and the head; none is past it, though the log may be ahead of the board.

    Raises:
        StoreError: The log cannot be read.
    """
    head = night.version
    found = store.read(night.history, after=after, limit=max(0, min(limit, head - after)))
    return [recorded async for recorded in found], head


@get(
    "/api/ceremonies",
    summary="List the ceremonies",
    responses=answers(Ceremonies),
)
async def list_ceremonies(request: AnyRequest, nights: NightsHere) -> Response[bytes]:
    summaries = sorted((night.summary for night in nights), key=lambda each: each.id)
    summaries.sort(key=lambda each: each.starts_at, reverse=True)
    body = encode(Ceremonies(summaries))
    larder, key = larder_of(request), ("ceremonies", body)
    packed = larder.get(key) or larder.put(key, body)
    return packed_answer(request, packed, headers={**EDGE_SECOND, **by_packing()})


@get(
    "/api/ceremonies/{ceremony:str}",
    summary="Tell where a ceremony stands",
    responses=answers(Head, 404, kept=True),
)
async def read_head(
    request: AnyRequest, nights: NightsHere, ceremony: FromPath[str]
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    etag = f"{night.epoch}:{night.version}"
    return await versioned(request, f"head {ceremony}", etag, night.head_json)


@get(
    "/api/ceremonies/{ceremony:str}/board",
    summary="Show the board at a version",
    responses=answers(Board, 400, 404, 503, kept=True),
)
async def read_board(
    request: AnyRequest, nights: NightsHere, ceremony: FromPath[str], at: Version = None
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    version = version_of("at", at, night.version)
    if version > night.version:
        raise ProblemError(
            "not-found",
            f"That version of {ceremony!r} is yet to come; it has {night.version}.",
        )
    etag = f"{night.epoch}:{version}"
    return await versioned(request, f"board {ceremony}", etag, lambda: night.board_json(version))


@get(
    "/api/ceremonies/{ceremony:str}/events",
    summary="Read the log",
    responses=answers(Events, 400, 404, 503),
)
async def read_events(
    request: AnyRequest,
    nights: NightsHere,
    store: StoreHere,
    ceremony: FromPath[str],
    after: Version = None,
    limit: Limit = None,
) -> Response[bytes] | Stream:
    night = night_of(nights, ceremony)
    first, most = stretch(after, limit)
    if weighed(request.headers.get("accept", "")).get(_NDJSON, 0) > 0:
        await store.check()  # while it can still be said
        return Stream(
            _lines(store, night, first, None if limit is None else most),
            media_type=_NDJSON,
            headers={"Cache-Control": NO_CACHE, **_BY_ACCEPT},
        )
    events, head = await read_up_to_the_board(store, night, first, most)
    return json_answer(encode(Events([*map(public, events)], head)), headers=_BY_ACCEPT)


async def _lines(
    store: EventStore, night: Night, after: int, limit: int | None
) -> AsyncIterator[bytes]:
    slices, lines = Slices(), bytearray()
    async for recorded in store.read(night.history, after=after, limit=limit):
        lines += encode(public(recorded)) + b"\n"
        if len(lines) >= _PIECE:
            yield bytes(lines)
            lines.clear()
        await slices.rest()  # a fast reader would never make it wait
    if lines:
        yield bytes(lines)


@get(
    "/api/ceremonies/{ceremony:str}/events/{version:int}",
    summary="Read one event",
    responses=answers(Recorded, 404, 503, kept=True),
)
async def read_event(
    request: AnyRequest,
    nights: NightsHere,
    store: StoreHere,
    ceremony: FromPath[str],
    version: FromPath[int],
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    if not 1 <= version <= night.version:
        raise ProblemError(
            "not-found", f"{ceremony!r} has no version {version}; it has {night.version}."
        )
    etag = f"{night.epoch}:{version}"
    if (same := unchanged(request, etag)) is not None:
        return same
    # Read to its end, so that no generator is left to the garbage collector.
    found = store.read(night.history, after=version - 1, limit=1)
    [recorded] = [each async for each in found]
    return json_answer(encode(public(recorded)), etag=etag)


@get(
    "/api/ceremonies/{ceremony:str}/frames/{epoch:str}/{page:int}",
    summary="Read a page of frames",
    responses=answers(FramePage, 404, 503, kept=True),
)
async def read_frames(
    request: AnyRequest,
    nights: NightsHere,
    ceremony: FromPath[str],
    epoch: FromPath[str],
    page: FromPath[int],
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    telling = await night.telling(epoch)
    if telling is None:
        raise ProblemError(
            "not-found", f"{ceremony!r} has no epoch {epoch!r} now; read its head again."
        )
    if not telling.has_page(page):
        raise ProblemError("not-found", f"{ceremony!r} has no page {page} yet.")
    full = telling.page_is_full(page)
    etag = f"{epoch}:{page}:{'full' if full else telling.version}"
    cache = FOR_EVER if full else NO_CACHE
    return await versioned(
        request, f"page {ceremony}", etag, lambda: telling.page_json(page), cache=cache
    )


@get(
    "/api/ceremonies/{ceremony:str}/winners.json",
    summary="List the winners",
    responses=answers(Winners, 404, kept=True),
)
async def read_winners(
    request: AnyRequest, nights: NightsHere, ceremony: FromPath[str]
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    etag = f"{night.epoch}:{night.version}"
    return await versioned(request, f"winners {ceremony}", etag, lambda: encode(winners(night)))


@get(
    "/api/ceremonies/{ceremony:str}/winners.csv",
    summary="List the winners as a table",
    responses=answers(str, 404, kept=True, media_type=_CSV),
)
async def read_winners_table(
    request: AnyRequest, nights: NightsHere, ceremony: FromPath[str]
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    etag = f"{night.epoch}:{night.version}"
    shown = {"Content-Disposition": f'inline; filename="{night.ceremony}-winners.csv"'}
    return await versioned(
        request,
        f"table {ceremony}",
        etag,
        lambda: as_csv(winners(night)).encode(),
        headers=shown,
        media_type=_CSV,
    )


@get("/api/ceremonies/{ceremony:str}/live", include_in_schema=False)
async def head_of_the_live_feed(
    request: AnyRequest, nights: NightsHere, ceremony: FromPath[str]
) -> Stream:
    night_of(nights, ceremony)
    if BODILESS not in request.scope["state"]:
        # The live protocol answers what is spelled as it should be, before it comes here.
        raise ProblemError("not-found", f"The live feed is at /api/ceremonies/{ceremony}/live.")
    return Stream((), headers=STREAM_HEADERS)


@get("/api/ceremonies/{ceremony:str}/replay", include_in_schema=False)
async def replay_without_a_socket(nights: NightsHere, ceremony: FromPath[str]) -> None:
    night_of(nights, ceremony)
    raise ProblemError(
        "upgrade-required",
        "A replay is played on a socket; open this address with a WebSocket client.",
        headers={"Upgrade": "websocket"},
    )


HANDLERS = [
    list_ceremonies,
    read_head,
    read_board,
    read_events,
    read_event,
    read_frames,
    read_winners,
    read_winners_table,
    head_of_the_live_feed,
    replay_without_a_socket,
]
