import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from replay.player import Declined
from replay.playhead import Control, Pause, Play, Seek
from web.sockets.control_reader import ControlReader

CONTROLS = [
    ('{"type":"pause"}', Pause()),
    ('{"type":"play"}', Play()),
    ('{"type":"seek","version":7}', Seek(7)),
]


def framed(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def said(text: str) -> bytes:
    return framed(Opcode.TEXT, text.encode())


def read_all(reader: ControlReader, now: float = 0.0) -> list[Control | Declined]:
    wishes: list[Control | Declined] = []
    while (wait := reader.wait(now)) is not None:
        now += wait + 1e-6
        wishes += reader.read(now)
    return wishes


@given(
    st.lists(st.sampled_from(CONTROLS), max_size=30),
    st.lists(st.integers(1, 200), min_size=1, max_size=30),
)
def test_controls_are_the_same_however_their_bytes_are_cut(
    spoken: list[tuple[str, Control]], cuts: list[int]
) -> None:
    reader, now, wishes = ControlReader(), 0.0, list[Control | Declined]()
    data = b"".join(said(text) for text, _ in spoken)
    while data:
        for size in cuts:
            reader.feed(data[:size])
            data = data[size:]
            wishes += read_all(reader, now)
            now += 1
    assert wishes == [wish for _, wish in spoken]


def test_a_hundred_frames_are_read_at_once_and_a_hundred_a_second() -> None:
    reader = ControlReader()
    reader.feed(said('{"type":"pause"}') * 1000)
    first = len(reader.read(50.0))
    assert 100 <= first < 200
    wait = reader.wait(50.0)
    assert wait is not None
    assert wait == pytest.approx((first - 99) / 100)
    assert reader.read(50.0 + wait / 2) == []
    assert len(read_all(reader, 50.0)) == 1000 - first
    assert reader.wait(1000.0) is None


@pytest.mark.parametrize(
    "kind", [Opcode.PING, Opcode.PONG, Opcode.TEXT, Opcode.BINARY, Opcode.CONT]
)
def test_every_kind_of_frame_counts(kind: Opcode) -> None:
    reader = ControlReader()
    if kind is Opcode.CONT:
        reader.feed(framed(Opcode.TEXT, fin=False))
    reader.feed(framed(kind, fin=kind is not Opcode.CONT) * 1000)
    reader.read(0.0)
    assert reader.unread > 0
    assert reader.wait(0.0) != 0.0


def test_of_the_pings_that_were_read_together_the_last_one_is_answered() -> None:
    reader = ControlReader()
    reader.feed(b"".join(framed(Opcode.PING, bytes([at])) for at in range(5)))
    assert reader.read(0.0) == []
    assert reader.answer == Frame(Opcode.PONG, b"\x04").serialize(mask=False)
    assert not reader.closed


def test_what_stands_before_a_close_is_obeyed_and_what_stands_behind_it_is_not() -> None:
    reader = ControlReader()
    pause, close = said('{"type":"pause"}'), framed(Opcode.CLOSE, b"\x03\xe8")
    reader.feed(pause + close + pause * 1000)
    assert reader.read(0.0) == [Pause()]
    assert reader.closed
    assert reader.answer == b"\x88\x02\x03\xe8"
    reader.feed(pause)
    assert reader.unread == 0


def test_what_stands_behind_text_that_is_not_utf_8_is_not_obeyed() -> None:
    reader = ControlReader()
    pause = said('{"type":"pause"}')
    reader.feed(pause + framed(Opcode.TEXT, b"\xff") + pause)
    assert reader.read(0.0) == [Pause()]
    assert reader.closed
    assert reader.answer[2:4] == (1007).to_bytes(2)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x01x", 1002),  # not masked
        (b"\xf1\x80\0\0\0\0", 1002),  # reserved bits
        (b"\x83\x80\0\0\0\0", 1002),  # no such opcode
        (b"\x80\x80\0\0\0\0", 1002),  # nothing to continue
        (b"\x09\x80\0\0\0\0", 1002),  # a ping in fragments
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1009),  # longer than there is memory
        (b"\x81\xfe\x10\x01\0\0\0\0", 1009),  # one byte above 4 KiB, by its head alone
    ],
)
def test_what_breaks_the_protocol_closes_with_its_code(sent: bytes, code: int) -> None:
    reader = ControlReader()
    reader.feed(said('{"type":"pause"}') + sent)
    assert reader.read(0.0) == [Pause()]
    assert reader.closed
    assert int.from_bytes(reader.answer[2:4]) == code


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ('{"a":' + "[" * 4000, "This is nested too deep."),
        ('{"type":"seek","version":1e30}', "Expected `int`, got `float` - at `$.version`."),
        ('{"type":"pause"} {}', "JSON is malformed: trailing characters (byte 18)."),
        ("", "Input data was truncated."),
    ],
)
def test_what_is_no_control_is_declined_with_what_is_wrong_and_an_example(
    text: str, said_of_it: str
) -> None:
    reader = ControlReader()
    reader.feed(said(text))
    (declined,) = read_all(reader)
    assert isinstance(declined, Declined)
    assert declined.detail == f'{said_of_it} A control is JSON, such as {{"type":"pause"}}.'
