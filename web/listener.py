"""The socket on which the server listens, taken before anything else is opened."""

from __future__ import annotations

import resource
import socket
import sys
from typing import Final

_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


_KEPT_BACK: Final = 256
"""File descriptors for everything that is no connection."""
_MOST_UNSENT_BYTES: Final = 64 * 1024
_MOST_UNREAD_BYTES: Final = 64 * 1024
"""A post of the longest kind; the kernel doubles it for its own records."""
_SILENCE_MS: Final = 60_000
_LINUX: Final = sys.platform == "linux"
_TCP_NOTSENT_LOWAT: Final = 25
"""Linux's number; Python has the name since 3.12 only."""


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
        if _LINUX:
            _set_bounds(found)
        found.bind(address)
    except OSError as problem:
        found.close()
        raise CannotListen(host, port, problem.strerror or str(problem)) from problem
    return found


def room() -> int:
    """Take all the file descriptors that the system allows, and return for how many connections."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        most = now  # there is an end somewhere, but it cannot be asked for
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return max(1, most - _KEPT_BACK)


def _set_bounds(listener: socket.socket) -> None:
    """Say what every connection inherits that is taken from the listener."""
    # A reader who stops shows when so much is unsent, and not after the megabytes that the system
    # would put aside for each.
    listener.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, _MOST_UNSENT_BYTES)
    # What a client sends and nobody reads yet, of a flood that has to wait say, lies with the
    # kernel: by itself that would put aside 6 MB for each connection.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _MOST_UNREAD_BYTES)
    # Who left without a word, a phone in a tunnel, is given up when a heartbeat stays
    # unacknowledged for so long. By itself the system would go on for a quarter of an hour.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENCE_MS)
