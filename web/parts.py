"""What stands behind the doors: one of each, made over a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from events.store import EventStore
from tracker.desk import Desk
from web.clock import now
from web.desk.invitations import Invitations
from web.desk.limits import Limits
from web.desk.seats import Seats
from web.desk.stream import DeskNews
from web.desk.tokens import Tokens
from web.ids import new_id
from web.listener import room
from web.nights.nights import Nights
from web.observed.figures import Figures
from web.observed.journeys import Journeys
from web.observed.log import ObservedLog
from web.observed.traces import NO_TRACES, Traces
from web.pictures.studio import Studio
from web.settings import Settings
from web.sockets.crowd import Crowd
from web.sockets.feed import Feeds
from web.sockets.replay_limits import ReplayLimits
from web.sockets.replays import Replays
from web.webhooks.courier import Find, finder
from web.webhooks.resolver import Resolver
from web.webhooks.subscriptions import Webhooks

_NEW_LOOKUPS: Final = 8
"""Names of webhooks to be added that are looked up at once; each takes a thread."""


@dataclass
class Parts:
    """
    Everything that a request may need.

    Attributes:
        feeds: Shared with the live protocol, which serves them past ASGI.
        seats: Who is at a desk; closed when the server stops.
        figures: What is counted, for /metrics.
        traces: Where traces go; nowhere by default.
        find: Where a webhook's url leads, as far as it may.
        find_new: The same where a webhook is added: names of others hold up no delivery.
    """

    store: EventStore
    settings: Settings
    feeds: Feeds = field(default_factory=Feeds)
    seats: Seats = field(default_factory=Seats)
    figures: Figures = field(default_factory=Figures)
    traces: Traces = NO_TRACES

    def __post_init__(self) -> None:
        """Make what rests on the others."""
        journeys = Journeys(self.figures, self.traces)
        self.desk = Desk(ObservedLog(self.store, journeys), now=now, new_id=new_id)
        self.invitations = Invitations(self.settings.console_code)
        self.nights = Nights(self.store, self.feeds, journeys=journeys)
        self.tokens = Tokens(self.store, now=now, operator=self.settings.admin_token)
        self.news = DeskNews(self.store, self.nights, self.seats, self.tokens)
        most = room()
        self.crowd = Crowd(
            min(self.settings.most_connections or most, most),
            self.settings.most_each,
            trusted=self.settings.proxies,
        )
        self.replays = Replays(
            self.nights.get,
            now,
            limits=ReplayLimits(self.settings.most_replays, self.settings.most_replays_each),
        )
        self.limits = Limits(self.settings.rate_limit)
        self.webhooks = Webhooks(self.store, now=now)
        private = self.settings.webhook_private
        self.studio = Studio()
        self.find: Find = finder(private=private, resolve=Resolver())
        self.find_new: Find = finder(private=private, resolve=Resolver(most=_NEW_LOOKUPS))

    async def load(self) -> None:
        """Read what the log notes of tokens and webhooks."""
        await self.tokens.load()
        await self.webhooks.load()
