"""The live feed's connections: a uvicorn protocol that takes them over, socket and event stream."""

import asyncio
import sys
from collections.abc import Callable, Collection, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from web.sockets.crowd import Crowd, Seat, Seated
from web.sockets.feed import Feeds
from web.sockets.handshake import (
    MAX_HEAD_BYTES,
    HandshakeRefused,
    RequestHead,
    accept_socket,
    asked_at,
    cursor_of,
    forwarded_for,
    head_size,
    head_too_long,
    unknown,
)
from web.sockets.heart import Heart
from web.sockets.origins import Origins
from web.sockets.response import STREAM_HEADERS, problem_answer, response_head
from web.sockets.viewers import LiveViewer, SocketViewer, StreamViewer

# A client waits for the answer before it speaks; one that does not is heard up to this.
MAX_EARLY_BYTES = 64 * 1024
# What the system does not take at once makes a viewer a slow one, until it has taken all. So a
# write goes out within its call, and nothing piles up here.
MOST_UNSENT_BYTES = 0
# So many who find no room are told why before they go; others are cut off.
MOST_TOLD = 100


class Door(NamedTuple):
    feeds: Feeds
    heart: Heart
    crowd: Crowd
    origins: Origins
    now: Callable[[], str]


class _HeadIsEnough(Exception):
    pass


class LiveProtocol(HttpToolsProtocol):
    """
    uvicorn's HTTP, but for requests for a live feed and for heads that are too long.

    Those are answered here, without a task or an ASGI call. An admitted viewer's transport is
    handed to a small protocol of its own, and this one is thrown away.
    """

    door: ClassVar[Door]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = False
        self._head_bytes = 0
        self._pending: RequestHead | HandshakeRefused | None = None
        self._early = b""
        self._seat: Seat | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        if self.client is not None:
            # A listener for both families shows IPv4 in this form, and no list of proxies does.
            self.client = (self.client[0].removeprefix("::ffff:"), self.client[1])
        heart = self.door.heart
        going = min(heart.lingering, MOST_TOLD)
        try:
            self._seat = self.door.crowd.enter(self._address(), len(self.connections) - going)
        except HandshakeRefused as refused:
            self._step_aside()
            self._refuse(refused)
            if heart.lingering > MOST_TOLD:
                transport.abort()
        else:
            heart.hear(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.door.heart.heard(self.transport)
        if self._seat is not None:
            self._seat.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._pending is not None:
            self._hear_early(data)
            return
        self._unset_keepalive_if_required()
        was_in_head = self._in_head
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            if self._pending is None:
                self._pending = HandshakeRefused(HTTPStatus.BAD_REQUEST, "This is not HTTP/1.1.")
        if was_in_head and self._in_head:
            # The parser shows a header only when it is complete, so count what it swallows.
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._pending = head_too_long()
        if self._pending is not None:
            self._answer_in_turn()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.door.heart.hear(self.transport)
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        if head_size(self.url, self.headers) > MAX_HEAD_BYTES:
            self._pending = head_too_long()
            raise _HeadIsEnough
        self._pending = self._live_head()
        if self._pending is None:
            super().on_headers_complete()
        elif not self._pending.wants_socket:
            raise _HeadIsEnough

    def on_chunk_header(self) -> None:
        # Behind the last chunk may come trailers, which the parser collects like headers.
        self._in_head = True
        self._head_bytes = 0

    def on_body(self, body: bytes) -> None:
        self._in_head = False
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head = False
        self.door.heart.heard(self.transport)
        # Of a socket's handshake; a body it may have is never parsed, nor is a stream's.
        if self._pending is None:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._pending is not None and not self.transport.is_closing():
            self._answer_in_turn()

    def _live_head(self) -> RequestHead | None:
        if b"/live" not in self.url or self.parser.get_method() != b"GET":
            return None
        asked = asked_at(self.url)
        if asked is None:
            return None
        ceremony, query = asked
        return RequestHead(
            ceremony,
            query,
            self.headers,
            self.parser.get_http_version(),
            self.parser.should_upgrade() and self._get_upgrade() == b"websocket",
        )

    def handle_websocket_upgrade(self) -> None:
        """Hand over to the replay socket, which is counted as this connection was."""
        try:
            seat = self._passed_on(self.headers)
        except HandshakeRefused as refused:
            self._step_aside()
            self._refuse(refused)
            return
        super().handle_websocket_upgrade()
        cast("Seated", self.transport.get_protocol()).seat = seat

    def _address(self) -> str | None:
        return self.client[0] if self.client else None

    def _passed_on(self, headers: Sequence[tuple[bytes, bytes]]) -> Seat:
        """Return the seat of what follows: this one, or that of whom a proxy brings."""
        seat, self._seat = self._seat, None
        if seat is not None and seat.guest is not None:
            return seat
        return self.door.crowd.enter_behind(self._address(), forwarded_for(headers))

    def _upgrade(self, rest: bytes) -> None:
        if self._pending is not None:
            self._early = rest
        elif self._should_upgrade():
            self.handle_websocket_upgrade()
        else:
            self._unsupported_upgrade_warning()

    def _hear_early(self, data: bytes) -> None:
        if isinstance(self._pending, RequestHead) and self._pending.wants_socket:
            self._early += data
            if len(self._early) > MAX_EARLY_BYTES:
                self.transport.abort()

    def _answer_in_turn(self) -> None:
        """Answer, unless earlier requests of this connection still wait for their own answers."""
        latest = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        if latest is not None and not latest.response_complete:
            if latest.more_body:
                self._give_up(latest)
            return
        self._unset_keepalive_if_required()
        self.server_state.total_requests += 1
        self._step_aside()
        pending = self._pending
        try:
            if isinstance(pending, RequestHead):
                self._admit(pending)
            elif pending is not None:
                self._refuse(pending)
        except HandshakeRefused as refused:
            self._refuse(refused)

    def _step_aside(self) -> None:
        """Be thrown away: the transport gets another protocol."""
        self.door.heart.heard(self.transport)
        self.connections.discard(self)
        self.parser = None  # type: ignore[assignment]  # as uvicorn does: it ends the cycle

    def _give_up(self, unfinished: RequestResponseCycle) -> None:
        # What came is no end of the request being answered, so that answer may never come.
        if isinstance(self._pending, HandshakeRefused) and not (
            unfinished.response_started or self.pipeline
        ):
            self.transport.write(problem_answer(self._pending, self.server_state.default_headers))
        self.transport.close()

    def _admit(self, head: RequestHead) -> None:
        preface = (
            accept_socket(head, self.door.origins)
            if head.wants_socket
            else response_head(HTTPStatus.OK, STREAM_HEADERS, self.server_state.default_headers)
        )
        feed = self.door.feeds.get(head.ceremony)
        if feed is None:
            raise unknown(head.ceremony)
        cursor = cursor_of(head)
        kind = SocketViewer if head.wants_socket else StreamViewer
        seat = self._passed_on(head.headers)
        viewer = kind(self.transport, feed, self.door.heart, self.connections, seat)
        self._hand_over(viewer)
        feed.join(viewer, cursor, server_time=self.door.now(), preface=preface)
        if self.flow.write_paused:
            viewer.pause_writing()
        if self._early:
            viewer.data_received(self._early)

    def _hand_over(self, viewer: LiveViewer) -> None:
        self.flow.resume_reading()
        self.transport.set_write_buffer_limits(MOST_UNSENT_BYTES)
        self.transport.set_protocol(viewer)

    def _refuse(self, refused: HandshakeRefused) -> None:
        self.door.crowd.refused[refused.name] += 1
        if self._seat is not None:
            self._seat.leave()
        self.flow.resume_reading()
        self.transport.write(problem_answer(refused, self.server_state.default_headers))
        self.door.heart.linger(self.transport, self.connections)


def live_protocol(
    feeds: Feeds,
    heart: Heart,
    *,
    crowd: Crowd | None = None,
    allowed_origins: Collection[str],
    now: Callable[[], str],
) -> type[HttpToolsProtocol]:
    """
    Return the protocol class for `uvicorn.Config(http=...)`.

    Args:
        feeds: What there is to follow; more may be added later.
        heart: Started by the caller.
        crowd: Who may come in; without it, as many as there are.
        allowed_origins: See `Origins`.
        now: The hour as text, for `hello`.

    Raises:
        ValueError: One of the allowed origins is none.
    """
    crowd = crowd or Crowd(sys.maxsize, sys.maxsize)
    door = Door(feeds, heart, crowd, Origins(allowed_origins), now)
    return type("LiveProtocol", (LiveProtocol,), {"door": door})
