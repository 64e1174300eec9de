"""The replay socket: a night played at the viewer's pace, under the viewer's controls."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, MutableMapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final, Protocol

import msgspec
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

from replay.clock import Clock
from replay.player import Declined, Moved, Played, Player
from replay.playhead import Control, Playhead
from web.policy import ALWAYS
from web.sockets import messages
from web.sockets.control_frames import MAX_MESSAGE_BYTES
from web.sockets.crowd import Seat
from web.sockets.handshake import HandshakeRefused, by_name, check_origin, unknown
from web.sockets.origins import Origins
from web.sockets.replay_handshake import ceremony_of, wish_of

HEARTBEAT_SECONDS = 10.0
PATIENCE_SECONDS = 30.0
LINGER_SECONDS = 10.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_controls: Final[msgspec.json.Decoder[Control]] = msgspec.json.Decoder(Control)


class Replayed(Protocol):
    """One history of a ceremony, as it is replayed; it may still be growing."""

    @property
    def ceremony(self) -> str: ...

    @property
    def epoch(self) -> str: ...

    @property
    def times(self) -> Sequence[int]:
        """`t` of each frame, version 1 first: one sequence, which grows with the history."""
        ...

    def frame(self, version: int) -> bytes:
        """Return the encoded `frame` message."""
        ...

    async def keyframe_at(self, version: int) -> bytes:
        """Return the encoded `keyframe` message."""
        ...


def replay_socket(
    lookup: Callable[[str], Replayed | None],
    clock: Clock,
    now: Callable[[], str],
    allowed_origins: Collection[str] = (),
    patience: float = PATIENCE_SECONDS,
    *,
    refused: Counter[str] | None = None,
) -> ASGIApp:
    """
    Return the ASGI callable for sockets at `/api/ceremonies/{id}/replay`.

    A raw one, since a handshake has to be refused by its proper status, and not always by 403.

    Args:
        lookup: The night of a ceremony, or None.
        clock: What playback is paced by.
        now: The hour, for `server_time`.
        allowed_origins: Which pages may open the socket; see `Origins`.
        patience: How many seconds a message may wait for a viewer who does not read.
        refused: Counts who was turned away, by the name of the problem.

    Raises:
        ValueError: One of `allowed_origins` is none.
    """
    origins = Origins(allowed_origins)
    refused = Counter() if refused is None else refused

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            check_origin(by_name(scope["headers"]), origins)
            night = _found(scope["path"], lookup)
            wish = wish_of(scope["query_string"], len(night.times))
        except HandshakeRefused as refusal:
            refused[refusal.name] += 1
            await _deny(send, refusal)
            return
        await send({"type": "websocket.accept"})
        head = Playhead(version=wish.version, speed=wish.speed, idle=wish.idle)
        line = _Line(send, patience)
        session = _Session(night, Player(night.times, clock, head), line, now)
        await session.run(receive, clock)

    return app


def _found(path: str, lookup: Callable[[str], Replayed | None]) -> Replayed:
    ceremony = ceremony_of(path)
    if ceremony is None:
        raise HandshakeRefused(
            HTTPStatus.NOT_FOUND, "Replays are played at /api/ceremonies/{id}/replay."
        )
    night = lookup(ceremony)
    if night is None:
        raise unknown(ceremony)
    return night


async def _deny(send: Send, refusal: HandshakeRefused) -> None:
    await send(
        {
            "type": "websocket.http.response.start",
            "status": refusal.status.value,
            "headers": [
                (name.lower().encode(), value.encode())
                for name, value in {**ALWAYS, **refusal.headers}.items()
            ],
        }
    )
    await send({"type": "websocket.http.response.body", "body": refusal.body})


class _Line:
    """The way to the viewer: one message at a time, each with a deadline."""

    def __init__(self, send: Send, patience: float) -> None:
        self._send: Final = send
        self._patience: Final = patience
        self._turn: Final = asyncio.Lock()

    async def say(self, message: bytes | messages.Message) -> None:
        """
        Send one message.

        Raises:
            TimeoutError: The viewer does not read.
            OSError: The viewer is gone.
        """
        text = message if isinstance(message, bytes) else msgspec.json.encode(message)
        await self._post({"type": "websocket.send", "text": text.decode()})

    async def close(self, code: int, reason: str = "") -> None:
        await self._post({"type": "websocket.close", "code": code, "reason": reason})

    async def _post(self, message: Message) -> None:
        async with self._turn, asyncio.timeout(self._patience):
            await self._send(message)


class _Session:
    """One viewer's replay, from the greeting to the close."""

    def __init__(
        self, night: Replayed, player: Player, line: _Line, now: Callable[[], str]
    ) -> None:
        self._night: Final = night
        self._player: Final = player
        self._line: Final = line
        self._now: Final = now

    async def run(self, receive: Receive, clock: Clock) -> None:
        """Do it all; return when the socket is closed or its viewer lost."""
        parts = [
            asyncio.create_task(part)
            for part in (self._play(), self._listen(receive), self._beat(clock))
        ]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            code = done.pop().result()
        except OSError:
            return  # gone, or not reading: then there is nobody to say good-bye to
        except Exception:
            with suppress(OSError):
                await self._line.close(CloseCode.INTERNAL_ERROR)
            raise
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
        if code is not None:
            with suppress(OSError):
                await self._line.close(code)

    async def _play(self) -> CloseCode:
        version = self._player.head.version
        await self._line.say(
            messages.Hello(
                self._night.ceremony, self._night.epoch, len(self._night.times), self._now()
            )
        )
        await self._line.say(await self._night.keyframe_at(version))
        await self._line.say(messages.CaughtUp(version))
        async for happening in self._player.play():
            match happening:
                case Played(version):
                    await self._line.say(self._night.frame(version))
                case Moved():
                    await self._tell(happening)
                case Declined(detail):
                    await self._line.say(messages.Refused(detail))
        await self._line.say(messages.Finished())
        return CloseCode.NORMAL_CLOSURE

    async def _tell(self, moved: Moved) -> None:
        head = moved.head
        if moved.sought:
            await self._line.say(await self._night.keyframe_at(head.version))
        await self._line.say(messages.Playhead(head.version, moved.t, head.speed, head.state))

    async def _listen(self, receive: Receive) -> CloseCode | None:
        while (message := await receive())["type"] == "websocket.receive":
            text: str | None = message.get("text")
            size = len(message.get("bytes") or b"") if text is None else len(text.encode())
            if size > MAX_MESSAGE_BYTES:
                return CloseCode.MESSAGE_TOO_BIG
            await self._player.control(_control(text))
        return None

    async def _beat(self, clock: Clock) -> None:
        never = asyncio.Event()
        while True:
            await clock.sleep(clock.now() + HEARTBEAT_SECONDS, never)
            await self._line.say(messages.Heartbeat(self._player.head.version, self._now()))


def _control(text: str | None) -> Control | Declined:
    if text is None:
        return Declined('A control is JSON text, such as {"type":"pause"}.')
    try:
        return _controls.decode(text)
    except msgspec.DecodeError as problem:
        return Declined(f'{problem}. A control is JSON, such as {{"type":"pause"}}.')


class ReplayProtocol(WebSocketsSansIOProtocol):
    """
    uvicorn's socket, but hanging up on a viewer who does not even read the close.

    Attributes:
        seat: Set by the protocol that it follows.
    """

    seat: Seat | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self.seat is not None:
            self.seat.leave()
        super().connection_lost(exc)

    async def run_asgi(self) -> None:
        await super().run_asgi()
        if self.transport.get_write_buffer_size():
            # It closes once all that was written is read, which may be never.
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    async def send(self, message: ASGISendEvent) -> None:
        if self.close_sent:
            raise ClientDisconnected  # it closed by itself, on bytes that are no frame
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # Or uvicorn logs an error for every refusal, as if it had never been sent.
            self.handshake_complete = True
