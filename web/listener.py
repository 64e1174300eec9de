"""The socket on which the server listens, taken before anything else is opened."""

from __future__ import annotations

import socket
from typing import Final

_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


class CannotListen(Exception):
    """The address is not to be had."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"Cannot listen on {host} port {port}: {why}."
            " Choose another with TRACKER_PORT, or with TRACKER_HOST."
        )


def address_of(host: str, port: int) -> str:
    """Return the address at which this machine reaches what listens there."""
    near = _ANYWHERE.get(host, host)
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def bound(host: str, port: int) -> socket.socket:
    """
    Return a socket that holds the address; nobody is served before it is made to listen.

    Raises:
        CannotListen: The port is taken or forbidden, or the host is not this one.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise CannotListen(host, port, problem.strerror or str(problem)) from problem
    try:
        # A port that only lingers from the last run is free.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError as problem:
        found.close()
        raise CannotListen(host, port, problem.strerror or str(problem)) from problem
    return found
