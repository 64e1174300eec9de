"""Moments posted one after the other to a ceremony of the server under test."""

from __future__ import annotations

import asyncio
import itertools

import httpx

from servers import RunningServer

CEREMONY = "oscars-97"
LIVE = f"/api/ceremonies/{CEREMONY}/live"


class Poster:
    """
    Posts until it is cancelled, and holds on to a post until it is answered.

    Attributes:
        version: The last one that was acknowledged.
    """

    def __init__(self, server: RunningServer, every: float) -> None:
        self.version = 0
        self._server = server
        self._every = every

    async def run(self) -> None:
        async with httpx.AsyncClient(base_url=self._server.url) as client:
            for number in itertools.count(1):
                self.version = max(self.version, await self._post(client, number))
                await asyncio.sleep(self._every)

    async def _post(self, client: httpx.AsyncClient, number: int) -> int:
        event = {"type": "moment-noted", "kind": "note", "text": f"Moment {number} of the night."}
        headers = {**self._server.headers, "Idempotency-Key": f"soak-{number}"}
        while True:
            try:
                answer = await client.post(
                    f"/api/ceremonies/{CEREMONY}/events", json=event, headers=headers
                )
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            assert answer.status_code in {200, 201}, answer.text
            version: int = answer.json()["version"]
            return version
