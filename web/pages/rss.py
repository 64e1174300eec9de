"""The winners as an RSS 2.0 feed: an item for each award, and one for each correction."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from datetime import datetime
from email.utils import format_datetime
from itertools import islice
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET  # written with it, never read

from tracker.board import Board
from web.nights.chronicle import Result
from web.nights.night import Night
from web.pages.catalogue import MOST_NAMES, Words, category_name
from web.pages.headlines import night_name
from web.pages.labels import NAMED_AT_MOST, known, nominee_label, winners_label
from web.pages.scene import Place
from web.slices import Slices

_ATOM: Final = "http://www.w3.org/2005/Atom"
MOST_ITEMS: Final = 200
"""The newest are told. A whole night has 25 to 120 results, so who was away for it misses none."""
_MINUTES: Final = "1"
"""How long a reader may keep the feed before it asks again."""

# What XML 1.0 cannot hold, though a name in JSON can. Compiled by the first feed: it takes 5 ms.
_UNSPEAKABLE: Final = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class _Told(NamedTuple):
    """A night as it stood when its feed was asked for."""

    words: Words
    name: str
    ceremony: str
    board: Board
    results: list[Result]


def rss(words: Words, night: Night, place: Place) -> Awaitable[bytes]:
    """
    Return the feed of a night as it stands now, newest first; it is written in slices.

    Args:
        words: In its language.
        night: Whose.
        place: Its own address.
    """
    newest = night.chronicle.newest(MOST_ITEMS)
    found = [each for each in newest if each.category in night.board.categories]
    name = night_name(words, night.summary)
    return _written(_Told(words, name, night.ceremony, night.board, found), place)


async def _written(told: _Told, place: Place) -> bytes:
    words, name, ceremony, board, found = told
    last = {each.category: each.version for each in reversed(found)}
    ET.register_namespace("atom", _ATOM)
    slices = Slices()
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _say(channel, "title", words.winners_of.format(ceremony=name))
    _say(channel, "link", place.at(f"/{ceremony}"))
    _say(channel, "description", words.feed_about)
    _say(channel, "language", words.language)
    _say(channel, "ttl", _MINUTES)
    itself = {"href": place.address(), "rel": "self", "type": "application/rss+xml"}
    ET.SubElement(channel, f"{{{_ATOM}}}link", itself)
    if found:
        _say(channel, "lastBuildDate", _date(found[0].occurred_at))
    for result in found:
        item = ET.SubElement(channel, "item")
        _say(item, "title", _title(words, board, result))
        _say(item, "link", place.at(f"/{ceremony}", at=result.version))
        about = _about(words, board, result, last=last[result.category] == result.version)
        _say(item, "description", about)
        _say(item, "category", category_name(words, board, result.category))
        # The event's own id: a restored backup has another epoch, and tells nothing new.
        guid = _say(item, "guid", result.id)
        guid.set("isPermaLink", "false")
        _say(item, "pubDate", _date(result.occurred_at))
        await slices.rest()
    ET.indent(root)
    encoded: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return encoded


def _title(words: Words, board: Board, result: Result) -> str:
    key = result.category
    name = category_name(words, board, key)
    if result.kind == "retracted":
        return words.retraction.format(category=name)
    nominees = known(board, key, result.nominees)
    line = f"{name}: {winners_label(words, board, key, nominees)}"
    if len(nominees) > 1:
        line = f"{line} ({words.tied})"
    if result.kind == "announced":
        return line
    struck = known(board, key, result.instead_of)
    if not struck:
        return words.correction.format(result=line)
    names = winners_label(words, board, key, struck)
    return words.correction_not.format(result=line, names=names)


def _about(words: Words, board: Board, result: Result, *, last: bool) -> str:
    key = result.category
    won = known(board, key, result.nominees)
    named = [f"{nominee_label(words, board, key, each).whole}." for each in won[:NAMED_AT_MOST]]
    sentences = (
        named if len(won) <= NAMED_AT_MOST else [f"{winners_label(words, board, key, won)}."]
    )
    if won and len(won) < len(board.categories[key].nominees):
        sentences.append(f"{words.also_nominated}: {_others(words, board, key, set(won))}.")
    if result.kind == "retracted":
        names = winners_label(words, board, key, result.instead_of)
        sentences.append(words.taken_back_note.format(names=names))
    sentences.append(result.reason)
    if not last:
        sentences.append(words.changed_since)
    return " ".join(sentence for sentence in sentences if sentence)


def _others(words: Words, board: Board, key: str, won: set[str]) -> str:
    """Return the rest of the ballot as a sentence lists it; a long one is not walked through."""
    ballot = board.categories[key].nominees
    first = islice((each for each in ballot if each not in won), MOST_NAMES + 1)
    titles = [nominee_label(words, board, key, each).title for each in first]
    rest = len(ballot) - len(won)
    if rest == len(titles):
        return words.listed(titles)
    return words.listed(titles[:MOST_NAMES], others=rest - MOST_NAMES)


def _say(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = re.sub(_UNSPEAKABLE, "\ufffd", text)
    return element


def _date(time: str) -> str:
    return format_datetime(datetime.fromisoformat(time), usegmt=True)
