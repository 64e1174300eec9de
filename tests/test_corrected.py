"""The night as corrected, told while the night goes on."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from events.ceremony import Event
from events.recorded import Recorded
from histories import LISTED_THEN_ANYTHING, LISTED_THEN_SHOWN
from night import LIVE, announced, corrected, moment, projections, recorded, retracted
from tracker.amended import amended
from tracker.frames import PAGE_SIZE
from web.nights.corrected import Corrected
from web.nights.telling import Telling

EPOCH = "e-1"


class Told:
    """A night that goes on as it is told to, and what is read of its log meanwhile."""

    def __init__(self, log: Sequence[Recorded]) -> None:
        self.corrected = Corrected(EPOCH)
        self.read_after: list[int] = []
        self.reading = asyncio.Event()
        self.version = 0
        self._log = log
        self._boards = projections(log)

    def go_on(self, version: int) -> None:
        for each in self._log[self.version : version]:
            before, after = (self._boards[number].board for number in (self.version, each.version))
            self.corrected.take(before, after, each)
            self.version = each.version

    async def read(self, after: int) -> list[Recorded]:
        self.read_after.append(after)
        self.reading.set()
        await asyncio.sleep(0)
        return list(self._log[after : min(self.version, after + PAGE_SIZE)])

    async def telling(self) -> Telling | None:
        assert self.corrected.epoch is not None
        return await self.corrected.telling(self.corrected.epoch, self.read)


def same(telling: Telling | None, log: Sequence[Recorded]) -> bool:
    assert telling is not None
    whole = Telling.of(telling.epoch, amended(log))
    pages = range(len(log) // PAGE_SIZE + 1)
    return telling.version == len(log) and all(
        telling.page_json(page) == whole.page_json(page) for page in pages
    )


@any_of(st.one_of(LISTED_THEN_SHOWN, LISTED_THEN_ANYTHING), st.data())
@settings(max_examples=100, deadline=None)
def test_whenever_it_is_asked_for_it_is_the_history_as_corrected(
    log: list[Recorded], data: st.DataObject
) -> None:
    async def follow() -> None:
        told = Told(log)
        for version in sorted(data.draw(st.sets(st.integers(1, len(log)), max_size=6))):
            told.go_on(version)
            if told.corrected.epoch is not None:
                assert same(await told.telling(), log[:version])
                assert await told.corrected.telling(EPOCH, told.read) is None

    asyncio.run(follow())


def long_night(*last: Event) -> list[Recorded]:
    show = [*LIVE, announced("film", "orbit"), corrected("film", "meadow")]
    moments = [moment(f"{number}.") for number in range(10 * PAGE_SIZE - len(show))]
    return recorded([*show, *moments, announced("sound", "orbit"), moment(), *last])


@pytest.mark.anyio
async def test_only_what_a_correction_changes_is_told_anew() -> None:
    log = long_night(corrected("sound", "harbour"), moment())
    told = Told(log)
    told.go_on(len(log) - 2)
    assert same(await told.telling(), log[:-2])
    assert told.read_after[0] == 0
    told.read_after.clear()
    told.go_on(len(log))

    assert same(await told.telling(), log)
    assert told.read_after[0] == 10 * PAGE_SIZE, "the page of the result, and none before it"


@pytest.mark.anyio
async def test_a_correction_of_the_first_result_tells_all_of_it_anew() -> None:
    log = long_night(retracted("film"), moment())
    told = Told(log)
    told.go_on(len(log) - 2)
    await told.telling()
    told.read_after.clear()
    told.go_on(len(log))

    assert same(await told.telling(), log)
    assert told.read_after[0] == 0


@pytest.mark.anyio
async def test_corrections_that_come_between_two_readers_add_up() -> None:
    log = long_night(corrected("sound", "harbour"), retracted("film"), corrected("sound", "orbit"))
    told = Told(log)
    told.go_on(len(log) - 3)
    await told.telling()
    told.go_on(len(log))

    assert same(await told.telling(), log)


@pytest.mark.anyio
async def test_who_reads_while_the_night_goes_on_gets_all_of_it() -> None:
    log = long_night(moment(), moment())
    told = Told(log)
    told.go_on(len(log) - 2)
    reading = asyncio.create_task(told.telling())
    await told.reading.wait()
    told.go_on(len(log))

    assert same(await reading, log)
    assert same(await told.telling(), log)


@pytest.mark.anyio
async def test_who_reads_while_a_result_is_corrected_is_sent_to_the_next_epoch() -> None:
    log = long_night(corrected("sound", "harbour"))
    told = Told(log)
    told.go_on(len(log) - 1)
    reading = asyncio.create_task(told.telling())
    await told.reading.wait()
    told.go_on(len(log))

    assert await reading is None
    assert same(await told.telling(), log)
