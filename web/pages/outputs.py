"""The winners for feed readers, and the night for calendars."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter

from web.answers import json_answer, unchanged, versioned
from web.errors import ProblemError
from web.nights.night import Night
from web.openapi.described import answers
from web.pages.catalogue import DEFAULT, LANGUAGES, WORDS, Language
from web.pages.ics import ics, occasion
from web.pages.rss import rss
from web.pages.scene import Place, base_of
from web.public import NightsHere, night_of

_HERE: Final = "/api/ceremonies"
_RSS: Final = "application/rss+xml"
_ICS: Final = "text/calendar"

Wanted = Annotated[
    str | None,
    QueryParameter(
        description=f"One of {', '.join(LANGUAGES)}; anything else is taken for {DEFAULT}",
        schema_extra={"type": "string", "default": DEFAULT},
    ),
]
_AnyRequest = Request[Any, Any, Any]


@get(
    "/api/ceremonies/{ceremony:str}/winners.rss",
    summary="Follow the winners with a feed reader",
    responses=answers(str, 404, kept=True, media_type=_RSS),
)
async def read_feed(
    request: _AnyRequest, nights: NightsHere, ceremony: FromPath[str], lang: Wanted = None
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    place = _place(request, f"{_HERE}/{ceremony}/winners.rss", lang)
    etag = _etag(night, place)
    return await versioned(
        request,
        f"feed {place.address()}",
        etag,
        lambda: rss(WORDS[_language(lang)], night, place),
        media_type=f"{_RSS}; charset=utf-8",
    )


@get(
    "/api/ceremonies/{ceremony:str}/ceremony.ics",
    summary="Put the ceremony into a calendar",
    responses=answers(str, 404, kept=True, media_type=_ICS),
)
async def read_calendar(
    request: _AnyRequest, nights: NightsHere, ceremony: FromPath[str], lang: Wanted = None
) -> Response[bytes]:
    night = night_of(nights, ceremony)
    place = _place(request, f"{_HERE}/{ceremony}/ceremony.ics", lang)
    etag = _etag(night, place)
    if (same := unchanged(request, etag)) is not None:
        return same
    told = occasion(WORDS[_language(lang)], night, place)
    if told is None:
        raise ProblemError(
            "not-found", f"{ceremony!r} is not scheduled yet, so it has no calendar."
        )
    shown = {"Content-Disposition": f'inline; filename="{night.ceremony}.ics"'}
    return json_answer(
        await asyncio.to_thread(ics, told), etag=etag, headers=shown, media_type=_ICS
    )


HANDLERS: Final = [read_feed, read_calendar]


def _language(wanted: str | None) -> Language:
    # Only what the address says: readers of feeds keep what they got, and share it.
    return next((language for language in LANGUAGES if language == wanted), DEFAULT)


def _etag(night: Night, place: Place) -> str:
    """Return the tag of a night as told at a place, with whose host all links begin."""
    where = hashlib.sha256(place.address().encode()).hexdigest()[:12]
    return f"{night.epoch}:{night.version}:{where}"


def _place(request: _AnyRequest, path: str, wanted: str | None) -> Place:
    language = _language(wanted)
    query = {"lang": language} if wanted == language else {}
    return Place(base_of(request), path, query)
