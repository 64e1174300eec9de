"""
Guard against server-side request forgery (SSRF): where a webhook may lead.

To the public network alone, unless the operator says otherwise.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Final
from urllib.parse import urlsplit

import msgspec

_MOST_TOLD: Final = 4
"""Addresses in a refusal; a name may have hundreds."""
_PORTS: Final = {"http": 80, "https": 443}

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host and a port to the addresses behind it, as text."""


class Destination(msgspec.Struct, frozen=True):
    """
    Where a request goes.

    Attributes:
        host: As the url names it: what the request and the certificate are held to.
        addresses: Those that were looked at, so that no other is spoken to; try them in order.
    """

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]
    path: str

    @property
    def authority(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"


class BadDestination(ValueError):
    """A webhook may not lead there; the sentence says why."""


async def destination(url: str, *, private: bool, resolve: Resolve) -> Destination:
    """
    Return where `url` leads now; a name may lead elsewhere tomorrow, so ask before each request.

    Args:
        url: Of a webhook.
        private: Networks that are not the public one are allowed.
        resolve: Knows the addresses of a name.

    Raises:
        BadDestination: Nowhere, or to a place that is not allowed.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as problem:
        raise BadDestination(f"{url!r} is no address ({problem}).") from problem
    try:
        addresses = await resolve(host, port)
    except (OSError, ValueError) as problem:  # ValueError: what could be no name at all
        why = getattr(problem, "strerror", None) or problem
        raise BadDestination(f"{host!r} has no address ({why}).") from problem
    allowed = [each for each in addresses if private or is_public(each)]
    if not allowed or len(allowed) < len(addresses):
        refused = [each for each in addresses if each not in allowed][:_MOST_TOLD]
        raise BadDestination(
            f"{host!r} leads to a private network ({', '.join(refused) or 'none'}); the operator"
            " may allow that by TRACKER_WEBHOOK_PRIVATE=1."
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, host, port, tuple(_alternating(allowed)), path)


def _alternating(addresses: Iterable[str]) -> list[str]:
    """Return each address once, families by turns (RFC 8305): one that is cut off costs one try."""
    first: list[str] = []
    second: list[str] = []
    for each in dict.fromkeys(addresses):
        family = first if not first or (":" in each) == (":" in first[0]) else second
        family.append(each)
    return [each for each in chain.from_iterable(zip_longest(first, second)) if each is not None]


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public network."""
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(given, ipaddress.IPv6Address) and not _is_unicast(given):
        return False
    return given.is_global and not given.is_multicast


def _is_unicast(address: ipaddress.IPv6Address) -> bool:
    # All that is handed out lies in one network. Outside of it, and in 6to4 and Teredo, addresses
    # may carry another one inside, which may be a private one.
    carries = address.sixtofour is not None or address.teredo is not None
    return address in _UNICAST and address not in _DOCUMENTATION and not carries


_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_DOCUMENTATION: Final = ipaddress.IPv6Network("3fff::/20")
"""Not the public network either, which this Python does not know yet."""
