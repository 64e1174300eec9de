"""How many may be connected, in all and from one address: no guest takes all the room."""

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus

import structlog

from web.addresses import guest_of
from web.proxies import Proxies
from web.sockets.handshake import HandshakeRefused

AGAIN_LATER = {"Retry-After": "10"}

_log = structlog.get_logger("sockets")


class Seat:
    """A connection's place; of a guest who is not counted it is as good as none."""

    __slots__ = ("_held", "guest")

    def __init__(self, held: Counter[str], guest: str | None = None) -> None:
        self._held = held
        self.guest = guest
        if guest is not None:
            held[guest] += 1

    def leave(self) -> None:
        """Give it back, once, however often it is left."""
        guest, self.guest = self.guest, None
        if guest is not None:
            self._held[guest] -= 1
            if not self._held[guest]:
                del self._held[guest]


class Crowd:
    """
    The connections of every kind, counted by the guest who holds them.

    This machine's own are left out, and so are those of a proxy that is trusted: behind it,
    sockets and streams are counted by the address that it forwards.

    Attributes:
        most: Connections in all.
        refused: How many were turned away, by the name of the problem that they were told.
    """

    def __init__(self, most: int, most_each: int, *, trusted: list[str] | str = "") -> None:
        """
        Args:
            most: Connections in all.
            most_each: Connections of one guest.
            trusted: Proxies, as `uvicorn.Config(forwarded_allow_ips=...)` takes them.
        """
        self.most = most
        self.refused: Counter[str] = Counter()
        self._most_each = most_each
        self._held: Counter[str] = Counter()
        self._proxies = Proxies(trusted)
        self._full = False

    def enter(self, address: str | None, present: int) -> Seat:
        """
        Take a connection in.

        Args:
            address: The other end; None where the system does not say.
            present: How many connections there are with this one.

        Raises:
            HandshakeRefused: There is no room, or the guest holds too many.
        """
        if present > self.most:
            if not self._full:  # one line for a flood, not one for each of its drops
                self._full = True
                _log.warning("no room for more connections", most=self.most)
            raise HandshakeRefused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"There is room for {self.most} connections here, and all of it is taken.",
                AGAIN_LATER,
            )
        self._full = False
        counted = address is not None and address not in self._proxies
        return self._seat(address) if counted else Seat(self._held)

    def enter_behind(self, proxy: str | None, forwarded: Sequence[str]) -> Seat:
        """
        Take in whom a proxy brings, if it is trusted, by its `X-Forwarded-For`.

        Raises:
            HandshakeRefused: The guest holds too many.
        """
        if proxy not in self._proxies or not forwarded:
            return Seat(self._held)
        return self._seat(self._proxies.origin_of(forwarded))

    def _seat(self, address: str | None) -> Seat:
        guest = guest_of(address) if address else None
        if guest is None:
            return Seat(self._held)
        if self._held[guest] >= self._most_each:
            raise HandshakeRefused(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"One address may hold {self._most_each} connections here; close some.",
                AGAIN_LATER,
            )
        if self._held[guest] + 1 == self._most_each:
            _log.warning("no more connections for one address", guest=guest, most=self._most_each)
        return Seat(self._held, guest)
