"""What is over leaves nothing behind: rehearsals begun anew, and ids that were only tried."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from pathlib import Path

import pytest

from doors import TOKEN, opened, programme
from events.bell import Bell
from events.sqlite import SqliteStore
from night import STARTED
from replay.recording import bundled, recorded
from web.ids import new_id
from web.nights.night import Night

pytestmark = pytest.mark.anyio

ID = "oscars-97"
HERE = f"/api/ceremonies/{ID}"
ROUNDS = 20
MOST_EACH = 16 * 1024
"""Bytes that one more rehearsal may leave in memory: its row in the store's heads, and noise."""


def alive(kind: type) -> int:
    gc.collect()
    return sum(isinstance(each, kind) for each in gc.get_objects())


async def test_rehearsals_begun_anew_leave_nothing_in_memory(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "tracker.db")
    await store.begin(recorded(bundled()[ID], new_id, "2025-03-03T09:00:00.000Z", "maya"))
    async with opened(store=store) as doors:

        async def begin(rounds: int) -> None:
            for _ in range(rounds):
                begun = await doors.post(b"", f"{HERE}/rehearsals", key=new_id())
                assert begun.status_code == 201
                answer = await doors.post(STARTED, f"{HERE}-rehearsal/events", key=new_id())
                assert answer.status_code == 201
            await doors.get(f"{HERE}-rehearsal/board?at=3")
            await asyncio.sleep(0.05)  # those that were superseded come to their end

        tracemalloc.start()
        try:
            await begin(ROUNDS)  # what is kept once, and what is kept for some, is there by now
            nights, bells = alive(Night), alive(Bell)
            before, _ = tracemalloc.get_traced_memory()
            await begin(ROUNDS)
            assert (alive(Night), alive(Bell)) == (nights, bells)
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert (after - before) / ROUNDS < MOST_EACH
    await store.close()


async def test_programmes_that_are_only_tried_leave_nothing_in_memory() -> None:
    async with opened() as doors:
        path = "/api/ceremonies?dry_run=true"
        for number in range(3):
            assert (await doors.post(programme(f"warm-{number}"), path)).status_code == 200
        locks = alive(asyncio.Lock)
        for number in range(50):
            answer = await doors.post(programme(f"tried-{number}"), path, token=TOKEN)
            assert answer.status_code == 200
        assert alive(asyncio.Lock) <= locks
