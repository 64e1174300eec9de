"""A page as a reader without scripts takes it: its elements, their texts and their links."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

import httpx

_VOID: Final = {"meta", "link", "br", "img", "input", "hr"}
Attributes = dict[str, str]


class Plain(HTMLParser):
    """
    A parsed page.

    Attributes:
        elements: Every element's name and attributes, in order.
        text: All that is read, one line an element.
    """

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.elements: Final[list[tuple[str, Attributes]]] = []
        self._texts: Final[list[tuple[str, str]]] = []
        self._open: Final[list[str]] = []
        self.feed(answer.text)
        self.close()
        assert not self._open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop() == tag, f"</{tag}> closes what it opened"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._texts.append((self._open[-1] if self._open else "", " ".join(data.split())))

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self._texts)

    @property
    def title(self) -> str:
        return " ".join(text for tag, text in self._texts if tag == "title")

    @property
    def links(self) -> list[str]:
        return [each["href"] for tag, each in self.elements if tag == "a"]

    @property
    def language(self) -> str:
        return next(each["lang"] for tag, each in self.elements if tag == "html")

    def meta(self, name: str) -> str | None:
        """Return what the page says of itself under a name or a property."""
        for tag, each in self.elements:
            if tag == "meta" and name in (each.get("name"), each.get("property")):
                return each["content"]
        return None

    def link(self, rel: str) -> str | None:
        """Return where the head's link of a kind leads."""
        for tag, each in self.elements:
            if tag == "link" and each.get("rel") == rel:
                return each["href"]
        return None
