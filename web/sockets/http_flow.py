"""What holds back the bytes of an HTTP connection, and takes those of an answer."""

import asyncio
from contextlib import suppress
from typing import Final

from uvicorn.protocols.http.flow_control import FlowControl

from web.sockets.allowance import Allowance

MAX_CHUNKS: Final = 4096
"""Of one body: 64 KiB in pieces of 16 bytes."""
CHUNKS_AT_ONCE: Final = 256
CHUNKS_PER_SECOND: Final = 500
"""A chunk costs 3 us of Python, whatever its size; a body in the most chunks takes 8 s."""


class Flow(FlowControl):
    """uvicorn's flow control, which the application cannot resume while requests wait."""

    held = False

    @property
    def is_full(self) -> bool:
        """Whether the client takes less than is written."""
        return self.write_paused

    def resume_reading(self) -> None:
        if not self.held:
            with suppress(RuntimeError):  # reset, and not yet told so
                super().resume_reading()


class AnswerTransport:
    """
    The transport as an answer is written to it.

    After a reset uvloop raises RuntimeError on writing, until it calls `connection_lost` in the
    loop's next step. An application in that gap would end in a traceback.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self.close = transport.close
        self.is_closing = transport.is_closing
        self._write = transport.write

    def write(self, data: bytes) -> None:
        with suppress(RuntimeError):
            self._write(data)


class Chunks:
    """
    Counts the chunks and trailers of a connection: so many of a body, and so many a second.

    Attributes:
        of_body: Those of the body that is coming in; set back to 0 where a request begins.
    """

    __slots__ = ("_allowance", "_new", "of_body")

    def __init__(self) -> None:
        self.of_body = 0
        self._new = 0
        self._allowance: Allowance | None = None  # hardly anyone sends chunks

    def count(self) -> bool:
        """Count one more, and return whether the body may have so many."""
        self.of_body += 1
        self._new += 1
        return self.of_body <= MAX_CHUNKS

    def wait(self) -> float:
        """Return the seconds until more may be parsed."""
        if self._new:
            if self._allowance is None:
                self._allowance = Allowance(CHUNKS_AT_ONCE, CHUNKS_PER_SECOND)
            self._allowance.take(self._new)
            self._new = 0
        return 0.0 if self._allowance is None else self._allowance.wait()
