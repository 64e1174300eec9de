"""What a desk stream says, as JSON tagged by `type`."""

from __future__ import annotations

from typing import Final

import msgspec

from events.ceremony import Event
from web.desk.seats import Seat
from web.desk.tokens import Role
from web.sockets.messages import Heartbeat, Message


class You(msgspec.Struct, frozen=True):
    """Whom the token speaks for."""

    name: str
    role: Role
    token: str


class DeskHello(Message, frozen=True, tag="hello"):
    """The first message of a desk stream."""

    ceremony: str
    epoch: str
    version: int
    server_time: str
    you: You


class PostedNews(Message, frozen=True, tag="posted"):
    """An event and who posted it; the last ten come first."""

    version: int
    actor: str
    recorded_at: str
    occurred_at: str
    event: Event


class Present(Message, frozen=True, tag="present"):
    """Who is at the desk now, on every change of it."""

    people: list[Seat]


class BegunAnew(Message, frozen=True, tag="begun-anew"):
    """The rehearsal was begun again: versions count from 1."""

    epoch: str


class Revoked(Message, frozen=True, tag="revoked"):
    """The token is good for nothing any more; the stream ends."""


DESK_MESSAGES: Final = (DeskHello, PostedNews, Present, Heartbeat, BegunAnew, Revoked)
