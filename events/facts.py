"""A history's events one by one, without their envelopes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from events.ceremony import Event
from events.store import EventStore, History


async def each_fact(
    store: EventStore, history: History, limit: int | None = None
) -> AsyncGenerator[Event]:
    """Yield the first events of a history, oldest first; all of them where there is no limit."""
    left = limit
    async for facts in store.facts(history):
        for event in facts if left is None else facts[:left]:
            yield event
        if left is not None and (left := left - len(facts)) <= 0:
            return
