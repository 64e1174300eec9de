"""The ceremonies that come with the program: put into a log, and found again in one."""

from __future__ import annotations

from typing import Final

import structlog

from events.store import EventStore, StoreError, UnknownStream
from replay.recording import bundled, bundled_ids, recorded
from tracker.desk import REHEARSAL, Desk
from web.clock import now
from web.ids import new_id

_ACTOR: Final = "bundled"

_log: Final = structlog.get_logger("bundled")


async def import_bundled(store: EventStore, desk: Desk) -> None:
    """Put the bundled ceremonies into a log that lacks them."""
    for ceremony, recording in bundled().items():
        try:
            await store.current(ceremony)
        except UnknownStream:
            events = recorded(recording, new_id=new_id, recorded_at=now(), actor=_ACTOR)
            posted = await desk.begin(events, accepted=True)
            _log.info("imported", ceremony=ceremony, version=posted.version)


async def imported_bundled(store: EventStore) -> frozenset[str]:
    """
    Return the ceremonies that an earlier start put into the log, and their rehearsals.

    One that a producer scheduled under the same id is none of them.
    """
    names = bundled_ids()
    found: set[str] = set()
    for history in await store.histories():
        if history.ceremony not in names:
            continue
        try:
            async for first in store.read(history, after=0, limit=1):
                if first.actor == _ACTOR:
                    found |= {history.ceremony, history.ceremony + REHEARSAL}
        except StoreError as problem:  # it is shown, like any other that cannot be read
            _log.warning("unreadable", ceremony=history.ceremony, problem=str(problem))
    return frozenset(found)
