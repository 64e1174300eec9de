"""uvicorn's HTTP for a connection that asks for more than a feed, or not in one piece."""

import asyncio
from http import HTTPStatus
from typing import Any, Final, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from web.sockets.handshake import (
    MAX_HEAD_BYTES,
    HandshakeRefused,
    RequestHead,
    by_name,
    head_size,
    head_too_long,
    live_head,
    misplaced,
)
from web.sockets.response import problem_answer
from web.sockets.visit import Visit

# A client waits for the answer before it speaks; one that does not is heard up to this.
MAX_EARLY_BYTES: Final = 64 * 1024


class _HeadIsEnough(Exception):
    pass


class LiveProtocol(HttpToolsProtocol):
    """
    uvicorn's HTTP, but for requests for a live feed and for heads that are too long.

    Those go back to the visit to be answered, in their turn, and this protocol is thrown away.
    """

    def __init__(self, visit: Visit, *args: Any) -> None:
        super().__init__(*args)
        self._visit = visit
        self._in_head = False
        self._head_bytes = 0
        self._pending: RequestHead | HandshakeRefused | None = None
        self._early = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        if self.client is not None and self._visit.address is not None:
            self.client = (self._visit.address, self.client[1])

    def connection_lost(self, exc: Exception | None) -> None:
        self._visit.end()
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
            # An upgrade to anything but a socket is ignored: the request is answered as it is.
            self._early = data[upgrade.args[0] :]
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
        self._visit.door.heart.hear(self.transport)
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        if head_size(self.url, self.headers) > MAX_HEAD_BYTES:
            self._pending = head_too_long()
            raise _HeadIsEnough
        headers = by_name(self.headers)
        self._pending = live_head(self.parser, self.url, headers) or misplaced(self.parser, headers)
        if self._pending is None:
            super().on_headers_complete()
        elif not _opens_socket(self._pending):
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
        self._visit.door.heart.heard(self.transport)
        # Of a socket's handshake; a body it may have is never parsed, nor is a stream's.
        if self._pending is None:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._pending is not None and not self.transport.is_closing():
            self._answer_in_turn()

    def _hear_early(self, data: bytes) -> None:
        if _opens_socket(self._pending):
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
        self._step_aside()
        if self._pending is not None:
            self._visit.answer(self._pending, self._early, paused=self.flow.write_paused)

    def _step_aside(self) -> None:
        """Be thrown away: the transport gets another protocol."""
        self.flow.resume_reading()
        self.connections.discard(self)
        self.parser = None  # type: ignore[assignment]  # as uvicorn does: it ends the cycle

    def _give_up(self, unfinished: RequestResponseCycle) -> None:
        # What came is no end of the request being answered, so that answer may never come.
        if isinstance(self._pending, HandshakeRefused) and not (
            unfinished.response_started or self.pipeline
        ):
            self.transport.write(problem_answer(self._pending, self.server_state.default_headers))
        self.transport.close()


def _opens_socket(asked: RequestHead | HandshakeRefused | None) -> bool:
    return isinstance(asked, RequestHead) and asked.wants_socket
