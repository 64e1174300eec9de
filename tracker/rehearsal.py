"""What of a ceremony is rehearsed: its programme, as if it were announced for now."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec.structs import replace

from events.ceremony import CeremonyRescheduled, CeremonyScheduled, CeremonyStarted, Event


async def programme_of(facts: AsyncGenerator[Event], starts_at: str) -> list[Event]:
    """
    Return the events before the show, with the start that a rehearsal has.

    Args:
        facts: Those of a history, oldest first; closed as soon as the show starts.
        starts_at: Canonical.
    """
    programme: list[Event] = []
    async with aclosing(facts):
        async for event in facts:
            if isinstance(event, CeremonyStarted):
                break
            moved = isinstance(event, CeremonyScheduled | CeremonyRescheduled)
            programme.append(replace(event, starts_at=starts_at) if moved else event)
    return programme
