"""Which web pages may open a socket here: those of this server, and of the origins it is given."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final, NamedTuple

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LAST_PORT: Final = 65_535
_AUTHORITY: Final = re.compile(
    r"(\[[0-9A-Fa-f:.]{2,45}\]|[^\s/?#@:\[\]\\%*]{1,253})(?::([0-9]{0,5}))?"
)


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin:
        """
        Read `scheme://host[:port]`.

        Raises:
            ValueError: It is anything else, `null` included.
        """
        scheme, _, authority = text.partition("://")
        origin = cls._of(scheme.lower(), authority)
        if origin is None:
            raise ValueError(f"{text!r} is not an origin: it should look like https://example.org")
        return origin

    @classmethod
    def of_host(cls, scheme: str, host: str) -> Origin | None:
        """Return the origin of the pages that a `Host` header names, or None if it names none."""
        # A Host without a port stands for the default port of the page's scheme: behind a proxy
        # that ends TLS, this server cannot know which scheme the browser used.
        return cls._of(scheme, host)

    @property
    def address(self) -> str:
        """The origin as browsers write it: without the default port."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @classmethod
    def _of(cls, scheme: str, authority: str) -> Origin | None:
        found = _AUTHORITY.fullmatch(authority)
        if scheme not in DEFAULT_PORTS or found is None:
            return None
        host = _same_form(found[1])
        port = int(found[2]) if found[2] else DEFAULT_PORTS[scheme]
        return cls(scheme, host, port) if host and 0 < port <= _LAST_PORT else None


class Origins:
    """
    The rule for the `Origin` header of a socket's handshake.

    A page of the server itself may always connect: one whose origin is the request's own host.

    Args:
        allowed: Further origins, a slash at the end allowed; or `*` for any.

    Raises:
        ValueError: One of them is no origin.
    """

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._any = "*" in allowed
        self._listed = frozenset(
            Origin.parse(text.removesuffix("/")) for text in allowed if text != "*"
        )

    def permit(self, origin: str | None, host: str) -> bool:
        """Judge by the `Origin` and `Host` headers; programs, which send no Origin, may enter."""
        return origin is None or self._any or _permitted(origin, host, self._listed)


# Thousands come from the same page in a storm.
@lru_cache(maxsize=1024)
def _permitted(origin: str, host: str, listed: frozenset[Origin]) -> bool:
    try:
        page = Origin.parse(origin)
    except ValueError:
        return False
    return page in listed or page == Origin.of_host(page.scheme, host)


def _same_form(host: str) -> str | None:
    """Return the form in which browsers write a host, or None if it is none."""
    try:
        if host.startswith("["):
            return f"[{ipaddress.IPv6Address(host[1:-1])}]"
        return host.lower() if host.isascii() else host.encode("idna").decode()
    except ValueError:  # a UnicodeError is one
        return None
