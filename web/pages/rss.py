"""The winners as an RSS 2.0 feed: an item for each award, and one for each correction."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from xml.etree import ElementTree as ET  # written with it, never read

from tracker.board import Board
from web.nights.night import Night
from web.pages.catalogue import Words, category_name
from web.pages.chronicle import Result, chronicle
from web.pages.headlines import night_name
from web.pages.labels import known, nominee_label, winners_label
from web.pages.scene import Place

_ATOM: Final = "http://www.w3.org/2005/Atom"
_MINUTES: Final = "1"
"""How long a reader may keep the feed before it asks again."""

# What XML 1.0 cannot hold, though a name in JSON can. Compiled by the first feed: it takes 5 ms.
_UNSPEAKABLE: Final = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def rss(words: Words, night: Night, place: Place) -> bytes:
    """
    Return the feed of a night, newest first.

    Args:
        words: In its language.
        night: Whose.
        place: Its own address.
    """
    ET.register_namespace("atom", _ATOM)
    board = night.board
    name = night_name(words, night.summary)
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _say(channel, "title", words.winners_of.format(ceremony=name))
    _say(channel, "link", place.at(f"/{night.ceremony}"))
    _say(channel, "description", words.feed_about)
    _say(channel, "language", words.language)
    _say(channel, "ttl", _MINUTES)
    itself = {"href": place.address(), "rel": "self", "type": "application/rss+xml"}
    ET.SubElement(channel, f"{{{_ATOM}}}link", itself)

    told = chronicle(night).results
    found = [result for result in told if result.category in board.categories]
    latest = {result.category: result.version for result in found}
    if found:
        _say(channel, "lastBuildDate", _date(found[-1].occurred_at))
    for result in reversed(found):
        item = ET.SubElement(channel, "item")
        _say(item, "title", _title(words, board, result))
        _say(item, "link", place.at(f"/{night.ceremony}", at=result.version))
        about = _about(words, board, result, last=latest[result.category] == result.version)
        _say(item, "description", about)
        _say(item, "category", category_name(words, board, result.category))
        # The event's own id: a restored backup has another epoch, and tells nothing new.
        guid = _say(item, "guid", night.ids[result.version - 1])
        guid.set("isPermaLink", "false")
        _say(item, "pubDate", _date(result.occurred_at))
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
    sentences = [f"{nominee_label(words, board, key, each).whole}." for each in won]
    others = [each for each in board.categories[key].nominees if each not in won]
    if won and others:
        names = winners_label(words, board, key, others)
        sentences.append(f"{words.also_nominated}: {names}.")
    if result.kind == "retracted":
        names = winners_label(words, board, key, result.instead_of)
        sentences.append(words.taken_back_note.format(names=names))
    sentences.append(result.reason)
    if not last:
        sentences.append(words.changed_since)
    return " ".join(sentence for sentence in sentences if sentence)


def _say(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = re.sub(_UNSPEAKABLE, "\ufffd", text)
    return element


def _date(time: str) -> str:
    return format_datetime(datetime.fromisoformat(time), usegmt=True)
