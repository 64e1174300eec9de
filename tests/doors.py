"""The doors without a server: requests go straight into the application, over any store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from events.ceremony import Event
from events.memory import MemoryStore
from events.store import EventStore
from night import CATEGORIES, SCHEDULED, WORKS, as_json, recorded
from web.app import Tracker
from web.observed.traces import NO_TRACES, Traces
from web.parts import Parts
from web.settings import Settings

TOKEN: Final = "a-token-for-these-tests"
BEARER: Final = {"Authorization": f"Bearer {TOKEN}"}
ID: Final = "made-up"
HERE: Final = f"/api/ceremonies/{ID}"


class Doors:
    """An open tracker and a client in front of it."""

    def __init__(self, tracker: Tracker, store: EventStore, client: httpx.AsyncClient) -> None:
        self.tracker: Final = tracker
        self.store: Final = store
        self.client: Final = client

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Read; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers=named)

    async def post(
        self,
        event: Event | Mapping[str, Any] | bytes,
        path: str = f"{HERE}/events",
        *,
        key: str | None = None,
        if_match: int | str | None = None,
        token: str | None = TOKEN,
    ) -> httpx.Response:
        """Post as a producer would."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"' if isinstance(if_match, int) else if_match
        if isinstance(event, bytes):
            return await self.client.post(path, content=event, headers=headers)
        return await self.client.post(path, json=as_json(event), headers=headers)

    async def head(self, ceremony: str = ID) -> int:
        """Return the head of the log itself."""
        return await self.store.head(await self.store.current(ceremony))


def programme(ceremony: str = ID, **card: Any) -> dict[str, Any]:
    """Return the made-up night's programme as a producer sends it."""
    night = as_json(SCHEDULED)
    del night["type"]
    works = []
    for work in WORKS:
        line = as_json(work)
        del line["type"]
        works.append({"id": line.pop("work"), **line})
    categories = []
    for category in CATEGORIES:
        line = as_json(category)
        del line["type"], line["position"]
        categories.append({"key": line.pop("category"), **line})
    return {
        "ceremony": {"id": ceremony, **night, **card},
        "works": works,
        "categories": categories,
    }


@asynccontextmanager
async def opened(
    *events: Event,
    store: EventStore | None = None,
    settings: Settings | None = None,
    traces: Traces = NO_TRACES,
) -> AsyncIterator[Doors]:
    """Open the doors on a log that holds `events`, without asking the rules."""
    store = store or MemoryStore()
    if events:
        await store.begin(recorded(events))
    parts = Parts(store, settings or Settings(admin_token=TOKEN), traces=traces)
    await parts.load()
    tracker = Tracker(parts)
    async with tracker.running():
        transport = httpx.ASGITransport(tracker, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://tracker") as client:
            yield Doors(tracker, store, client)


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """Return the problem that an answer is, once it is one of that status and name."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    assert told["type"] == f"urn:awards-night:problem:{name}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"].endswith((".", ")"))
    assert len(told["detail"]) > 20, "a sentence says what to do"
    return told
