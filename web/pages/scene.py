"""What a request for a page asks to see: when of the night, in which language, covered or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from litestar import Request

from events.store import StoreError
from tracker.board import Board
from web.nights.night import Night
from web.pages.catalogue import DEFAULT, WORDS, Language, Words, language_of, spoken
from web.queries import number
from web.settings import Settings

# What a client says of its own accord is told back in addresses: a name or a number, and a port.
_HOST: Final = re.compile(r"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class Asked(NamedTuple):
    """
    What the query and the headers of a request ask for.

    Attributes:
        base: Scheme and host of links; see `base_of`.
        language: Of all texts.
        chosen: Whether the query names that language, rather than the browser's settings.
        at: A version, which may be past the head; None for the head.
        covered: The winners are not to be told.
    """

    base: str
    language: Language
    chosen: bool
    at: int | None
    covered: bool

    @property
    def headers(self) -> dict[str, str]:
        """Those of an answer that is written in the language."""
        return {"Content-Language": self.language, "Vary": "Accept-Language"}

    @property
    def words(self) -> Words:
        return WORDS[self.language]

    def query(self, **more: str | int) -> str:
        """Return the query of a link that keeps the language, with `more` in it."""
        kept = {"lang": self.language} if self.chosen else {}
        return written({**more, **kept})


class Scene(NamedTuple):
    """
    A night at a version.

    Attributes:
        moment: Whether that version was asked for, rather than the head.
    """

    night: Night
    version: int
    moment: bool

    def image(self, wish: Asked) -> str:
        """Return the path of the picture of the board, or of one that tells no result."""
        name = "cover" if wish.covered else str(self.version)
        lang = {} if wish.language == DEFAULT else {"lang": wish.language}
        return f"/og/{self.night.ceremony}/{self.night.epoch}/{name}.png{written(lang)}"

    def feed(self, wish: Asked) -> str:
        """Return the path of the night's feed."""
        return f"/api/ceremonies/{self.night.ceremony}/winners.rss{wish.query()}"

    def query(self, wish: Asked) -> str:
        """Return the query of a link that keeps the moment and the language."""
        return wish.query(at=self.version) if self.moment else wish.query()

    def key(self, wish: Asked, page: str) -> tuple[object, ...]:
        """Return all that the texts of a page depend on."""
        seen = (self.night.ceremony, self.night.epoch, self.version, self.moment)
        return (page, *seen, wish.language, wish.chosen, wish.covered)

    def place(self, wish: Asked, path: str) -> Place:
        """Return where a page of the night is; `path` is what follows the ceremony's id."""
        query = {"at": str(self.version)} if self.moment else {}
        return place_of(wish, f"/{self.night.ceremony}{path}", query)

    async def seen(self) -> tuple[Scene, Board]:
        """Return this scene and its board; those of the head where the log is out of reach."""
        try:
            return self, await self.night.board_at(self.version)
        except StoreError:
            return Scene(self.night, self.night.version, moment=False), self.night.board


class Place(NamedTuple):
    """
    An address, by its parts, so that it can be told in every language.

    Attributes:
        base: Scheme and host; see `base_of`.
        path: Begins with a slash.
        query: What of the request's query belongs to the page.
    """

    base: str
    path: str
    query: Mapping[str, str]

    def at(self, path: str, **more: str | int) -> str:
        """Return the whole address of another page, in the same language."""
        kept = {name: value for name, value in self.query.items() if name == "lang"}
        return f"{self.base}{path}{written({**more, **kept})}"

    def address(self, **more: str) -> str:
        """Return the whole address, its query with `more` in it."""
        return f"{self.base}{self.path}{written({**self.query, **more})}"


def place_of(wish: Asked, path: str, query: Mapping[str, str] | None = None) -> Place:
    """Return where a page is, its query as far as it belongs to the page."""
    cover = {"cover": ""} if wish.covered else {}
    lang = {"lang": wish.language} if wish.chosen else {}
    return Place(wish.base, path, {**(query or {}), **cover, **lang})


def written(query: Mapping[str, str | int]) -> str:
    """Return a query as an address has it; what has no value is told by its name alone."""
    pairs = (urlencode({name: value}).removesuffix("=") for name, value in query.items())
    return f"?{'&'.join(pairs)}" if query else ""


def base_of(request: Request[Any, Any, Any]) -> str:
    """
    Return the scheme and host with which links begin.

    The public address, where one is set; else those by which the request came, or our own where
    it names no host.
    """
    settings: Settings = request.app.state.settings
    if settings.public_url is not None:
        return settings.public_url
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("localhost", None)
        host = name if port is None else f"{name}:{port}"
    return f"{request.scope['scheme']}://{host}"


def asked(request: Request[Any, Any, Any]) -> Asked:
    """Read a request. Total: what makes no sense asks for nothing."""
    query = request.query_params
    wanted = query.get("lang")
    at = query.get("at")
    return Asked(
        base_of(request),
        language_of(wanted, request.headers.get("accept-language", "")),
        spoken(wanted) is not None,
        None if at is None else number(at),
        "cover" in query,
    )


def scene(night: Night, wish: Asked) -> Scene:
    """Return the night at the moment asked for, or at its head where there is no such moment."""
    if wish.at is None or wish.at > night.version:
        return Scene(night, night.version, moment=False)
    return Scene(night, wish.at, moment=True)
