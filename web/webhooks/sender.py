"""Requests of our own, over httpx, held to the address that was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx

from web.webhooks.destinations import Destination


class HttpSender:
    """A `Sender` on the real network."""

    def __init__(self) -> None:
        # No proxy of the environment, no redirect, no pool that could mix up names and addresses.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http: Final = httpx.AsyncClient(trust_env=False, limits=limits, timeout=10)

    async def send(self, to: Destination, body: bytes, headers: Mapping[str, str]) -> int:
        """Post `body` and return the status; what else is answered is not read."""
        request = self._http.build_request(
            "POST",
            to.url,
            content=body,
            headers={**headers, "Host": to.authority},
            extensions={"sni_hostname": to.host},
        )
        try:
            answer = await self._http.send(request, stream=True)
        except httpx.TransportError as problem:
            raise OSError(str(problem) or type(problem).__name__) from problem
        await answer.aclose()
        return answer.status_code

    async def close(self) -> None:
        await self._http.aclose()
