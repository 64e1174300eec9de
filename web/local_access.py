"""
Local access: commands on this machine act as the operator, without a token that lies anywhere.

The server listens on a Unix socket beside its log. Whoever may open it, the server's own user and
root, gets the server's address and a token that is good as long as the connection stays open.
"""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import structlog

from web.desk.tokens import Grant, Tokens

_SUFFIX: Final = "-local"
_LONGEST_PATH: Final = 100
"""Bytes; a socket's address holds 108 on Linux and 104 elsewhere, its end included."""
_PATIENCE_SECONDS: Final = 10.0
"""How long a command waits for a server that does not answer; it only ever says one line."""
_LARGEST_LINE: Final = 4096
_BACKLOG: Final = 16
_CREDENTIALS: Final = struct.Struct("3i")
"""Process, user and group, as Linux tells them of the other end."""

_log: Final = structlog.get_logger("local")


class _Line(msgspec.Struct, frozen=True):
    """What the server says to whoever connects."""

    url: str
    token: str


class Borrowed(NamedTuple):
    """
    A server's address and a token, which ends when the connection is closed.

    Attributes:
        connection: To be kept until the work is done.
    """

    url: str
    token: str
    connection: socket.socket


@asynccontextmanager
async def local_access(tokens: Tokens, database: Path, url: str) -> AsyncIterator[None]:
    """
    Lend tokens to commands on this machine; the log must be held by this process.

    Where there can be no socket, a warning says so and everything else goes on.

    Args:
        tokens: Which lend one for each connection.
        database: The log, beside which the socket lies.
        url: The server's own address.
    """
    path = _path(database)
    try:
        listener = _bound(path)
    except OSError as problem:
        _log.warning("no local access", path=str(path), problem=problem.strerror or str(problem))
        yield
        return
    loop = asyncio.get_running_loop()
    open_now: set[_Lender] = set()
    server = await loop.create_unix_server(
        lambda: _Lender(tokens, url, open_now), sock=listener, backlog=_BACKLOG
    )
    try:
        yield
    finally:
        server.close()
        for each in list(open_now):
            each.end()
        with suppress(OSError):
            path.unlink()


class _Lender(asyncio.Protocol):
    """One connection: says one line, takes none, and ends what it lent when it is closed."""

    def __init__(self, tokens: Tokens, url: str, open_now: set[_Lender]) -> None:
        self._tokens: Final = tokens
        self._url: Final = url
        self._open_now: Final = open_now
        self._transport: asyncio.Transport | None = None
        self._grant: Grant | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # what a stream brings
        process, user = _other_end(transport.get_extra_info("socket"))
        if user not in {None, 0, os.geteuid()}:
            _log.warning("local access refused", process=process, user=user)
            transport.abort()
            return
        self._transport = transport
        self._open_now.add(self)
        self._grant, token = self._tokens.lend()
        transport.write(msgspec.json.encode(_Line(self._url, token)) + b"\n")
        _log.info("local access", process=process, user=user, token=self._grant.id)

    def data_received(self, _: bytes) -> None:
        self.end()  # nobody has anything to say here

    def connection_lost(self, _: Exception | None) -> None:
        self._open_now.discard(self)
        if self._grant is not None:
            self._tokens.take_back(self._grant)

    def end(self) -> None:
        """Close the connection, and so the token."""
        if self._transport is not None:
            self._transport.abort()


def borrowed(database: Path) -> Borrowed | None:
    """
    Return access to the server that holds a log, or None where none lends it.

    It is taken only from the log's owner, this process's own user, or root: somebody else could
    have put a socket there.
    """
    path = _path(database)
    try:
        owners = {0, os.geteuid(), database.stat().st_uid}
        with _address(path) as address:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.settimeout(_PATIENCE_SECONDS)
                connection.connect(address)
                _, user = _other_end(connection)
                line = _read_line(connection) if user is None or user in owners else b""
                said = msgspec.json.decode(line, type=_Line)
            except BaseException:
                connection.close()
                raise
    except (OSError, msgspec.DecodeError):
        return None
    return Borrowed(said.url, said.token, connection)


def _path(database: Path) -> Path:
    # Beside the file itself, not beside a link to it: both ends look in the same place.
    found = database.resolve()
    return found.with_name(found.name + _SUFFIX)


def _bound(path: Path) -> socket.socket:
    """
    Return a socket at a path that only this user may open; what an earlier start left is removed.

    Raises:
        OSError: Something else lies there, or nothing can be put there.
    """
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(0, "a file that is no socket is in its place")
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _address(path) as address:
            listener.bind(address)
        path.chmod(0o600)  # nobody connects before it listens, so nobody was faster
    except OSError:
        listener.close()
        raise
    return listener


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """Yield a path that fits into a socket's address: through the folder where it is too long."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _other_end(connection: socket.socket) -> tuple[int | None, int | None]:
    """Return the process and the user at the other end, as far as the system tells."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None, None  # the socket's own rights have to do
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process, user, _ = _CREDENTIALS.unpack(told)
    return process, user


def _read_line(connection: socket.socket) -> bytes:
    read = b""
    while not read.endswith(b"\n") and len(read) < _LARGEST_LINE:
        more = connection.recv(_LARGEST_LINE)
        if not more:
            break
        read += more
    return read
