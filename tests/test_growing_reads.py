"""What a read of a long night costs: as much as what it shows, however many events came before."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree as ET

import msgspec
import pytest

from effort import LINEAR, growth
from events.ceremony import (
    CategoryListed,
    CeremonyStarted,
    Event,
    MomentWithdrawn,
    Nominee,
    Person,
    PresentingBegan,
    WinnerAnnounced,
    WinnerCorrected,
)
from events.memory import MemoryStore
from events.recorded import Recorded
from events.store import History
from night import LIVE, SCHEDULED, announced, moment, recorded
from tracker.chapters import Contents
from web.nights.heads import Superseded
from web.nights.night import Night
from web.pages.catalogue import LANGUAGES, WORDS, Language
from web.pages.ics import occasion
from web.pages.rss import MOST_ITEMS, rss
from web.pages.scene import Place, Scene
from web.pages.winners_page import winners_page
from web.pictures.picture import Picture, Subject, picture_of
from web.slices import PAUSE_SECONDS, Slices, Turns

EN = WORDS["en"]
PLACE = Place("http://tracker", "/api/ceremonies/made-up/winners.rss", {})
LEVEL = 1.2
"""What is bounded takes the same steps at any size, but for a bisection or two."""


def night_of(*events: Event) -> Night:
    night = Night(MemoryStore(), History("made-up", 1, "memory"))
    for each in recorded(events):
        night.advance(each)
    return night


def of_results(size: int) -> Night:
    other = [WinnerCorrected("film", (f"film/{key}",)) for key in ("meadow", "orbit")]
    return night_of(*LIVE, announced("film", "orbit"), *(other[n % 2] for n in range(size)))


def of_moments(size: int) -> Night:
    return night_of(*LIVE, *(moment() for _ in range(size)))


async def feed(night: Night) -> bytes:
    return await rss(EN, night, PLACE)


async def page(night: Night) -> None:
    for version in (night.version, night.version // 2):
        view = Scene(night, version, moment=True)
        await winners_page(EN, view, night.board, "", Slices())


def picture(night: Night) -> Picture:
    subject = Subject("Made up", rehearsal=False, board=night.board, chronicle=night.chronicle,
                      version=night.version)  # fmt: skip
    return picture_of(EN, subject)


READS: dict[str, Callable[[Night], object]] = {
    "rss": lambda night: asyncio.run(feed(night)),
    "winners page": lambda night: asyncio.run(page(night)),
    "calendar": lambda night: occasion(EN, night, PLACE),
    "picture": picture,
    "list": lambda night: night.summary,
    "head": lambda night: night.head_json(),
}


@pytest.mark.parametrize("shape", [of_results, of_moments])
@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_a_read_takes_the_same_steps_however_many_events_there_are(
    read: Callable[[Night], object], shape: Callable[[int], Night]
) -> None:
    def reading(size: int) -> Callable[[], object]:
        night = shape(size)
        return lambda: read(night)

    assert growth(reading, 2 * MOST_ITEMS) < LEVEL


def test_a_feed_tells_the_newest_results_alone() -> None:
    night = of_results(2 * MOST_ITEMS)

    channel = ET.fromstring(asyncio.run(feed(night))).find("channel")  # noqa: S314 - ours
    assert channel is not None
    links = [item.findtext("link") or "" for item in channel.findall("item")]
    versions = [int(link.rpartition("=")[2]) for link in links]
    assert versions == list(range(night.version, night.version - MOST_ITEMS, -1))


def wide(nominees: int, people: int = 1) -> list[Event]:
    ballot = tuple(
        Nominee(
            f"crowd/n-{number}",
            tuple(Person(f"p-{number}-{each}", f"Ada {number} {each}") for each in range(people)),
        )
        for number in range(nominees)
    )
    return [SCHEDULED, CategoryListed("crowd", "Crowd", 1, ballot), CeremonyStarted()]


TIE: list[Event] = [
    *wide(1000),
    WinnerAnnounced("crowd", tuple(f"crowd/n-{number}" for number in range(1000))),
]
ENSEMBLE: list[Event] = [*wide(2, 1000), WinnerAnnounced("crowd", ("crowd/n-1",))]
PRESENTERS: list[Event] = [
    *wide(2),
    PresentingBegan("crowd", tuple(f"Ed {number}" for number in range(1000))),
]
TIED = [
    pytest.param(TIE, "994", id="a tie of a thousand"),
    pytest.param(ENSEMBLE, "970", id="a thousand people"),
    pytest.param(PRESENTERS, "988", id="a thousand presenters"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("events", "others"), TIED)
def test_a_picture_names_some_and_says_how_many_others_there_are(
    events: list[Event], others: str, language: Language
) -> None:
    night = night_of(*events)
    subject = Subject("Made up", rehearsal=False, board=night.board, chronicle=night.chronicle,
                      version=night.version)  # fmt: skip

    told = picture_of(WORDS[language], subject)
    said = f"{told.title} {told.beside}"
    assert others in said
    assert len(said) < 1500


def test_a_feed_names_some_and_says_how_many_others_there_are() -> None:
    one = [*TIE, WinnerCorrected("crowd", ("crowd/n-1",))]

    for events, others in ((TIE, "994 others"), (one, "987 others"), (ENSEMBLE, "970 others")):
        told = asyncio.run(feed(night_of(*events))).decode()
        assert others in told
        assert len(told) < 6000


def test_as_many_names_as_there_is_room_for_are_all_told() -> None:
    assert EN.some("ABC", 2) == "A, B and C"
    assert EN.some("ABCD", 2) == "A, B and 2 others"
    assert WORDS["es"].some("ABCD", 2) == "A, B y 2 más"


def test_a_page_takes_as_long_as_its_ballots() -> None:
    def writing(size: int) -> Callable[[], object]:
        night = night_of(*wide(size), WinnerAnnounced("crowd", ("crowd/n-1",)))
        return lambda: asyncio.run(page(night))

    assert growth(writing, 100) < LINEAR


def test_a_tie_takes_as_long_as_it_has_winners() -> None:
    def telling(size: int) -> Callable[[], object]:
        night = night_of(*wide(size))
        result = WinnerAnnounced("crowd", tuple(f"crowd/n-{n}" for n in range(size)))
        last = recorded([*wide(size), result, WinnerCorrected("crowd", ("crowd/n-1",))])[-2:]

        def work() -> None:
            for each in last:
                night.advance(each)
            asyncio.run(feed(night))

        return work

    assert growth(telling, 200) < LINEAR


def test_long_work_rests_when_its_slice_is_used_up_and_not_before() -> None:
    now = [0.0]
    slices = Slices(alone=True, clock=lambda: now[0])

    assert rests(slices) == 0
    now[0] += 0.0019
    assert rests(slices) == 0
    now[0] += 0.0002
    assert rests(slices) == 1
    assert rests(slices) == 0, "the next slice has begun"


@pytest.mark.anyio
async def test_all_long_work_takes_turns_with_a_pause_after_each_slice() -> None:
    now, loop = [0.0], asyncio.get_running_loop()
    taken: list[tuple[str, float]] = []

    async def work(name: str) -> None:
        slices = Slices(clock=lambda: now[0])
        for _ in range(3):
            now[0] += 1  # each step uses its slice up
            await slices.rest()
            taken.append((name, loop.time()))

    await asyncio.gather(work("a"), work("b"), work("c"))
    assert [name for name, _ in taken] == ["a", "b", "c"] * 3
    # The loop's clock may run ahead of its timers by its own resolution.
    gaps = [after[1] - before[1] for before, after in pairwise(taken)]
    assert min(gaps) > PAUSE_SECONDS / 2


@pytest.mark.anyio
async def test_one_who_gives_up_waiting_takes_no_turn_from_the_others() -> None:
    turns = Turns(asyncio.get_running_loop())
    first, second, third = (asyncio.create_task(turns.next()) for _ in range(3))
    await asyncio.sleep(0)
    first.cancel()
    third.cancel()

    await second
    assert first.cancelled()
    await asyncio.wait([third])
    await turns.next()


def test_a_head_names_everything_that_was_superseded_however_it_came() -> None:
    contents, kept = Contents(), Superseded()
    night = long_log(3000)
    # A moment withdrawn again, as the rules never let it be, in a block that was encoded long ago.
    last = night[-1]
    again = MomentWithdrawn(len(LIVE) + 1)
    twice = msgspec.structs.replace(last, version=last.version + 1, event=again)
    for each in [*night, twice]:
        contents.turn(each, 0)
        if each.version % 500 == 0 or each is twice:
            assert msgspec.json.decode(kept.encoded(contents)) == contents.superseded
    assert contents.superseded[str(len(LIVE) + 1)] == twice.version
    assert msgspec.json.decode(Superseded().encoded(Contents())) == {}


def long_log(size: int) -> list[Recorded]:
    told: list[Event] = [*LIVE]
    for _ in range(size):
        told += [moment(), MomentWithdrawn(len(told) + 1)]
    return recorded(told)


def rests(slices: Slices) -> int:
    work = slices.rest()
    for times in range(10):
        try:
            work.send(None)
        except StopIteration:
            return times
    raise AssertionError("it rests for ever")
