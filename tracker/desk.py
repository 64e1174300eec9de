"""The only place that appends: read, fold, decide, append, and again if somebody was faster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from weakref import WeakValueDictionary

from events.ceremony import (
    CategoryListed,
    CeremonyScheduled,
    Event,
    WorkListed,
)
from events.facts import each_fact
from events.recorded import Recorded
from events.store import (
    EventStore,
    History,
    HistoryEnded,
    Key,
    KeyBound,
    UnknownStream,
    WrongExpectedVersion,
)
from events.timestamp import to_ms
from tracker.ceremony import EMPTY, Accepted, AlreadySo, Refused, State, decide, evolve
from tracker.checked_history import checked, folded
from tracker.expected import Expected
from tracker.outcomes import Contended, KeyReused, Posted, RefusedByRule, Stale
from tracker.rehearsal import programme_of

REHEARSAL: Final = "-rehearsal"
"""Suffix of a rehearsal's ceremony id."""

AHEAD_MS: Final = 5_000
_TRIES: Final = 16


class Desk:
    """Posts to all ceremonies of a store; safe to use from many tasks at once."""

    def __init__(
        self, store: EventStore, *, now: Callable[[], str], new_id: Callable[[], str]
    ) -> None:
        """
        Take a place at the log.

        Args:
            store: The log.
            now: Returns the canonical timestamp of this moment.
            new_id: Returns an id that is unique for ever.
        """
        self._store: Final = store
        self._now: Final = now
        self._new_id: Final = new_id
        self._states: Final[dict[str, tuple[History, State]]] = {}
        """By ceremony: its current history, and the state that was folded from it last."""
        self._locks: Final[WeakValueDictionary[str, asyncio.Lock]] = WeakValueDictionary()
        """By ceremony; a lock is gone when nobody holds it or waits for it."""

    async def post(
        self,
        ceremony: str,
        proposed: Event,
        *,
        actor: str,
        occurred_at: str | None = None,
        key: Key | None = None,
        expected: Expected | None = None,
        dry_run: bool = False,
    ) -> Posted:
        """
        Append what `proposed` leads to, or say why not.

        Args:
            ceremony: Its id.
            proposed: The event.
            actor: Who posts; stored, never public.
            occurred_at: Canonical; now if absent.
            key: Seen before with the same digest: the first answer again, for ever.
            expected: The head the producer saw, where that matters to them.
            dry_run: Decide only; nothing is stored, no key is bound.

        Raises:
            UnknownStream: No such ceremony.
            KeyReused, Stale, RefusedByRule, Contended: Checked in this order.
            StoreError: The log did not take it.
        """
        async with self._locks.setdefault(ceremony, asyncio.Lock()):
            for _ in range(_TRIES):
                history = await self._store.current(ceremony)
                if (seen := await self._seen(history, key)) is not None:
                    return seen
                state = await self._state(history)
                decision = decide(proposed, state)
                if isinstance(decision, AlreadySo):
                    return await self._already_so(history, decision, None if dry_run else key)
                if expected is not None and not expected.holds(history, state.version):
                    raise Stale(history, expected, state.version)
                now = self._now()
                accepted = _accepted(decision, occurred_at or now, now)
                recorded = [
                    Recorded(
                        ceremony, version, self._new_id(), occurred_at or now, now, event, actor
                    )
                    for version, event in enumerate(accepted.events, start=state.version + 1)
                ]
                if dry_run:
                    return Posted(history, recorded[-1].version, new=False, recorded=recorded[-1])
                try:
                    await self._store.append(
                        history, recorded, expected_version=state.version, key=key
                    )
                except (WrongExpectedVersion, HistoryEnded, KeyBound):
                    continue  # another node was faster: look again
                for each in recorded:
                    state = evolve(state, each.event)
                self._states[ceremony] = history, state
                return Posted(history, recorded[-1].version, new=True, recorded=recorded[-1])
        raise Contended(ceremony)

    async def schedule(
        self,
        ceremony: str,
        programme: Sequence[Event],
        *,
        actor: str,
        key: Key | None = None,
        dry_run: bool = False,
    ) -> Posted:
        """
        Begin a ceremony with its whole programme, or not at all.

        A night that is over when it is scheduled has its programme dated at its announced start,
        so that the programme does not come after the show.

        Raises:
            KeyReused, RefusedByRule: With `errors` by index into `programme`.
            StoreError: The log did not take it.
        """
        now = self._now()
        starts_at = next(
            (each.starts_at for each in programme if isinstance(each, CeremonyScheduled)), now
        )
        recorded = [
            Recorded(ceremony, version, self._new_id(), min(now, starts_at), now, event, actor)
            for version, event in enumerate(programme, start=1)
        ]
        return await self.begin(recorded, key=key, dry_run=dry_run)

    async def rehearse(self, ceremony: str, *, actor: str, key: Key | None = None) -> Posted:
        """
        Begin a rehearsal: a new history with the ceremony's programme, starting now.

        A key that began one is never used up: whoever has begun another since, a retry is told of
        the first, and leaves the other alone.

        Raises:
            UnknownStream: No such ceremony.
            KeyReused, StoreError: As in `schedule`.
        """
        now = self._now()
        original = await self._store.current(ceremony)
        name = f"{ceremony}{REHEARSAL}"
        if (seen := await self._begun(name, key)) is not None:
            return seen
        facts = await programme_of(each_fact(self._store, original), starts_at=now)
        programme = [
            Recorded(name, version, self._new_id(), now, now, event, actor)
            for version, event in enumerate(facts, start=1)
        ]
        return await self.begin(programme, key=key, anew=True, accepted=True)

    async def begin(
        self,
        recorded: Sequence[Recorded],
        *,
        key: Key | None = None,
        anew: bool = False,
        accepted: bool = False,
        dry_run: bool = False,
    ) -> Posted:
        """
        Begin a history with recorded events, all or nothing, each held to the rules.

        Args:
            recorded: Versions 1..n of one ceremony.
            key: As in `post`, but bound in all histories of the ceremony.
            anew: Supersede the current history.
            accepted: The rules have accepted these events before.
            dry_run: Check only.

        Raises:
            KeyReused, RefusedByRule: With `errors` by index into `recorded`.
            Contended, StoreError: The log did not take it.
        """
        ceremony = recorded[0].ceremony
        async with self._locks.setdefault(ceremony, asyncio.Lock()):
            for _ in range(_TRIES):
                if (seen := await self._begun(ceremony, key)) is not None:
                    return seen
                standing = await self._standing(ceremony)
                if standing is not None and not anew:
                    return await self._same_programme(standing, recorded, key, dry_run=dry_run)
                state = folded(recorded) if accepted else checked(recorded)
                if dry_run:
                    history = standing or History(ceremony, 0, "")
                    return Posted(history, state.version, new=False, recorded=recorded[-1])
                try:
                    history = await self._store.begin(recorded, key=key, anew=anew)
                except (WrongExpectedVersion, KeyBound):
                    continue  # another node was faster: look again
                self._states[ceremony] = history, state
                return Posted(history, state.version, new=True)
        raise Contended(ceremony)

    async def _state(self, history: History) -> State:
        known, state = self._states.get(history.ceremony, (history, EMPTY))
        if known != history:  # one that ended takes no more posts
            state = EMPTY
        async for facts in self._store.facts(history, after=state.version):
            for event in facts:
                state = evolve(state, event)
        self._states[history.ceremony] = history, state
        return state

    async def _begun(self, ceremony: str, key: Key | None) -> Posted | None:
        """
        Return what a key that began a history of the ceremony led to, whichever is current.

        Raises:
            KeyReused: It came with another body.
        """
        if key is None:
            return None
        found = await self._store.bound_in_any(ceremony, key.text)
        for history, bound in found:
            if bound.digest == key.digest:
                return Posted(history, bound.version, new=False)
        if found:
            raise KeyReused(key.text)
        return None

    async def _seen(self, history: History, key: Key | None) -> Posted | None:
        if key is None:
            return None
        bound = await self._store.bound(history, key.text)
        if bound is None:
            return None
        if bound.digest != key.digest:
            raise KeyReused(key.text)
        return Posted(history, bound.version, new=False)

    async def _already_so(self, history: History, decision: AlreadySo, key: Key | None) -> Posted:
        if key is not None:
            try:
                await self._store.bind(history, key, decision.version)
            except KeyBound as problem:
                if problem.bound.digest != key.digest:
                    raise KeyReused(key.text) from None
                return Posted(history, problem.bound.version, new=False)
        return Posted(history, decision.version, new=False)

    async def _standing(self, ceremony: str) -> History | None:
        try:
            return await self._store.current(ceremony)
        except UnknownStream:
            return None

    async def _same_programme(
        self, history: History, recorded: Sequence[Recorded], key: Key | None, *, dry_run: bool
    ) -> Posted:
        size = len(recorded)
        known = [event async for event in each_fact(self._store, history, size + 1)]
        longer = any(isinstance(each, (WorkListed, CategoryListed)) for each in known[size:])
        if longer or known[:size] != [each.event for each in recorded]:
            raise RefusedByRule(
                Refused(
                    "already-scheduled",
                    f"{history.ceremony!r} is scheduled with another programme; use another id.",
                )
            )
        return await self._already_so(history, AlreadySo(size), None if dry_run else key)


def _accepted(decision: Accepted | Refused, occurred_at: str, now: str) -> Accepted:
    if isinstance(decision, Refused):
        raise RefusedByRule(decision)
    if to_ms(occurred_at) > to_ms(now) + AHEAD_MS:
        ahead = f"{occurred_at} is more than 5 s ahead of the server's clock ({now}); correct it."
        raise RefusedByRule(Refused("from-the-future", ahead))
    return decision
