"""The live feed's connections: a uvicorn protocol that takes them over, socket and event stream."""

import asyncio
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from web.policy import POLICY, STRICT
from web.sockets.feed import Feeds
from web.sockets.handshake import (
    HandshakeRefused,
    RequestHead,
    accept_socket,
    ceremony_of,
    cursor_of,
    unknown,
)
from web.sockets.heart import Heart
from web.sockets.origins import Origins
from web.sockets.viewers import LiveViewer, SocketViewer, StreamViewer

MAX_HEAD_BYTES = 16 * 1024
# A client waits for the answer before it speaks; one that does not is heard up to this.
MAX_EARLY_BYTES = 64 * 1024
# A viewer with more than this unsent is slow, until it is down to the lower mark.
HIGH_WATER_BYTES = 64 * 1024
LOW_WATER_BYTES = 16 * 1024

STREAM_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "Access-Control-Allow-Origin": "*",
    "X-Accel-Buffering": "no",
    POLICY: STRICT,
}


class Door(NamedTuple):
    feeds: Feeds
    heart: Heart
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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self.door.heart.hear(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.door.heart.heard(self.transport)
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
                self._pending = _too_long()
        if self._pending is not None:
            self._answer_in_turn()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.door.heart.hear(self.transport)
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        if _size(self.url, self.headers) > MAX_HEAD_BYTES:
            self._pending = _too_long()
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
        url = httptools.parse_url(self.url)
        ceremony = ceremony_of(url.path)
        if ceremony is None:
            return None
        return RequestHead(
            ceremony,
            url.query or b"",
            self.headers,
            self.parser.get_http_version(),
            self.parser.should_upgrade() and self._get_upgrade() == b"websocket",
        )

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
        self.door.heart.heard(self.transport)
        self.connections.discard(self)
        self.server_state.total_requests += 1
        self.parser = None  # type: ignore[assignment]  # as uvicorn does: it ends the cycle
        pending = self._pending
        try:
            if isinstance(pending, RequestHead):
                self._admit(pending)
            elif pending is not None:
                self._refuse(pending)
        except HandshakeRefused as refused:
            self._refuse(refused)

    def _give_up(self, unfinished: RequestResponseCycle) -> None:
        # What came is no end of the request being answered, so that answer may never come.
        if isinstance(self._pending, HandshakeRefused) and not (
            unfinished.response_started or self.pipeline
        ):
            self.transport.write(self._problem(self._pending))
        self.transport.close()

    def _admit(self, head: RequestHead) -> None:
        preface = (
            accept_socket(head, self.door.origins)
            if head.wants_socket
            else self._response_head(HTTPStatus.OK, STREAM_HEADERS)
        )
        feed = self.door.feeds.get(head.ceremony)
        if feed is None:
            raise unknown(head.ceremony)
        cursor = cursor_of(head)
        kind = SocketViewer if head.wants_socket else StreamViewer
        viewer = kind(self.transport, feed, self.door.heart, self.connections)
        self._hand_over(viewer)
        feed.join(viewer, cursor, server_time=self.door.now(), preface=preface)
        if self.flow.write_paused:
            viewer.pause_writing()
        if self._early:
            viewer.data_received(self._early)

    def _hand_over(self, viewer: LiveViewer) -> None:
        self.flow.resume_reading()
        self.transport.set_write_buffer_limits(HIGH_WATER_BYTES, LOW_WATER_BYTES)
        self.transport.set_protocol(viewer)

    def _refuse(self, refused: HandshakeRefused) -> None:
        self.flow.resume_reading()
        self.transport.write(self._problem(refused))
        self.door.heart.linger(self.transport, self.connections)

    def _problem(self, refused: HandshakeRefused) -> bytes:
        headers = {
            **refused.headers,
            "Content-Length": str(len(refused.body)),
        }
        return self._response_head(refused.status, headers) + refused.body

    def _response_head(self, status: HTTPStatus, headers: dict[str, str]) -> bytes:
        # It ends with the connection, which HTTP/1.0 knows too.
        lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
        lines += [b"%b: %b" % (name, value) for name, value in self.server_state.default_headers]
        lines += [f"{name}: {value}".encode() for name, value in headers.items()]
        return b"\r\n".join([*lines, b"Connection: close", b"", b""])


def live_protocol(
    feeds: Feeds, heart: Heart, *, allowed_origins: Collection[str], now: Callable[[], str]
) -> type[HttpToolsProtocol]:
    """
    Return the protocol class for `uvicorn.Config(http=...)`.

    Args:
        feeds: What there is to follow; more may be added later.
        heart: Started by the caller.
        allowed_origins: See `Origins`.
        now: The hour as text, for `hello`.

    Raises:
        ValueError: One of the allowed origins is none.
    """
    door = Door(feeds, heart, Origins(allowed_origins), now)
    return type("LiveProtocol", (LiveProtocol,), {"door": door})


def _size(url: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    return len(url) + sum(len(name) + len(value) + len(": \r\n") for name, value in headers)


def _too_long() -> HandshakeRefused:
    return HandshakeRefused(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The head of a request may take {MAX_HEAD_BYTES} bytes here.",
    )
