"""
Proxies in front, and whose word is taken for where a request comes from.

The one place that uses uvicorn's `ProxyHeadersMiddleware`, whose `trusted_hosts` is not a public
interface: tests/test_private_interfaces.py watches it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

BROUGHT: Final = "brought-by-a-proxy"
"""In a request's state where it came through a proxy that is trusted."""


class Proxies:
    """The proxies that are trusted, by their addresses and networks."""

    def __init__(self, trusted: list[str] | str) -> None:
        """Take them as `FORWARDED_ALLOW_IPS` names them: with commas between, or `*` for any."""
        self._trusted: Final = trusted
        self._known: Final = ProxyHeadersMiddleware(_nothing, trusted).trusted_hosts

    def __contains__(self, address: str | None) -> bool:
        """Tell whether an address is that of a trusted proxy."""
        return address in self._known

    def origin_of(self, forwarded: Sequence[str]) -> str:
        """Return from where a request comes: the last of `X-Forwarded-For` that is no proxy."""
        address, _ = self._known.get_trusted_client_address(", ".join(forwarded))
        return address

    def before(self, app: App) -> App:
        """
        Return an ASGI application that believes what trusted proxies say, and nobody else.

        `client` and `scheme` are then those of the request as it reached the proxy, and the state
        has `BROUGHT`.
        """
        believing = ProxyHeadersMiddleware(app, self._trusted)  # type: ignore[arg-type]  # ASGI, by looser names

        async def told(scope: Scope, receive: Any, send: Any) -> None:
            peer = scope.get("client")
            if peer is not None and peer[0] in self:
                scope = {**scope, "state": {**scope.get("state", {}), BROUGHT: True}}
            await believing(scope, receive, send)  # type: ignore[arg-type]  # the same

        return told


async def _nothing(*_: object) -> None:
    """Stand for an application where only the proxies are asked for."""
