"""A connection before it is a viewer's: seated at the door, then admitted or refused."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, Final, NamedTuple

from uvicorn.server import ServerState

from web.sockets.crowd import Crowd, Seat
from web.sockets.feed import Feeds
from web.sockets.handshake import (
    REPLAY,
    HandshakeRefused,
    RequestHead,
    accept_socket,
    cursor_of,
    forwarded_for,
    unknown,
)
from web.sockets.heart import Heart
from web.sockets.origins import Origins
from web.sockets.replay_viewer import ReplayViewer
from web.sockets.replays import Replays
from web.sockets.request_rules import Headers
from web.sockets.response import STREAM_HEADERS, problem_answer, response_head
from web.sockets.viewers import LiveViewer, SocketViewer, StreamViewer

# What the system does not take at once makes a viewer a slow one, until it has taken all. So a
# write goes out within its call, and nothing piles up here.
MOST_UNSENT_BYTES: Final = 0
# So many who find no room are told why before they go; others are cut off.
MOST_TOLD: Final = 100
# A listener for both families shows IPv4 in this form, and no list of proxies does.
_MAPPED: Final = "::ffff:"


class Door(NamedTuple):
    """
    Attributes:
        now: The hour as text, for `hello`.
    """

    feeds: Feeds
    heart: Heart
    crowd: Crowd
    origins: Origins
    replays: Replays
    now: Callable[[], str]


class Visit(asyncio.Protocol):
    """
    Attributes:
        address: The other end; None where the system does not say.
        connections: uvicorn's list: at its shutdown it calls `shutdown` on all, and waits.
    """

    door: ClassVar[Door]

    def __init__(self, state: ServerState) -> None:
        self.address: str | None = None
        self.connections: Final[set[Any]] = state.connections
        self._state: Final = state
        self._seat: Seat | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        self.transport = transport
        self.connections.add(self)
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple):  # of a socket in the file system it is a text
            self.address = peer[0].removeprefix(_MAPPED)
        heart = self.door.heart
        going = min(heart.lingering, MOST_TOLD)
        try:
            self._seat = self.door.crowd.enter(self.address, len(self.connections) - going)
        except HandshakeRefused as refused:
            self.connections.discard(self)
            self._refuse(refused)
            if heart.lingering > MOST_TOLD:
                transport.abort()
        else:
            heart.hear(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.connections.discard(self)
        self.end()

    def end(self) -> None:
        """Leave: the connection is gone."""
        self.door.heart.forget(self.transport)
        if self._seat is not None:
            self._seat.leave()

    def shutdown(self) -> None:
        """Close at uvicorn's goodbye: nothing has been asked yet."""
        self.transport.close()

    def answer(
        self, asked: RequestHead | HandshakeRefused, early: bytes = b"", *, paused: bool = False
    ) -> None:
        """
        Hand the connection to a viewer of its own, or refuse it.

        Args:
            asked: What was asked, or why it cannot be.
            early: What the client sent behind its request.
            paused: Not all that was written before could be sent.
        """
        self._state.total_requests += 1
        self.door.heart.forget(self.transport)
        try:
            if isinstance(asked, HandshakeRefused):
                raise asked
            self._admit(asked, early, paused=paused)
        except HandshakeRefused as refused:
            self._refuse(refused)

    def pass_on(self, headers: Headers) -> Seat:
        """
        Return the seat of what follows: this one, or that of whom a proxy brings.

        Raises:
            HandshakeRefused: The guest whom the proxy brings holds too many.
        """
        seat, self._seat = self._seat, None
        if seat is not None and seat.guest is not None:
            return seat
        return self.door.crowd.enter_behind(self.address, forwarded_for(headers))

    def _admit(self, head: RequestHead, early: bytes, *, paused: bool) -> None:
        if head.feed == REPLAY:
            self._replay(head).begin(early, paused=paused)
            return
        viewer = self._follow(head)
        if paused:
            viewer.pause_writing()
        if early:
            viewer.data_received(early)

    def _follow(self, head: RequestHead) -> LiveViewer:
        door = self.door
        preface = (
            accept_socket(head, door.origins)
            if head.wants_socket
            else response_head(HTTPStatus.OK, STREAM_HEADERS, self._state.default_headers)
        )
        feed = door.feeds.get(head.ceremony)
        if feed is None:
            raise unknown(head.ceremony)
        cursor = cursor_of(head)
        kind = SocketViewer if head.wants_socket else StreamViewer
        seat = self.pass_on(head.headers)
        viewer = kind(self.transport, feed, door.heart, self.connections, seat)
        self.transport.set_write_buffer_limits(MOST_UNSENT_BYTES)
        self.transport.set_protocol(viewer)
        feed.join(viewer, cursor, server_time=door.now(), preface=preface)
        return viewer

    def _replay(self, head: RequestHead) -> ReplayViewer:
        door = self.door
        preface = accept_socket(head, door.origins)
        session = door.replays.session(head)
        seat = self.pass_on(head.headers)
        try:
            viewer = door.replays.join(
                self.transport,
                session,
                preface=preface,
                heart=door.heart,
                connections=self.connections,
                seat=seat,
            )
        except HandshakeRefused:
            seat.leave()
            raise
        self.transport.set_write_buffer_limits(MOST_UNSENT_BYTES)
        return viewer

    def _refuse(self, refused: HandshakeRefused) -> None:
        self.door.crowd.refused[refused.name] += 1
        if self._seat is not None:
            self._seat.leave()
        self.transport.write(problem_answer(refused, self._state.default_headers))
        self.door.heart.linger(self.transport, self.connections)
