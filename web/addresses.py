"""Who asks from an address, as far as limits are concerned."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Final

_IPV6_PREFIX: Final = 64
"""Bits of an IPv6 address that stand for one guest: the rest is the guest's own to choose."""


@lru_cache(maxsize=4096)
def guest_of(address: str) -> str | None:
    """Return who asks from an address, or None for this machine itself."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(given, ipaddress.IPv6Address):
        given = given.ipv4_mapped or given
    if given.is_loopback:
        return None
    if isinstance(given, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(given), _IPV6_PREFIX), strict=False))
    return str(given)
