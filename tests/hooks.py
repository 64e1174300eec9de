"""Webhooks without a network: a wire that answers as it is told, and a courier in front of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from doors import ID
from events.bell import Bell
from events.memory import MemoryStore
from events.store import EventStore, History
from night import LIVE, moment, recorded
from web.clock import now
from web.webhooks.courier import Courier
from web.webhooks.destinations import Destination
from web.webhooks.network import Answer
from web.webhooks.subscriptions import Webhook, Webhooks, WebhookWish

URL: Final = "https://hooks.example/in"


class Wire:
    """
    A network that answers as it is told, and remembers what was sent.

    Attributes:
        answers: What comes next, in order; then 204 for ever.
        sent: Headers and body of every attempt.
        bodies: The same bodies as bytes.
        pauses: Seconds that the courier wanted to wait between attempts.
    """

    def __init__(self, *answers: int | Answer | OSError) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.bodies: list[bytes] = []
        self.pauses: list[float] = []
        self._came = Bell()

    async def send(self, to: Destination, body: bytes, headers: Mapping[str, str]) -> Answer:
        assert to.host == "hooks.example"
        self.sent.append((dict(headers), json.loads(body)))
        self.bodies.append(body)
        self._came.ring()
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, OSError):
            raise answer
        return Answer(answer) if isinstance(answer, int) else answer

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def find(self, url: str) -> Destination:
        assert url == URL
        return Destination("https", "hooks.example", 443, ("192.0.2.1",), "/in")

    async def until(self, count: int) -> None:
        """Wait for so many attempts, and for one too many if there is one."""
        async with asyncio.timeout(60):
            while len(self.sent) < count:
                ring = self._came.listen()
                await ring.wait()
        await settled()

    @property
    def versions(self) -> list[int]:
        return [body["data"]["recorded"]["version"] for _, body in self.sent]


async def settled() -> None:
    """Let the loop do all that it can: nothing here waits for a clock, a thread or a network."""
    for _ in range(200):
        await asyncio.sleep(0)


@asynccontextmanager
async def delivering(
    store: EventStore,
    webhooks: Webhooks,
    wire: Wire,
    find: Callable[[str], Awaitable[Destination]] | None = None,
) -> AsyncIterator[asyncio.Task[None]]:
    """Deliver meanwhile; at the end stop in order, as a server does."""
    courier = Courier(store, webhooks, wire, now=now, find=find or wire.find, pause=wire.pause)
    task = asyncio.create_task(courier.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def begun() -> tuple[MemoryStore, History]:
    store = MemoryStore()
    return store, await store.begin(recorded(LIVE, ID))


async def said(store: EventStore, history: History, count: int) -> None:
    """Append so many moments."""
    for _ in range(count):
        head = await store.head(history)
        await store.append(
            history, recorded([moment(f"No. {head}")], ID, after=head), expected_version=head
        )


async def added(
    webhooks: Webhooks, history: History, head: int, url: str = URL
) -> tuple[Webhook, str]:
    return await webhooks.add(WebhookWish(ID, url), history, head, by="admin")
