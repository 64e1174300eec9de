"""The pictures that stand for a night where it is linked, and the icons of the installed page."""

from __future__ import annotations

from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from web.answers import FOR_EVER, NO_CACHE, json_answer, unchanged
from web.errors import ProblemError
from web.nights.night import Night
from web.pages.catalogue import DEFAULT, WORDS, Language, spoken
from web.pictures.picture import Picture, Subject, cover_of, picture_of
from web.pictures.studio import Studio
from web.public import AnyRequest, NightsHere, night_of
from web.queries import Version, number, version_of

_PNG: Final = "image/png"
_SUFFIX: Final = ".png"
_COVER: Final = "cover"


def og_routes(studio: Studio) -> list[HTTPRouteHandler]:
    """Return the handlers of the pictures, which a studio draws."""

    @get("/og/{name:str}", include_in_schema=False)
    async def now(
        request: AnyRequest, nights: NightsHere, name: FromPath[str], at: Version = None
    ) -> Response[bytes]:
        plain = _plain(name)
        icon = await studio.icon(plain)
        if icon is not None:
            etag = f"{plain}-1"
            return unchanged(request, etag) or json_answer(icon, etag=etag, media_type=_PNG)
        night = night_of(nights, plain)
        version = _version(night, version_of("at", at, night.version))
        return await _moment(request, studio, night, version, NO_CACHE)

    @get("/og/{ceremony:str}/{epoch:str}/{name:str}", include_in_schema=False)
    async def at_version(
        request: AnyRequest,
        nights: NightsHere,
        ceremony: FromPath[str],
        epoch: FromPath[str],
        name: FromPath[str],
    ) -> Response[bytes]:
        night = night_of(nights, ceremony)
        if epoch != night.epoch:
            raise ProblemError(
                "not-found", f"{ceremony!r} has no epoch {epoch[:100]!r} now; read its head again."
            )
        plain = _plain(name)
        if plain == _COVER:
            return await _cover(request, studio, night)
        version = number(plain)
        if version is None:
            raise _no_picture(name)
        return await _moment(request, studio, night, _version(night, version), FOR_EVER)

    return [now, at_version]


async def _moment(
    request: AnyRequest, studio: Studio, night: Night, version: int, cache: str
) -> Response[bytes]:
    language = _language(request)
    key = (night.ceremony, night.epoch, version, language)
    etag = f"{night.epoch}:{version}:{language}"
    if (same := unchanged(request, etag, cache)) is not None:
        return same

    async def told() -> Picture:
        return picture_of(WORDS[language], await _subject(night, version))

    body = await studio.picture(key, told)
    return json_answer(body, etag=etag, cache=cache, media_type=_PNG)


async def _cover(request: AnyRequest, studio: Studio, night: Night) -> Response[bytes]:
    language = _language(request)
    # Of one epoch there are several, since a night may be moved to another day.
    picture = cover_of(WORDS[language], await _subject(night, night.version))
    etag = f"{night.epoch}:{_COVER}:{night.chronicle.revisions}:{language}"
    if (same := unchanged(request, etag)) is not None:
        return same

    async def told() -> Picture:
        return picture

    body = await studio.picture((night.ceremony, picture), told)
    return json_answer(body, etag=etag, media_type=_PNG)


async def _subject(night: Night, version: int) -> Subject:
    board = await night.board_at(version)
    name = board.ceremony.name or night.ceremony
    return Subject(name, night.summary.rehearsal, board, night.chronicle, version)


def _version(night: Night, version: int) -> int:
    if version > night.version:
        raise ProblemError(
            "not-found",
            f"That version of {night.ceremony!r} is yet to come; it has {night.version}.",
        )
    return version


def _language(request: AnyRequest) -> Language:
    # By the address alone, since a picture is kept under it by everybody on the way.
    return spoken(request.query_params.get("lang")) or DEFAULT


def _plain(name: str) -> str:
    if not name.endswith(_SUFFIX):
        raise _no_picture(name)
    return name.removesuffix(_SUFFIX)


def _no_picture(name: str) -> ProblemError:
    return ProblemError(
        "not-found",
        f"There is no picture {name[:100]!r}; one is at /og/CEREMONY/EPOCH/VERSION.png.",
    )
