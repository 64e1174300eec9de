"""The pages: one built shell for most, with the texts of a night written into it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final, NamedTuple

from litestar import Response

from tracker.board import Board
from web.answers import html_answer
from web.nights.nights import Nights
from web.pages.headlines import (
    Headline,
    Subject,
    board_headline,
    covered,
    night_name,
    site_headline,
    standing,
    subject_headline,
)
from web.pages.kept import Kept
from web.pages.printed import Printed
from web.pages.scene import Asked, Place, Scene, asked, place_of, scene
from web.pages.shell import BUILT, Shell, head, stylesheet_of
from web.pages.templating import rendered, rendered_in_slices
from web.pages.winners_page import winners_page
from web.policy import EMBEDDABLE, POLICY
from web.public import AnyRequest
from web.slices import Slices

EMBED: Final = "/embed"

_NOT_FOUND: Final = 404
_MOST_TEXTS: Final = 512

_Link = tuple[str, str]
"""What it says, and where it leads."""


class _Texts(NamedTuple):
    """What does not depend on who asks: kept by night, moment, language and page."""

    headline: Headline
    without_script: str


def _size(texts: _Texts) -> int:
    return len(texts.without_script)


class Pages:
    """Writes pages, and keeps what it wrote of a night for those who ask next."""

    def __init__(self, built: Path = BUILT, *, show_rehearsals: bool = False) -> None:
        """
        Read what was built.

        Args:
            built: Where the built page lies.
            show_rehearsals: List them on the index page.
        """
        self._shell: Final = Shell.read(built, show_rehearsals=show_rehearsals)
        self._stylesheet: Final = stylesheet_of(built)
        self._show_rehearsals: Final = show_rehearsals
        self._texts: Final[Kept[tuple[object, ...], _Texts]] = Kept(_MOST_TEXTS, size=_size)
        self._turn: Final = asyncio.Lock()
        self._printed: Final = Printed(self._stylesheet)

    async def front(self, request: AnyRequest, nights: Nights) -> Response[bytes]:
        """Return the index page."""
        wish = asked(request)
        headline = site_headline(wish.words)
        listed = sorted(nights, key=lambda night: night.summary.starts_at, reverse=True)
        links = [
            (night_name(wish.words, night.summary), f"/{night.ceremony}/winners{wish.query()}")
            for night in listed
            if self._show_rehearsals or not night.summary.rehearsal
        ]
        note = wish.words.without_script if links else wish.words.no_ceremonies
        texts = _Texts(headline, self._short(wish, headline, links, note))
        return await self._answer(request, wish, texts, place_of(wish, "/"))

    async def missing(self, request: AnyRequest, *, page: bool = False) -> Response[bytes]:
        """Return the page that says that there is no such ceremony, or no such page of one."""
        wish = asked(request)
        words = wish.words
        sentence = words.no_page if page else words.no_ceremony
        headline = Headline(words.site, sentence, words.about, result=False)
        told = self._short(wish, headline, [(words.home, f"/{wish.query()}")], "")
        texts = _Texts(headline, told)
        return await self._answer(request, wish, texts, None, status=_NOT_FOUND)

    async def console(self, request: AnyRequest) -> Response[bytes]:
        """Return the producer's console: the same page, whoever asks for whatever ceremony."""
        wish = asked(request)
        words = wish.words
        headline = Headline(words.console, words.site, words.about, result=False)
        texts = _Texts(
            headline, self._short(wish, headline, [(words.home, f"/{wish.query()}")], "")
        )
        return await self._answer(request, wish, texts, None)

    async def night(
        self,
        request: AnyRequest,
        nights: Nights,
        ceremony: str,
        path: str = "",
        subject: tuple[Subject, str] | None = None,
    ) -> Response[bytes]:
        """
        Return a page of a night.

        Args:
            request: As it came.
            nights: All there are.
            ceremony: Whose page it is.
            path: What its address has after the ceremony's id.
            subject: Whom or what of the night it is about; None for all of it.
        """
        night = nights.get(ceremony)
        if night is None:
            return await self.missing(request)
        wish = asked(request)
        view = scene(night, wish)
        texts = self._texts.get(view.key(wish, path))
        if texts is None:
            async with self._turn:  # pages are written one at a time, in slices
                texts = self._texts.get(view.key(wish, path))
                if texts is None:
                    view, board = await view.seen()
                    found = await self._written(wish, view, board, subject)
                    if found is None:
                        return await self.missing(request, page=True)
                    texts = self._texts.put(view.key(wish, path), found)
        return await self._answer(
            request,
            wish,
            texts,
            view.place(wish, path),
            image=view.image(wish),
            feed=view.feed(wish),
            listed=not path or subject is not None,
            headers={POLICY: EMBEDDABLE} if path == EMBED else {},
        )

    async def winners(self, request: AnyRequest, nights: Nights, ceremony: str) -> Response[bytes]:
        """Return the winners of a night as a page that needs no script."""
        night = nights.get(ceremony)
        if night is None:
            return await self.missing(request)
        wish = asked(request)
        body = await self._printed.page(wish, scene(night, wish))
        return await html_answer(request, body, headers=wish.headers)

    async def _written(
        self, wish: Asked, view: Scene, board: Board, subject: tuple[Subject, str] | None
    ) -> _Texts | None:
        words, night = wish.words, view.night
        name = night_name(words, night.summary)
        if subject is None:
            headline = board_headline(words, board, name, moment=view.moment)
        else:
            found = subject_headline(words, board, name, subject)
            if found is None and view.version < night.version:
                # Listed later than the moment: it has a page, of which nothing is told yet.
                found = subject_headline(words, night.board, name, subject)
                found = found and found._replace(
                    shared=found.title, description=standing(words, board)
                )
            if found is None:
                return None
            headline = found
        if wish.covered:
            headline = covered(words, headline)
        if subject is None and not wish.covered:
            slices = Slices()
            page = await winners_page(words, view, board, headline.description, slices)
            told = await rendered_in_slices(
                "without_script.html",
                slices,
                words=words,
                page=page,
                query=view.query(wish),
                stylesheet=self._stylesheet,
            )
            return _Texts(headline, told)
        links = [
            (words.full_list, f"/{night.ceremony}/winners{view.query(wish)}"),
            (words.home, f"/{wish.query()}"),
        ]
        kicker = "" if subject is None else name
        told = self._short(wish, headline, links, words.without_script, kicker)
        return _Texts(headline, told)

    def _short(
        self, wish: Asked, headline: Headline, links: list[_Link], note: str, kicker: str = ""
    ) -> str:
        return rendered(
            "without_script.html",
            words=wish.words,
            page=None,
            headline=headline,
            links=links,
            note=note,
            kicker=kicker,
            stylesheet=self._stylesheet,
        )

    async def _answer(
        self,
        request: AnyRequest,
        wish: Asked,
        texts: _Texts,
        place: Place | None,
        *,
        status: int = 200,
        image: str | None = None,
        feed: str | None = None,
        listed: bool = True,
        headers: dict[str, str] | None = None,
    ) -> Response[bytes]:
        written = rendered(
            "head.html",
            **head(wish.words, texts.headline, place, image=image, feed=feed, listed=listed),
        )
        page = self._shell.page(wish.language, written, texts.without_script)
        return await html_answer(
            request, page, status=status, headers={**wish.headers, **(headers or {})}
        )
