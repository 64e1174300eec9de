"""uvicorn's HTTP for a connection that asks for more than a feed, or not in one piece."""

import asyncio
from http import HTTPStatus
from typing import Any, Final, Never, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from web.sockets.handshake import MAX_HEAD_BYTES, HandshakeRefused, RequestHead
from web.sockets.http_flow import MAX_CHUNKS, AnswerTransport, Chunks, Flow
from web.sockets.request_head import decide, head_too_long, too_many_chunks, too_many_lines
from web.sockets.request_rules import MAX_HEADER_LINES
from web.sockets.visit import Visit

# A client waits for the answer before it speaks; one that does not is heard up to this.
MAX_EARLY_BYTES: Final = 64 * 1024
PIECE_BYTES: Final = 1024
"""What is parsed in one go: 40 of the shortest requests or 170 chunks, which take 0.5 ms."""
MAX_PIPELINED: Final = 8
"""Requests that wait for their turn; what follows is not parsed before the first is answered."""
MAX_SURPLUS_BYTES: Final = 1024 * 1024
"""What is read of a body that was answered before it ended, so that the connection may stay."""


_READS: Final = frozenset({b"GET", b"HEAD"})


class _HeadIsEnough(Exception):
    pass


class LiveProtocol(HttpToolsProtocol):
    """
    uvicorn's HTTP, but for live feeds, replays, and heads that break a rule.

    Those wait for their turn, and this protocol is thrown away then. It also bounds what uvicorn
    does not: heads, chunks, pipelined requests, bodies that nobody reads, and how long a client
    may take to ask or to read.
    """

    def __init__(self, visit: Visit, *args: Any) -> None:
        super().__init__(*args)
        self._visit = visit
        self._heart = visit.door.heart
        self._in_head = False
        self._in_request = False
        self._head_bytes = 0
        self._read = b""
        self._chunks = Chunks()
        self._surplus = 0
        self._names_other = self._takes_turns = False
        self._unparsed = b""
        self._running: RequestResponseCycle | None = None
        self._pending: RequestHead | HandshakeRefused | None = None
        self._early = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self.flow = self._flow = Flow(transport)
        self._to_client = cast("asyncio.Transport", AnswerTransport(transport))
        if self.client is not None and self._visit.address is not None:
            self.client = (self._visit.address, self.client[1])

    def connection_lost(self, exc: Exception | None) -> None:
        self._visit.end()
        super().connection_lost(exc)
        # uvicorn tells the latest request alone, which may still wait for its turn behind this one.
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()

    def eof_received(self) -> None:
        self._heart.close(self.transport)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._heart.await_reader(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._heart.taken(self.transport)

    def timeout_keep_alive_handler(self) -> None:
        self._heart.close(self.transport)

    # What comes in

    def data_received(self, data: bytes) -> None:
        if self._pending is not None:
            self._hear_early(data)
        elif self._flow.held:
            self._unparsed += data
        else:
            self._unset_keepalive_if_required()
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE_BYTES):
            if len(self.pipeline) >= MAX_PIPELINED:
                self._hold(data[start:])
                self._heart.heard(self.transport)
                return
            if (wait := self._chunks.wait()) > 0.0:
                self._hold(data[start:])
                self.loop.call_later(wait, self._go_on)
                return
            self._feed(data[start : start + PIECE_BYTES])
            if self._pending is not None:
                if isinstance(self._pending, HandshakeRefused):
                    self._pending.readable = bool(self.url) and self.parser.get_method() in _READS
                self._hear_early(data[start + PIECE_BYTES :])
                self._answer_in_turn()
                return
            if self._surplus > MAX_SURPLUS_BYTES and self.cycle.response_complete:
                self._step_aside()
                self._heart.linger(self.transport, self.connections)
                return

    def _feed(self, piece: bytes) -> None:
        was_in_head = self._in_head
        # Joined for the request line alone, which no piece behind the size of a chunk holds.
        joins = was_in_head and not self._chunks.of_body
        self._read = self._read + piece if joins else piece
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            rest = piece[upgrade.args[0] :]
            if self._names_other:
                self._feed_anew(rest)
                return
            self._early = rest
        except httptools.HttpParserError:
            if self._pending is None:
                self._pending = HandshakeRefused(HTTPStatus.BAD_REQUEST, "This is not HTTP/1.1.")
        if was_in_head and self._in_head:
            # The parser shows a header only when it is complete, so count what it swallows.
            self._head_bytes += len(piece)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._pending = head_too_long()

    def _feed_anew(self, rest: bytes) -> None:
        """
        Serve a request for a protocol that is not spoken here as if it had not named that.

        The parser stops behind the head of such a request, body or not, so it gets the same head
        once more, without its `Upgrade`.
        """
        self._names_other = False
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        lines += [b"%b: %b" % pair for pair in self.headers if pair[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self._feed(b"\r\n".join([*lines, b"", rest]))

    def _hold(self, unparsed: bytes) -> None:
        """Read no further for now."""
        self._unparsed = unparsed
        self._flow.pause_reading()
        self._flow.held = True

    def _go_on(self) -> None:
        if not self._flow.held or self.transport.is_closing() or self._pending is not None:
            return
        self._unset_keepalive_if_required()
        unparsed, self._unparsed = self._unparsed, b""
        self._flow.held = False
        self._flow.resume_reading()
        if self._in_request:
            self._heart.hear(self.transport)
        self._parse(unparsed)

    def _hear_early(self, data: bytes) -> None:
        if isinstance(self._pending, RequestHead) and self._pending.wants_socket:
            self._early += data
            if len(self._early) > MAX_EARLY_BYTES:
                self.transport.abort()

    # The parser's callbacks

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heart.hear(self.transport)
        self._in_head = self._in_request = True
        self._head_bytes = self._surplus = self._chunks.of_body = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._chunks.of_body:
            self.on_chunk_header()  # a trailer costs as much, and nothing has a use for it
            return
        super().on_header(name, value.rstrip(b" \t"))  # the parser leaves spaces at the end
        if len(self.headers) > MAX_HEADER_LINES:
            self._refuse(too_many_lines())

    def on_headers_complete(self) -> None:
        self._in_head = False
        try:
            found = decide(self.parser, self.url, self.headers, self._read)
        except HandshakeRefused as refused:
            self._refuse(refused)
        self.url, self.headers[:] = found.url, found.pairs
        self._pending, self._names_other = found.asked, found.names_other
        if found.asked is not None and not found.asked.wants_socket:
            raise _HeadIsEnough
        if found.asked is None and not found.names_other:
            super().on_headers_complete()
            self.cycle.transport = self._to_client

    def _refuse(self, refused: HandshakeRefused) -> Never:
        """Refuse the request, and stop the parser."""
        self._pending = refused
        raise _HeadIsEnough

    def on_chunk_header(self) -> None:
        # Behind the last chunk may come trailers, which the parser collects like headers.
        self._in_head = True
        self._head_bytes = 0
        if not self._chunks.count():
            self._refuse(too_many_chunks(MAX_CHUNKS))

    def on_body(self, body: bytes) -> None:
        self._in_head = False
        if self.cycle.response_complete:
            self._surplus += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head = self._in_request = False
        self._heart.heard(self.transport)
        # Of a socket's handshake; and a request for another protocol is parsed once more.
        if self._pending is None and not self._names_other:
            super().on_message_complete()
            if self.cycle.response_complete:
                self._heart.hear(self.transport)

    # What goes out

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        if self._takes_turns:
            self._heart.ahead.take(1)
            self.loop.call_later(self._heart.ahead.wait(), self._start_later, cycle, app)
        else:
            super()._start_asgi_task(cycle, app)

    def _start_later(self, cycle: RequestResponseCycle, app: Any) -> None:
        if not self.transport.is_closing():
            super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        self._takes_turns = True  # what was sent ahead of this answer
        super().on_response_complete()
        self._takes_turns = False
        if self.transport.is_closing():
            self._heart.close(self.transport)
        elif self._pending is not None:
            self._answer_in_turn()
        elif self._flow.held:
            self.loop.call_soon(self._go_on)
        elif not self.pipeline and self.cycle.response_complete:
            self._heart.hear(self.transport)

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
            self._visit.answer(self._pending, self._early, paused=self._flow.is_full)

    def _step_aside(self) -> None:
        """Be thrown away: the transport gets another protocol."""
        self._unparsed = b""
        self._flow.held = False
        self._flow.resume_reading()
        self.connections.discard(self)
        self.parser = None  # type: ignore[assignment]  # as uvicorn does: it ends the cycle

    def _give_up(self, unfinished: RequestResponseCycle) -> None:
        # What came is no end of the request being answered, so that answer may never come.
        if isinstance(self._pending, HandshakeRefused) and not (
            unfinished.response_started or self.pipeline
        ):
            self._step_aside()
            super().connection_lost(ConnectionAbortedError())  # to that request
            self._visit.answer(self._pending)
        else:
            self._heart.close(self.transport)
