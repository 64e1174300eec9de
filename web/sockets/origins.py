"""Which web pages may open a socket here."""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Origin":
        """
        Read `scheme://host[:port]`.

        Raises:
            ValueError: It is anything else, `null` included.
        """
        parts = urlsplit(text)
        bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not bare:
            raise ValueError(f"{text!r} is not an origin: it should look like https://example.org")
        return cls(parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme])


class Origins:
    """
    The rule for the `Origin` header of a socket's handshake.

    Args:
        allowed: Origins, or `*` for any. When empty, a page may connect to its own host only.

    Raises:
        ValueError: One of them is no origin.
    """

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._any = "*" in allowed
        self._listed = frozenset(Origin.parse(text) for text in allowed if text != "*")

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
    return page in listed if listed else _is_same_host(page, host)


def _is_same_host(page: Origin, host: str) -> bool:
    # A Host without a port stands for the default port of the page's scheme: behind a proxy
    # that ends TLS, this server cannot know which scheme the browser used.
    try:
        parts = urlsplit(f"{page.scheme}://{host}")
        return (parts.hostname, parts.port or DEFAULT_PORTS[page.scheme]) == page[1:]
    except ValueError:
        return False
