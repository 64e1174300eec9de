"""Histories that Hypothesis draws: nights within the rules, and stored events of no sense."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import UNSET

from events.ceremony import (
    CategoryListed,
    CategoryWithdrawn,
    CeremonyEnded,
    CeremonyReopened,
    CeremonyRescheduled,
    CeremonyScheduled,
    CeremonyStarted,
    Detail,
    Distributor,
    Event,
    MomentNoted,
    MomentWithdrawn,
    Nominee,
    NomineeWithdrawn,
    Person,
    PresentingBegan,
    ResultConfirmed,
    ResultPutUnderReview,
    RunningOrderSet,
    StageCleared,
    WinnerAnnounced,
    WinnerCorrected,
    WinnerRetracted,
    WorkListed,
)
from events.recorded import Recorded
from events.timestamp import from_ms
from night import CATEGORIES, LIVE, recorded
from tracker.ceremony import EMPTY, Accepted, State, decide, evolve

# --- what may come: ids from small pools, so that events meet; among them ids that nothing bears

CATEGORY = st.sampled_from(["sound", "song", "directing", "film", "poster"])
WORK = st.sampled_from(["harbour", "meadow", "orbit", "delta"])
PERSON = st.builds(Person, st.sampled_from(["ada", "bo", "cy"]), st.sampled_from(["Ada", "Bo"]))
COMPANY = st.builds(Distributor, st.sampled_from(["lantern", "north"]), st.just("Lantern"))
NOMINEE = st.sampled_from(
    [nominee.id for category in CATEGORIES for nominee in category.nominees] + ["poster/x", "x"]
)
HOUR = st.integers(1_700_000_000_000, 1_700_020_000_000).map(from_ms)


def tuples(each: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(each, min_size=least, max_size=4).map(tuple)


def maybe(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(UNSET), each)


BALLOT = st.builds(
    Nominee, NOMINEE, tuples(PERSON), maybe(WORK), maybe(st.just(Detail(song="Adrift")))
)
ANYTHING: st.SearchStrategy[Event] = st.one_of(
    st.builds(CeremonyScheduled, st.just("N"), HOUR, maybe(st.just("V")), maybe(st.just(("H",)))),
    st.builds(CeremonyRescheduled, HOUR),
    st.builds(WorkListed, WORK, st.sampled_from(["A", "B"]), maybe(tuples(COMPANY))),
    st.builds(CategoryListed, CATEGORY, st.just("C"), st.integers(1, 9), tuples(BALLOT)),
    st.builds(CategoryWithdrawn, CATEGORY),
    st.builds(NomineeWithdrawn, CATEGORY, NOMINEE),
    st.builds(RunningOrderSet, tuples(CATEGORY, 1)),
    st.builds(CeremonyStarted),
    st.builds(CeremonyEnded),
    st.builds(CeremonyReopened),
    st.builds(PresentingBegan, CATEGORY, maybe(tuples(st.just("Ida")))),
    st.builds(StageCleared),
    st.builds(WinnerAnnounced, CATEGORY, tuples(NOMINEE, 1)),
    st.builds(ResultPutUnderReview, CATEGORY),
    st.builds(ResultConfirmed, CATEGORY),
    st.builds(WinnerCorrected, CATEGORY, tuples(NOMINEE, 1)),
    st.builds(WinnerRetracted, CATEGORY),
    st.builds(MomentNoted, st.just("note"), st.just("Seen."), works=maybe(tuples(WORK))),
    st.builds(MomentWithdrawn, st.integers(1, 40)),
)


@st.composite
def shows(draw: st.DrawFn) -> Event:
    """Draw what a producer might post during the made-up night, right or wrong."""
    category = draw(st.sampled_from(CATEGORIES))
    winners = tuple(
        draw(
            st.lists(
                st.sampled_from([nominee.id for nominee in category.nominees]),
                min_size=1,
                max_size=2,
                unique=True,
            )
        )
    )
    key = category.category
    posts: list[Event] = [
        *[WinnerAnnounced(key, winners)] * 6,
        *[WinnerCorrected(key, winners)] * 4,
        *[PresentingBegan(key)] * 3,
        StageCleared(),
        *[WinnerRetracted(key)] * 2,
        *[ResultPutUnderReview(key)] * 2,
        *[ResultConfirmed(key)] * 2,
        NomineeWithdrawn(key, winners[0]),
        CategoryWithdrawn(key),
        RunningOrderSet((key, draw(CATEGORY))),
        CeremonyEnded(),
        *[CeremonyReopened()] * 2,
    ]
    return draw(st.sampled_from(posts))


def accepted(proposed: Iterable[Event]) -> tuple[list[Event], State]:
    """Return what the rules let through, and the state after it."""
    state, events = EMPTY, []
    for event in proposed:
        if isinstance(decide(event, state), Accepted):
            events.append(event)
            state = evolve(state, event)
    return events, state


NIGHTS = st.lists(shows(), min_size=8, max_size=40).map(lambda show: accepted([*LIVE, *show]))


def envelopes(events: Sequence[Event], hours: Sequence[str]) -> list[Recorded]:
    return [
        msgspec.structs.replace(each, occurred_at=hour)
        for each, hour in zip(recorded(events), hours, strict=True)
    ]


DATED = st.lists(st.tuples(ANYTHING, HOUR), max_size=40).map(
    lambda pairs: envelopes([event for event, _ in pairs], [hour for _, hour in pairs])
)
LISTED_THEN_ANYTHING = st.lists(ANYTHING, max_size=40).map(lambda any_: recorded([*LIVE, *any_]))
LISTED_THEN_SHOWN = st.lists(shows(), max_size=40).map(lambda show: recorded([*LIVE, *show]))
