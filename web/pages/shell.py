"""The built page as a shell: what the server writes into it, and where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Self

from web.pages.catalogue import LANGUAGES, WORDS, Language, Words
from web.pages.headlines import Headline
from web.pages.scene import Place

BUILT: Final = Path(__file__).parents[1] / "static"
_INDEX: Final = "index.html"

_UNBUILT: Final = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not built</title>
<h1>This server has no page</h1>
<p>It was started without the built page. Everything else works: the API
(<a href="/schema/openapi.json">/schema/openapi.json</a>), the feeds and the calendars.</p>
<p>In a checkout, <code>make page</code> builds it; then start the server again, or let
<code>make run</code> do both. A wheel that
<code>pip wheel .</code> makes has the page in it, and so has the image of
<code>docker compose build</code>.</p>
<noscript></noscript></html>
"""
_PLACES: Final = re.compile(
    rb'(.*<html )lang="en"(.*?)<title>.*?</title>(.*<noscript>).*?(</noscript>.*)', re.DOTALL
)


class Shell:
    """A page of which all but a few places is the same for everybody."""

    def __init__(self, page: bytes, *, show_rehearsals: bool = False) -> None:
        """
        Take a page to pieces.

        Args:
            page: The built `index.html`.
            show_rehearsals: Tell the index page, by an attribute, to list them.

        Raises:
            ValueError: The page lacks one of the places.
        """
        places = _PLACES.fullmatch(page)
        if places is None:
            raise ValueError(
                "The built page has no <html lang>, <title> or <noscript>: build it again."
            )
        first, self._head, self._body, self._rest = places.groups()
        mark = b'data-rehearsals="shown" ' if show_rehearsals else b""
        self._first: Final = first + mark

    @classmethod
    def read(cls, built: Path = BUILT, *, show_rehearsals: bool = False) -> Self:
        """Return the shell that was built into a folder, or one that says that none was."""
        page = (built / _INDEX).read_bytes() if is_built(built) else _UNBUILT
        return cls(page, show_rehearsals=show_rehearsals)

    def page(self, language: Language, head: str, without_script: str) -> bytes:
        """
        Return the page.

        Args:
            language: Of its texts.
            head: HTML that stands for the title.
            without_script: HTML that is shown where scripts are not run.
        """
        return b"".join(
            (
                self._first,
                f'lang="{language}"'.encode(),
                self._head,
                head.encode(),
                self._body,
                without_script.encode(),
                self._rest,
            )
        )


def is_built(built: Path = BUILT) -> bool:
    """Tell whether a folder holds the built page."""
    return (built / _INDEX).exists()


def stylesheet_of(built: Path) -> str | None:
    """Return the address of the server's own pages' stylesheet, if it is built."""
    # It carries its hash in its name.
    found = sorted((built / "assets").glob("winners-*.css"))
    return f"/static/assets/{found[0].name}" if found else None


def head(
    words: Words,
    headline: Headline,
    place: Place | None,
    *,
    image: str | None = None,
    feed: str | None = None,
    listed: bool = True,
) -> dict[str, object]:
    """
    Return what the template `head.html` is filled with.

    Args:
        words: In the language of the page.
        headline: Its texts.
        place: Its own address; None where there is no such page.
        image: Path of the picture that stands for the page.
        feed: Path of the night's feed, told where a result may be.
        listed: Whether search engines may list the page.
    """
    told = place is not None and headline.result
    return {
        "words": words,
        "headline": headline,
        "address": None if place is None else place.address(),
        "image": f"{place.base}{image}" if place is not None and image else None,
        "feed": feed if told else None,
        "listed": listed and place is not None,
        "others": {} if place is None else {each: place.address(lang=each) for each in LANGUAGES},
        "other_locales": [WORDS[each].locale for each in LANGUAGES if each != words.language],
    }
