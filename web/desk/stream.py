"""What goes on at a desk, for those who sit there: an event stream that needs a token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Final

import msgspec
import structlog
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from events.codec import encode
from events.store import EventStore, StoreError
from events.timestamp import to_ms
from web.answers import BODILESS
from web.clock import now
from web.desk.access import known, needs
from web.desk.messages import BegunAnew, DeskHello, PostedNews, Present, Revoked, You
from web.desk.seats import Seat, Seats
from web.desk.tokens import Grant, Tokens
from web.nights.night import Night
from web.nights.nights import Nights
from web.public import AnyRequest, NightsHere
from web.sockets.messages import Heartbeat, Message

HEARTBEAT_SECONDS: Final = 10.0
_MEDIA_TYPE: Final = "text/event-stream"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_LAST: Final = 10
_READ: Final = 64

_log: Final = structlog.get_logger("desk")


class DeskNews:
    """What goes on at the desks; what is new is read from where it is kept, at every ring."""

    def __init__(self, store: EventStore, nights: Nights, seats: Seats, tokens: Tokens) -> None:
        self._store: Final = store
        self._nights: Final = nights
        self._seats: Final = seats
        self._tokens: Final = tokens

    async def messages(self, night: Night, grant: Grant) -> AsyncGenerator[Message]:
        """Yield what goes on at a night's desk, until the token or the server ends."""
        ceremony = night.ceremony
        you = You(grant.name, grant.role, grant.id)
        yield DeskHello(ceremony, night.epoch, night.version, now(), you)
        after = max(night.version - _LAST, 0)
        people: list[Seat] = []
        while not self._seats.closed:
            bells = (self._seats.changed, self._tokens.revoked)
            rings = (night.listen(), *(bell.listen() for bell in bells))
            if not self._tokens.stands(grant):
                yield Revoked()
                return
            current = self._nights.get(ceremony) or night
            if current is not night:
                night, after = current, 0
                yield BegunAnew(night.epoch)
                continue
            async for recorded in self._store.read(night.history, after, _READ):
                after = recorded.version
                actor = "" if recorded.actor is msgspec.UNSET else recorded.actor
                yield PostedNews(
                    after, actor, recorded.recorded_at, recorded.occurred_at, recorded.event
                )
            if people != (people := self._seats.at(ceremony)):
                yield Present(people)
            patience = _patience(grant)
            if after >= night.version and not await _rung(rings, patience):
                if patience < HEARTBEAT_SECONDS:
                    continue  # the token has come to its end
                yield Heartbeat(night.version, now())


def _patience(grant: Grant) -> float:
    """Return how long nothing needs to be said: until a heartbeat, or until the token ends."""
    if grant.expires_at is msgspec.UNSET:
        return HEARTBEAT_SECONDS
    left = (to_ms(grant.expires_at) - to_ms(now())) / 1000
    # Never quite zero: the clock of the loop may be a little ahead of that of the day.
    return min(HEARTBEAT_SECONDS, max(left, 0.001))


async def _rung(rings: Iterable[asyncio.Event], seconds: float) -> bool:
    """Wait for the first ring; tell whether one came in time."""
    waiting = [asyncio.ensure_future(ring.wait()) for ring in rings]
    try:
        done, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
    return bool(done)


DeskNewsHere = NamedDependency[SkipValidation[DeskNews]]
SeatsHere = NamedDependency[SkipValidation[Seats]]


@get(
    "/api/ceremonies/{ceremony:str}/desk",
    guards=[needs("read"), known],
    include_in_schema=False,  # web/openapi/streams.py tells of it, with its messages
)
async def desk_stream(
    request: AnyRequest,
    nights: NightsHere,
    seats: SeatsHere,
    news: DeskNewsHere,
    ceremony: FromPath[str],
) -> ASGIStreamingResponse:
    night = nights.get(ceremony)
    assert night is not None  # noqa: S101 - `known` let us pass
    grant: Grant = request.state.grant
    if BODILESS in request.scope["state"]:
        return ASGIStreamingResponse(iterator=(), headers=_HEADERS, media_type=_MEDIA_TYPE)
    give_back = seats.take(ceremony, grant, now())
    _log.info("desk opened", ceremony=ceremony, actor=grant.name, token=grant.id)
    return _Seated(events_of(news.messages(night, grant)), give_back)


class _Seated(ASGIStreamingResponse):
    """A desk stream that gives its seat back however it ends, and where it never starts too."""

    def __init__(self, events: AsyncIterator[bytes], give_back: Callable[[], None]) -> None:
        super().__init__(iterator=events, headers=_HEADERS, media_type=_MEDIA_TYPE)
        self._give_back = give_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._give_back()


async def events_of(messages: AsyncGenerator[Message]) -> AsyncIterator[bytes]:
    """Yield messages as an event stream; where they break off it ends, and its reader returns."""
    try:
        async with aclosing(messages):
            async for message in messages:
                yield b"data: " + encode(message) + b"\n\n"
    except StoreError as problem:
        _log.warning("desk broke off", problem=str(problem))
    except Exception as problem:  # noqa: BLE001 - told here, and one desk's alone
        _log.error("desk failed", exc_info=problem)
