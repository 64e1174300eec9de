"""The log as the desk uses it, with what it appends observed; `events/` knows nothing of that."""

from __future__ import annotations

from collections.abc import Sequence

from events.recorded import Recorded
from events.store import EventStore, History, Key
from web.observed.journeys import Journeys


class ObservedLog:
    """A store whose appends are timed; all else is the store's own."""

    def __init__(self, store: EventStore, journeys: Journeys) -> None:
        self._store = store
        self._journeys = journeys
        self.histories = store.histories
        self.current = store.current
        self.histories_of = store.histories_of
        self.head = store.head
        self.bind = store.bind
        self.bound = store.bound
        self.bound_in_any = store.bound_in_any
        self.read = store.read
        self.facts = store.facts
        self.subscribe = store.subscribe
        self.follow = store.follow
        self.note = store.note
        self.notes = store.notes
        self.save_cursors = store.save_cursors
        self.cursors = store.cursors
        self.check = store.check
        self.status = store.status
        self.close = store.close

    async def begin(
        self, events: Sequence[Recorded], *, key: Key | None = None, anew: bool = False
    ) -> History:
        with self._journeys.beginning(events[0].ceremony):
            return await self._store.begin(events, key=key, anew=anew)

    async def append(
        self,
        history: History,
        events: Sequence[Recorded],
        *,
        expected_version: int,
        key: Key | None = None,
    ) -> None:
        with self._journeys.appending(history, [event.version for event in events]):
            await self._store.append(history, events, expected_version=expected_version, key=key)
