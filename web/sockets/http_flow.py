"""What holds back the bytes of an HTTP connection, and takes those of an answer."""

import asyncio
from contextlib import suppress

from uvicorn.protocols.http.flow_control import FlowControl


class Flow(FlowControl):
    """uvicorn's flow control, which the application cannot resume while requests wait."""

    held = False

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
