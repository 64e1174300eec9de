"""The addresses of the pages."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from web.pages.files import file_route
from web.pages.headlines import Subject
from web.pages.pages import EMBED, Pages
from web.pages.shell import BUILT
from web.public import AnyRequest, NightsHere

_SCREENS = (
    "",
    "/tv",
    "/overlay",
    "/overlay/board",
    "/overlay/lower-third",
    "/overlay/ticker",
    EMBED,
)
"""What a night's addresses have after its id, where they show all of it."""


def page_routes(built: Path = BUILT, *, show_rehearsals: bool = False) -> list[HTTPRouteHandler]:
    """
    Return the handlers of the pages and of their files, all of which are read once, at start.

    Args:
        built: Where the built page lies.
        show_rehearsals: List them on the index page.
    """
    pages = Pages(built, show_rehearsals=show_rehearsals)

    @get("/", include_in_schema=False)
    async def front(request: AnyRequest, nights: NightsHere) -> Response[bytes]:
        return await pages.front(request, nights)

    @get(["/console", "/console/{ceremony:str}"], include_in_schema=False)
    async def console(request: AnyRequest) -> Response[bytes]:
        return await pages.console(request)

    @get("/{ceremony:str}/winners", include_in_schema=False)
    async def winners(
        request: AnyRequest, nights: NightsHere, ceremony: FromPath[str]
    ) -> Response[bytes]:
        return await pages.winners(request, nights, ceremony)

    return [
        front,
        console,
        *(_screen(pages, path) for path in _SCREENS),
        *(_subject(pages, kind) for kind in get_args(Subject)),
        winners,
        file_route(built),
    ]


def _screen(pages: Pages, path: str) -> HTTPRouteHandler:
    @get(f"/{{ceremony:str}}{path}", include_in_schema=False)
    async def screen(
        request: AnyRequest, nights: NightsHere, ceremony: FromPath[str]
    ) -> Response[bytes]:
        return await pages.night(request, nights, ceremony, path)

    return screen


def _subject(pages: Pages, kind: Subject) -> HTTPRouteHandler:
    @get(f"/{{ceremony:str}}/{kind}/{{key:str}}", include_in_schema=False)
    async def subject(
        request: AnyRequest, nights: NightsHere, ceremony: FromPath[str], key: FromPath[str]
    ) -> Response[bytes]:
        return await pages.night(request, nights, ceremony, f"/{kind}/{key}", (kind, key))

    return subject
