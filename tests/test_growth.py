"""What a night costs as it grows: each event the same, however many came before."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from msgspec.structs import replace

from effort import LINEAR, growth, written
from events.ceremony import (
    CategoryListed,
    Distributor,
    Event,
    MomentNoted,
    MomentWithdrawn,
    Nominee,
    Person,
    WinnerAnnounced,
    WinnerCorrected,
    WinnerRetracted,
    WorkListed,
)
from events.recorded import Recorded
from night import LIVE, SCHEDULED, announced, recorded
from tracker.amended import Amendments
from tracker.ceremony import EMPTY, AlreadySo, Refused, decide, evolve
from tracker.chapters import Contents
from tracker.frames import frame
from tracker.listing import (
    MOST_CATEGORIES,
    MOST_DISTRIBUTORS,
    MOST_NOMINEES,
    MOST_PEOPLE,
    MOST_WORKS,
)
from tracker.numbered import Numbered
from tracker.project import NOTHING, project

FEW, MANY = 1_000, 16_000
BLOCK = 2_000
"""Bytes: versions are kept in blocks of 4,096 bits, of which one may be nearly empty or full."""
STEPS = 8
Shape = Callable[[], Iterator[Event]]


def moments() -> Iterator[Event]:
    while True:
        yield MomentNoted("speech", "Thanks.")


def withdrawals() -> Iterator[Event]:
    for version in count(len(LIVE) + 1, 2):
        yield MomentNoted("speech", "Thanks.")
        yield MomentWithdrawn(version)


def corrections() -> Iterator[Event]:
    yield announced("film", "orbit")
    while True:
        yield WinnerCorrected("film", ("film/meadow",))
        yield WinnerCorrected("film", ("film/orbit",))


def retractions() -> Iterator[Event]:
    while True:
        yield WinnerAnnounced("film", ("film/orbit",))
        yield WinnerRetracted("film")


SHAPES = [moments, withdrawals, corrections, retractions]


def long_night(shape: Shape, size: int) -> list[Recorded]:
    told = shape()
    return recorded([*LIVE, *(next(told) for _ in range(size))])


class Fold:
    """All that is folded from a night, event by event."""

    def __init__(self) -> None:
        self.state, self.projection, self.contents = EMPTY, NOTHING, Contents()
        self.amendments = Amendments()

    def take(self, each: Recorded) -> None:
        before = self.projection
        self.state = evolve(self.state, each.event)
        self.projection = project(before, each)
        self.contents.turn(each, self.projection.t)
        frame(before, self.projection, each)
        self.amendments.take(before.board, self.projection.board, each)
        self.amendments.told(each)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_event_costs_the_same_however_many_came_before(shape: Shape) -> None:
    def after(size: int) -> int:
        told, fold = iter(long_night(shape, size + 2 * STEPS)), Fold()
        for _ in range(len(LIVE) + size):
            fold.take(next(told))

        def both() -> None:
            fold.take(next(told))
            fold.take(next(told))

        return written(both, STEPS)

    assert after(MANY) < after(FEW) + BLOCK


@pytest.mark.parametrize("shape", SHAPES)
def test_folding_a_night_takes_as_long_as_the_night(shape: Shape) -> None:
    def folding(size: int) -> Callable[[], object]:
        told, fold = long_night(shape, size), Fold()

        def work() -> None:
            for each in told:
                fold.take(each)

        return work

    assert growth(folding, 200) < LINEAR


def category(number: int, nominees: int = 2) -> CategoryListed:
    key = f"category-{number}"
    ballot = tuple(
        Nominee(f"{key}/{each}", (Person(f"person-{number}-{each}", "Ada"),), "work-1")
        for each in range(nominees)
    )
    return CategoryListed(key, "A category", number, ballot)


def people(size: int) -> tuple[Person, ...]:
    return tuple(Person(f"person-{number}", "Ada") for number in range(1, size + 1))


def distributors(size: int) -> tuple[Distributor, ...]:
    return tuple(Distributor(f"house-{number}", "House") for number in range(1, size + 1))


def programmes(size: int) -> dict[str, list[Event]]:
    works = [WorkListed(f"work-{number}", "A work") for number in range(1, size + 1)]
    return {
        "works": [SCHEDULED, *works],
        "categories": [
            SCHEDULED,
            works[0],
            *(category(number) for number in range(1, size + 1)),
        ],
        "nominees": [SCHEDULED, works[0], category(1, size)],
    }


@pytest.mark.parametrize("what", ["works", "categories", "nominees"])
def test_a_programme_is_decided_and_shown_in_steps_that_grow_with_it_alone(what: str) -> None:
    def listing(size: int) -> Callable[[], object]:
        told, fold = recorded(programmes(size)[what]), Fold()

        def work() -> None:
            for each in told:
                assert not isinstance(decide(each.event, fold.state), Refused | AlreadySo)
                fold.take(each)

        return work

    assert growth(listing, 100) < LINEAR


def test_a_map_by_number_holds_what_was_put_and_shares_the_rest() -> None:
    numbers = [0, 1, 63, 64, 4095, 4096, 262_144, 2**35]
    maps = [Numbered()]
    for number in numbers:
        maps.append(maps[-1].put(number, number + 1))

    for size, each in enumerate(maps):
        found = [each.get(number) for number in numbers]
        assert found == [n + 1 for n in numbers[:size]] + [None] * (len(numbers) - size)
    assert maps[-1].put(64, 7).get(64) == 7
    assert maps[-1].get(64) == 65
    assert maps[-1].get(65) is None


@pytest.mark.parametrize(
    ("programme", "one_more", "what"),
    [
        (
            [category(number, 1) for number in range(1, MOST_CATEGORIES + 1)],
            category(MOST_CATEGORIES + 1),
            "categories",
        ),
        ([category(1, MOST_NOMINEES)], category(2, 1), "nominees"),
        (
            [WorkListed(f"work-{number}", "A work") for number in range(2, MOST_WORKS + 1)],
            WorkListed("one-more", "A work"),
            "works",
        ),
        (
            [WorkListed("work-2", "A work", distributors(MOST_DISTRIBUTORS))],
            WorkListed("one-more", "A work", (Distributor("one-more", "One More"),)),
            "distributors",
        ),
        (
            [CategoryListed("a", "A", 1, (Nominee("a/b", people(MOST_PEOPLE)),))],
            CategoryListed("b", "B", 2, (Nominee("b/b", (Person("one-more", "One More"),)),)),
            "people",
        ),
    ],
    ids=["categories", "nominees", "works", "distributors", "people"],
)
def test_a_programme_has_bounds_at_the_door_and_none_in_the_log(
    programme: list[Event], one_more: Event, what: str
) -> None:
    state = EMPTY
    for event in (SCHEDULED, WorkListed("work-1", "A work"), *programme):
        state = evolve(state, event)

    assert isinstance(decide(programme[-1], state), AlreadySo)
    refused = decide(one_more, state)
    assert isinstance(refused, Refused)
    assert refused.rule == "too-many"
    assert what in refused.detail
    assert evolve(state, one_more) != replace(state, version=state.version + 1)
