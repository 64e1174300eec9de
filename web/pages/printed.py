"""The winners of a night as a whole page, which needs no script and prints well."""

from __future__ import annotations

import asyncio
from typing import Final

from tracker.board import Board
from web.pages.catalogue import LANGUAGES, WORDS
from web.pages.headlines import Headline, covered, night_name, standing
from web.pages.kept import Kept
from web.pages.scene import Asked, Scene
from web.pages.shell import head
from web.pages.templating import rendered_in_slices
from web.pages.winners_page import winners_page
from web.slices import Slices

_MOST: Final = 64


class Printed:
    """Writes the page, and keeps it for those who ask next."""

    def __init__(self, stylesheet: str | None) -> None:
        """Take the address of the stylesheet, if there is one."""
        self._stylesheet: Final = stylesheet
        self._kept: Final[Kept[tuple[object, ...], bytes]] = Kept(_MOST, size=len)
        self._turn: Final = asyncio.Lock()

    async def page(self, wish: Asked, view: Scene) -> bytes:
        """Return the page as it is sent. Pages are written one at a time, in slices."""
        body = self._kept.get(view.key(wish, wish.base))
        if body is not None:
            return body
        async with self._turn:
            body = self._kept.get(view.key(wish, wish.base))
            if body is None:  # nobody wrote it meanwhile
                view, board = await view.seen()
                written = await self._written(wish, view, board)
                body = self._kept.put(view.key(wish, wish.base), written.encode())
        return body

    async def _written(self, wish: Asked, view: Scene, board: Board) -> str:
        words, night = wish.words, view.night
        title = words.winners_of.format(ceremony=night_name(words, night.summary))
        told = standing(words, board)
        headline = Headline(title, title, told, result=True)
        if wish.covered:
            headline = covered(words, headline)
        slices = Slices()
        page = await winners_page(words, view, board, told, slices)
        if wish.covered:
            # Nor what is still to come: by what is missing there, it would tell what is decided.
            page = page._replace(standing=words.covered, ranks=[], awards=[], to_come=[])
        cover = {"cover": ""} if wish.covered else {}
        moment: dict[str, str | int] = {"at": view.version} if view.moment else {}
        place = view.place(wish, "/winners")
        api = f"/api/ceremonies/{night.ceremony}"
        outputs = [
            ("CSV", f"{api}/winners.csv"),
            ("JSON", f"{api}/winners.json"),
            ("RSS", view.feed(wish)),
            (words.calendar, f"{api}/ceremony.ics{wish.query()}"),
        ]
        return await rendered_in_slices(
            "winners.html",
            slices,
            **head(words, headline, place, image=view.image(wish), feed=view.feed(wish)),
            page=page,
            query=wish.query(),
            head_query=wish.query(**cover),
            board_query=wish.query(**moment, **cover),
            uncovered=f"/{night.ceremony}/winners{view.query(wish)}" if wish.covered else None,
            replay_query=wish.query(replay=""),
            languages=[
                (each, WORDS[each].name, place.address(lang=each))
                for each in LANGUAGES
                if each != wish.language
            ],
            # They tell of the head, and everything.
            outputs=[] if page.moment is not None or wish.covered else outputs,
            stylesheet=self._stylesheet,
        )
