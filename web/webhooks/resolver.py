"""Names to addresses, in threads of webhooks' own, with a deadline: dead names hold up nobody."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Final

LOOKUP_SECONDS: Final = 5.0
"""
How long a caller waits for a name. The next caller joins the lookup that still runs: the system
gives up a dead name after up to half a minute, and cannot be told to earlier.
"""
_MOST: Final = 200
"""Lookups at once: one for each of 100 webhooks, and as many for names that were given up."""

_THIS_MACHINE: Final = ("127.0.0.1", "::1")
"""Of `localhost` (RFC 6761), which some systems know in one family alone."""

Lookup = Callable[[str, int], Sequence[str]]


class TooManyLookups(Exception):
    """No further name is looked up now."""

    def __init__(self) -> None:
        super().__init__("Too many names are being looked up; try again in some seconds.")


class Resolver:
    """
    Looks names up, each in a thread of its own, and only once at a time.

    No pool is shared, neither the loop's nor the default executor's, so a name that nobody answers
    for costs a thread that waits, and no other name's turn. The threads are daemons: a stop of the
    server does not wait for them.
    """

    def __init__(
        self,
        *,
        seconds: float = LOOKUP_SECONDS,
        most: int = _MOST,
        lookup: Lookup | None = None,
    ) -> None:
        """
        Args:
            seconds: The deadline of each caller.
            most: Lookups under way at once.
            lookup: Returns the addresses of a name, and blocks until it knows; None: the system's.
        """
        self._seconds: Final = seconds
        self._most: Final = most
        self._lookup: Final = lookup or system_lookup
        self._running: Final[dict[tuple[str, int], asyncio.Future[Sequence[str]]]] = {}

    @property
    def running(self) -> int:
        """How many lookups are under way."""
        return len(self._running)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """
        Return the addresses behind a name, as text, in the order in which to try them.

        Raises:
            OSError: There are none, or none was found in time.
            ValueError: It can be no name at all.
            TooManyLookups: As many as may be are under way.
        """
        with contextlib.suppress(ValueError):
            return [str(ipaddress.ip_address(host))]  # no name, and so no lookup
        if host == "localhost" or host.endswith(".localhost"):
            return _THIS_MACHINE
        key = (host, port)
        found = self._running.get(key)
        if found is None:
            if len(self._running) >= self._most:
                raise TooManyLookups
            found = self._start(key)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(found)
        except TimeoutError:
            raise OSError(f"no answer within {self._seconds:g} s") from None

    def _start(self, key: tuple[str, int]) -> asyncio.Future[Sequence[str]]:
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Sequence[str]] = loop.create_future()
        # A failure that nobody waits for any more is no accident.
        found.add_done_callback(lambda done: done.cancelled() or done.exception())

        def settle(addresses: Sequence[str], problem: Exception | None) -> None:
            self._running.pop(key, None)
            if found.done():
                return
            if problem is None:
                found.set_result(addresses)
            else:
                found.set_exception(problem)

        def work() -> None:
            addresses: Sequence[str] = ()
            problem: Exception | None = None
            try:
                addresses = self._lookup(*key)
            except Exception as each:  # noqa: BLE001 - who asked is told of it
                problem = each
            with contextlib.suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(settle, addresses, problem)

        self._running[key] = found
        try:
            threading.Thread(target=work, name="webhook-lookup", daemon=True).start()
        except RuntimeError as problem:  # the system has no room for another thread
            del self._running[key]
            raise TooManyLookups from problem
        return found


def system_lookup(host: str, port: int) -> Sequence[str]:
    """Return what the system's resolver knows of a host; blocks until it knows."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]
