"""What a viewer of a live feed may send, and what becomes of one that sends more."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from websockets.frames import Close, CloseCode, Frame, Opcode

from feed_doubles import HOUR, GrowingHistory
from test_live import Pipe, masked
from web.sockets import control_frames
from web.sockets.allowance import Allowance
from web.sockets.control_frames import (
    AT_ONCE_BYTES,
    MAX_MESSAGE_BYTES,
    PER_SECOND_BYTES,
    ControlFrames,
    Violation,
)
from web.sockets.crowd import Seat
from web.sockets.feed import Feed, Feeds
from web.sockets.heart import Heart
from web.sockets.viewers import MAX_BEHIND_BYTES, LiveViewer, SocketViewer, StreamViewer

PING = masked(Opcode.PING, b"")
EMPTY_FRAGMENT = masked(Opcode.TEXT, b"", fin=False)


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_an_allowance_is_a_burst_and_then_so_much_a_second() -> None:
    clock = Clock()
    allowance = Allowance(1000, 100, clock)
    assert [allowance.take(600), allowance.take(600)] == [600, 400]
    assert allowance.take(10) == 0
    assert 2.1 <= allowance.wait() < 2.2  # 210 bytes are owed
    clock.seconds += 2.1  # 210 bytes were owed
    assert allowance.take(50) == 0
    clock.seconds += 0.6
    assert allowance.wait() == 0
    clock.seconds += 3600
    assert [allowance.take(900), allowance.take(900)] == [900, 100], "a pause is worth no more"


def read(*pieces: bytes, clock: Clock | None = None) -> list[Frame]:
    frames = ControlFrames(clock or Clock())
    return [frame for piece in pieces for frame in frames.read(piece)]


def broken(*pieces: bytes) -> CloseCode:
    with pytest.raises(Violation) as caught:
        read(*pieces)
    assert 0 < len(caught.value.reason.encode()) <= 123, "a close frame has room for so much"
    return caught.value.code


def test_control_frames_are_read_however_they_are_cut() -> None:
    said = masked(Opcode.PING, b"one") + masked(Opcode.PONG, b"") + masked(Opcode.PING, b"x" * 125)
    said += masked(Opcode.CLOSE, b"\x03\xe8bye")
    whole = [
        Frame(Opcode.PING, b"one"),
        Frame(Opcode.PONG, b""),
        Frame(Opcode.PING, b"x" * 125),
        Frame(Opcode.CLOSE, b"\x03\xe8bye"),
    ]
    assert read(said) == whole
    assert read(*(bytes([byte]) for byte in said)) == whole
    assert read(said[:5], said[5:9], b"", said[9:]) == whole


@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY])
@pytest.mark.parametrize("fin", [True, False])
@pytest.mark.parametrize("length", [0, 1, 125, 126, 4096])
def test_a_data_frame_is_refused_by_its_head_alone(
    opcode: Opcode, length: int, *, fin: bool
) -> None:
    frame = masked(opcode, bytes(length), fin=fin)
    assert broken(frame) is CloseCode.POLICY_VIOLATION
    assert broken(PING + frame[: 2 if length < 126 else 4]) is CloseCode.POLICY_VIOLATION


@pytest.mark.parametrize("length", [4097, 65535, 65536, 1 << 62])
def test_a_message_over_4_kib_has_its_own_code(length: int) -> None:
    head = b"\x81\xfe" + length.to_bytes(2) if length < 65536 else b"\x81\xff"
    assert broken(head) is CloseCode.MESSAGE_TOO_BIG
    assert MAX_MESSAGE_BYTES == 4096


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"\x89\x00", id="a ping without a mask"),
        pytest.param(b"\x81\x00", id="a text without a mask"),
        pytest.param(b"\xc9\x80", id="a reserved bit"),
        pytest.param(b"\xc1\x80", id="a compressed text that was not agreed upon"),
        pytest.param(b"\x80\x80", id="nothing to continue"),
        pytest.param(b"\x09\x80", id="half a ping"),
        pytest.param(b"\x89\xfe", id="a ping of 126 bytes"),
        pytest.param(b"\x83\x80", id="an opcode without a meaning"),
        pytest.param(b"\x8b\x80", id="a control opcode without a meaning"),
        pytest.param(masked(Opcode.CLOSE, b"\x03"), id="a close of one byte"),
        pytest.param(masked(Opcode.CLOSE, b"\x03\xed"), id="a close code that is never sent"),
        pytest.param(masked(Opcode.CLOSE, b"\0\1"), id="a close code out of range"),
    ],
)
def test_a_malformed_frame_is_a_protocol_error(said: bytes) -> None:
    assert broken(said) is CloseCode.PROTOCOL_ERROR


def test_a_close_whose_reason_is_no_text_is_invalid_data() -> None:
    assert broken(masked(Opcode.CLOSE, b"\x03\xe8\xff\xfe")) is CloseCode.INVALID_DATA


def test_pings_over_the_allowance_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = 0
    made = Frame

    def counting(*arguments: Any) -> Frame:
        nonlocal parsed
        parsed += 1
        return made(*arguments)

    monkeypatch.setattr(control_frames, "Frame", counting)
    assert broken(PING * 40_000) is CloseCode.POLICY_VIOLATION
    assert parsed == AT_ONCE_BYTES // len(PING)


def test_pings_that_trickle_are_held_to_so_many_bytes_a_second() -> None:
    clock = Clock()
    frames = ControlFrames(clock)
    heard = 0

    def trickle() -> None:
        nonlocal heard
        for _ in range(100_000):
            heard += len(list(frames.read(PING)))
            clock.seconds += 0.01

    with pytest.raises(Violation, match="256 bytes a second"):
        trickle()
    seconds = clock.seconds - 100
    assert heard * len(PING) <= AT_ONCE_BYTES + seconds * PER_SECOND_BYTES


def test_a_client_that_pings_twice_a_second_goes_on_for_ever() -> None:
    clock = Clock()
    frames = ControlFrames(clock)
    for _ in range(10_000):
        assert len(list(frames.read(masked(Opcode.PING, b"x" * 100)))) == 1
        clock.seconds += 0.5


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def joined(kind: type[LiveViewer]) -> tuple[Any, Pipe, Feed]:
    """Return a viewer that has just joined, what it is written to, and its feed."""
    feeds = Feeds()
    feed = Feed("oscars-97", GrowingHistory(version=7))
    feeds.add(feed)
    pipe = Pipe()
    viewer = kind(pipe, feed, Heart(feeds, now=lambda: HOUR), set(), Seat(Counter()))
    feed.join(viewer, None, server_time=HOUR)
    pipe.written.clear()
    return viewer, pipe, feed


@pytest.mark.anyio
async def test_the_first_empty_fragment_closes_the_socket() -> None:
    viewer, pipe, feed = joined(SocketViewer)
    viewer.data_received(EMPTY_FRAGMENT * 10_000)
    assert feed.viewers == 0
    close = Close(CloseCode.POLICY_VIOLATION, "viewers have nothing to say").serialize()
    assert pipe.written == [Frame(Opcode.CLOSE, close).serialize(mask=False)]
    assert not isinstance(pipe.protocol, SocketViewer), "what follows is thrown away unparsed"


@pytest.mark.anyio
async def test_a_flood_of_pings_closes_the_socket_with_what_was_owed() -> None:
    viewer, pipe, feed = joined(SocketViewer)
    viewer.data_received(PING * 40_000)
    assert feed.viewers == 0
    (said,) = pipe.written
    pong = Frame(Opcode.PONG, b"").serialize(mask=False)
    assert said.count(pong) == AT_ONCE_BYTES // len(PING)
    assert said[len(pong) * said.count(pong) :][2:4] == CloseCode.POLICY_VIOLATION.to_bytes(2)


@pytest.mark.anyio
async def test_a_slow_client_that_floods_gets_the_close_alone() -> None:
    viewer, pipe, feed = joined(SocketViewer)
    viewer.pause_writing()
    viewer.data_received(PING * 1000)
    assert feed.viewers == 0
    (said,) = pipe.written
    assert said[:1] == b"\x88"


@pytest.mark.anyio
async def test_what_follows_the_request_for_a_stream_is_dropped_up_to_a_limit() -> None:
    viewer, _, feed = joined(StreamViewer)
    viewer.data_received(bytes(MAX_BEHIND_BYTES))
    assert feed.viewers == 1
    viewer.data_received(b"G")
    assert feed.viewers == 0


@pytest.mark.anyio
async def test_a_viewer_that_says_nothing_has_no_reader_of_frames() -> None:
    viewer, _, _ = joined(SocketViewer)
    assert viewer._frames is None
    viewer.data_received(PING)
    await asyncio.sleep(0)
    assert viewer._frames is not None
