"""What commands that speak to a server share: their options, their client, their end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import socket

    from web.commands.client import Client

_Result = TypeVar("_Result")


def speaking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options by which it finds its server."""
    url = click.option(
        "--url",
        envvar="TRACKER_URL",
        metavar="URL",
        help="The server's address. [env: TRACKER_URL; default: TRACKER_HOST and TRACKER_PORT]",
    )
    return url(command)


def producing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options by which it finds its server and may post there."""
    token = click.option(
        "--token",
        envvar=["TRACKER_TOKEN", "TRACKER_ADMIN_TOKEN"],
        metavar="TOKEN",
        help="[env: TRACKER_TOKEN, else TRACKER_ADMIN_TOKEN;"
        " beside the server's log, none is needed]",
    )
    return speaking(token(command))


def client_of(
    url: str | None, token: str | None = None, lent_by: socket.socket | None = None
) -> Client:
    with without("rich"):  # httpx would load it for a command line of its own
        from web.commands.client import Client
    from web.commands.place import address

    return Client(address(url), token, lent_by=lent_by)


def producing_client(url: str | None, token: str | None) -> Client:
    """
    Return a client that may post: by its token, or by local access where none is given.

    A server elsewhere than at the address gets nothing: it is another one than was meant.
    """
    from web.commands.place import address, same_address
    from web.local_access import borrowed
    from web.settings import read_settings

    where = address(url)
    if token is None and same_address(where, address(None)):
        lent = borrowed(read_settings().database)
        if lent is not None:
            if same_address(lent.url, where):
                # At the server's own address: by another name another program might answer.
                return client_of(lent.url, lent.token, lent.connection)
            lent.connection.close()
    return client_of(url, token)


@contextmanager
def without(module: str) -> Iterator[None]:
    """Let imports find that an optional module is not installed: a fifth of the start is saved."""
    known = sys.modules.get(module)
    sys.modules[module] = None  # type: ignore[assignment]  # what the import system looks for
    try:
        yield
    finally:
        del sys.modules[module]
        if known is not None:
            sys.modules[module] = known


def run_to_end(work: Coroutine[Any, Any, _Result]) -> _Result:
    # Told to end, a command ends as by Ctrl-C: whatever it was in the middle of is put in order.
    # Said outright, since a shell's background job starts with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    return asyncio.run(work)
