"""Requests of our own, over httpcore: to addresses that were looked at, and of bounded size."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import httpcore

from web.webhooks.destinations import Destination
from web.webhooks.network import Answer

_LARGEST_HEAD: Final = 16_384
"""
Bytes that are read of an answer, as many as this server takes of a request's head. The head must be
among them, with every `100 Continue` before it. Nothing else is read.
"""
_PIECE: Final = 4096
"""Bytes read at once: what a stranger sends is parsed in steps of 3 ms at most, then others run."""
_HEAD_START_SECONDS: Final = 0.25
"""Before the next address is tried as well (RFC 8305, section 5)."""
_MOST_ADDRESSES: Final = 8


class HttpSender:
    """
    A `Sender` on the real network.

    Each request has a connection of its own, so nothing of one delivery is kept for another: no
    cookie, no open connection, no address. No proxy of the environment, and no redirect.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, tcp: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        """
        Read the authorities that vouch for receivers, which takes some 20 ms.

        Args:
            tls: Whom to trust; None: certifi's authorities and the system's.
            tcp: Opens connections to addresses; None: asyncio's.
        """
        self._tls: Final = tls or httpcore.default_ssl_context()
        self._tcp: Final = tcp or httpcore.AnyIOBackend()

    async def send(self, to: Destination, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post `body` and return the answer, whose own body is not read."""
        network = _Network(to.addresses, self._tcp)
        host = to.host.encode("ascii")
        named = {
            **headers,
            "Host": to.authority,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        connection = httpcore.AsyncHTTPConnection(
            httpcore.Origin(to.scheme.encode("ascii"), host, to.port),
            ssl_context=self._tls,
            network_backend=network,
        )
        request = httpcore.Request(
            "POST",
            httpcore.URL(scheme=to.scheme, host=host, port=to.port, target=to.path),
            headers=[(name.encode(), value.encode()) for name, value in named.items()],
            content=body,
        )
        try:
            answer = await connection.handle_async_request(request)
            return Answer(answer.status, _header(answer, b"retry-after"))
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
        ) as problem:
            raise OSError(str(problem)[:200] or type(problem).__name__) from problem
        finally:
            await network.close()


class _Network(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were looked at, and asks nobody for others."""

    def __init__(self, addresses: Sequence[str], tcp: httpcore.AsyncNetworkBackend) -> None:
        self._addresses: Final = addresses[:_MOST_ADDRESSES]
        self._tcp: Final = tcp
        self._opened: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - a name, which is not looked up again
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the whole request has one
        local_address: str | None = None,  # noqa: ARG002 - any
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - none
    ) -> httpcore.AsyncNetworkStream:
        """Return the first connection that opens; each address has a head start on the next."""
        waiting = list(self._addresses)
        trying: set[asyncio.Task[None]] = set()
        problems: list[BaseException] = []
        try:
            while not self._opened and (waiting or trying):
                if waiting:
                    trying.add(asyncio.create_task(self._try(waiting.pop(0), port)))
                head_start = _HEAD_START_SECONDS if waiting else None
                done, trying = await asyncio.wait(
                    trying, timeout=head_start, return_when=asyncio.FIRST_COMPLETED
                )
                problems += [why for each in done if (why := each.exception()) is not None]
        finally:
            for each in trying:
                each.cancel()
            await asyncio.gather(*trying, return_exceptions=True)
        if not self._opened:
            raise problems[0] if problems else httpcore.ConnectError("no address")
        return _BoundedStream(self._opened[0], _LARGEST_HEAD)

    async def close(self) -> None:
        """Close all that was opened, also what a cancelled handshake left."""
        for each in self._opened:
            with contextlib.suppress(Exception):
                await each.aclose()

    async def _try(self, address: str, port: int) -> None:
        self._opened.append(await self._tcp.connect_tcp(address, port))


class _BoundedStream(httpcore.AsyncNetworkStream):
    """A connection from which only so much is read."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, most: int) -> None:
        self._stream: Final = stream
        self._left = most

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - the library's signature
        if self._left <= 0:
            raise httpcore.RemoteProtocolError(
                f"the head of the answer is over {_LARGEST_HEAD // 1024} KiB"
            )
        data = await self._stream.read(min(max_bytes, _PIECE, self._left), timeout)
        self._left -= len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the library's signature
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _BoundedStream(stream, self._left)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _header(answer: httpcore.Response, name: bytes) -> str:
    for each, value in answer.headers:
        if each.lower() == name:
            return value[:100].decode("latin-1")
    return ""
