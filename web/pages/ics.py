"""A night as a calendar entry (RFC 5545), written by icalendar, which folds and escapes."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec import UNSET

from web.nights.night import Night
from web.pages.catalogue import Words
from web.pages.headlines import night_name
from web.pages.scene import Place

_MAKER = "-//Awards-night tracker//EN"


class Occasion(NamedTuple):
    """
    What a calendar is told of a night.

    Attributes:
        uid: The id of the night's first event: the same after a restore, and by whatever host.
        revised: When the start was last set.
        revisions: How often it was set anew.
        ends: None as long as nobody knows.
    """

    uid: str
    name: str
    starts: datetime
    ends: datetime | None
    revised: datetime
    revisions: int
    venue: str
    about: str
    url: str


def occasion(words: Words, night: Night, place: Place) -> Occasion | None:
    """
    Return what a calendar is told of a night, or None if it has no start.

    Args:
        words: In the calendar's language.
        night: Whose.
        place: The calendar's own address.
    """
    card = night.board.ceremony
    if card.starts_at is UNSET:
        return None
    account = night.chronicle
    url = place.at(f"/{night.ceremony}")
    hosts = [words.hosted.format(names=words.some(card.hosts))] if card.hosts else []
    starts = datetime.fromisoformat(card.starts_at)
    over = datetime.fromisoformat(account.ended) if account.ended else None
    return Occasion(
        uid=account.first,
        name=night_name(words, night.summary),
        starts=starts,
        ends=over if over is not None and over > starts else None,
        revised=datetime.fromisoformat(account.revised or card.starts_at),
        revisions=account.revisions,
        venue="" if card.venue is UNSET else card.venue,
        about="\n".join([*hosts, words.follow.format(address=url)]),
        url=url,
    )


def ics(told: Occasion) -> bytes:
    """Return the calendar; the first time, this loads a library, which takes a moment."""
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", told.uid)
    event.add("dtstamp", told.revised)
    event.add("sequence", told.revisions)
    event.add("summary", told.name)
    event.add("dtstart", told.starts)
    if told.ends is not None:
        event.add("dtend", told.ends)
    if told.venue:
        event.add("location", told.venue)
    event.add("description", told.about)
    event.add("url", told.url)
    calendar = Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
