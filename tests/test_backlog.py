import asyncio
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from web.sockets.backlog import backlog


class Transport:
    """A transport that holds some bytes of its own, over a real socket."""

    def __init__(self, end: socket.socket, unsent: int) -> None:
        self._end = end
        self._unsent = unsent

    def get_write_buffer_size(self) -> int:
        return self._unsent

    def get_extra_info(self, name: str) -> Any:
        assert name == "socket"
        return self._end


def backlog_of(end: socket.socket, unsent: int = 0) -> int:
    return backlog(cast("asyncio.Transport", Transport(end, unsent)))


@contextmanager
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Connect two ends, of which the second one has little room for what it does not read."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()) as writer:
            accepted, _ = listener.accept()
            with accepted:
                writer.settimeout(0)
                yield writer, accepted


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
def test_what_the_other_end_has_not_acknowledged_counts_and_what_it_has_does_not() -> None:
    with connected() as (writer, reader):
        assert backlog_of(writer, 7) == 7
        sent = writer.send(b"x" * 1_000_000)
        held = backlog_of(writer, 7) - 7
        assert 0 < held <= sent
        taken = 0
        while taken < sent:
            taken += len(reader.recv(65_536))
        for _ in range(3000):
            if backlog_of(writer) == 0:
                break
            time.sleep(0.01)  # the last acknowledgement is on its way
        assert backlog_of(writer) == 0


def test_a_socket_that_is_closed_holds_nothing() -> None:
    with connected() as (writer, _):
        writer.close()
        assert backlog_of(writer, 7) == 7


def test_where_the_system_does_not_tell_the_transport_is_asked_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.sockets.backlog._LINUX", False)
    with connected() as (writer, _):
        writer.send(b"x" * 1_000_000)
        assert backlog_of(writer, 7) == 7
