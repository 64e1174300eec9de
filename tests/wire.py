"""The wire between a page and its server, which a test can cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal, Self

_CHUNK: Final = 1 << 16

Cut = Literal["silent", "refused"]
"""Everything is held back, as by a dead link; or all is closed, as by a server that is gone."""


class CuttableWire:
    """
    Passes on every connection to a port of its own, as long as the context.

    Attributes:
        url: Where the server is reached over the wire.
    """

    def __init__(self, port: int) -> None:
        self._server: Final = ("127.0.0.1", port)
        self._listener: Final = socket.create_server(("127.0.0.1", 0))
        self.url: Final = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._whole: Final = threading.Event()
        self._whole.set()
        self._refusing = False
        self._ends: Final[set[socket.socket]] = set()

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._hang_up()
        self._whole.set()

    def cut(self, how: Cut) -> None:
        self._refusing = how == "refused"
        self._whole.clear()
        if self._refusing:
            self._hang_up()

    def mend(self) -> None:
        """Pass on again, what was held back first."""
        self._refusing = False
        self._whole.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._join(self._listener.accept()[0])

    def _join(self, page: socket.socket) -> None:
        if self._refusing:
            page.close()
            return
        server = socket.create_connection(self._server)
        self._ends.update((page, server))
        if self._refusing:  # since a moment ago
            self._hang_up()
        for source, target in ((page, server), (server, page)):
            self._start(self._pass_on, source, target)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                self._whole.wait()
                target.sendall(chunk)
        self._whole.wait()
        for end in (source, target):
            self._close(end)

    def _hang_up(self) -> None:
        for end in tuple(self._ends):
            self._close(end)

    def _close(self, end: socket.socket) -> None:
        self._ends.discard(end)
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=run, args=arguments, daemon=True).start()
