"""A small made-up night, and the words in which tests tell of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import UNSET

from events.ceremony import (
    CategoryListed,
    CategoryWithdrawn,
    CeremonyEnded,
    CeremonyRescheduled,
    CeremonyScheduled,
    CeremonyStarted,
    Detail,
    Distributor,
    Event,
    MomentNoted,
    Nominee,
    NomineeWithdrawn,
    Person,
    PresentingBegan,
    ResultConfirmed,
    ResultPutUnderReview,
    RunningOrderSet,
    WinnerAnnounced,
    WinnerCorrected,
    WinnerRetracted,
    WorkListed,
)
from events.codec import encode
from events.recorded import Recorded
from events.timestamp import from_ms, to_ms
from tracker.ceremony import EMPTY, Accepted, AlreadySo, Decision, Refused, State, decide, evolve
from tracker.project import NOTHING, Projection, project

HOUR: Final = "2030-02-01T20:00:00.000Z"

LANTERN: Final = Distributor("lantern", "Lantern Pictures")
NORTH: Final = Distributor("north", "North & Sons")

ADA: Final = Person("ada", "Ada Lund")
BO: Final = Person("bo", "Bo Rey", "nm1234567")
CY: Final = Person("cy", "Cy Oke")
DEE: Final = Person("dee", "Dee Ito")

SCHEDULED: Final = CeremonyScheduled("The Made-up Awards", HOUR, "Town Hall", ("Hal Host",))
WORKS: Final = (
    WorkListed("harbour", "Harbour", (LANTERN,), "tt1234567"),
    WorkListed("meadow", "Meadow", (LANTERN, NORTH)),
    WorkListed("orbit", "Orbit"),
)
CATEGORIES: Final = (
    CategoryListed(
        "sound",
        "Sound",
        1,
        (
            Nominee("sound/harbour", (CY,), "harbour"),
            Nominee("sound/meadow", (DEE,), "meadow"),
            Nominee("sound/orbit", (CY, DEE), "orbit"),
        ),
    ),
    CategoryListed(
        "song",
        "Original Song",
        2,
        (
            Nominee("song/adrift", (ADA,), "harbour", Detail(song="Adrift")),
            Nominee("song/low-tide", (ADA, CY), "harbour", Detail(song="Low Tide")),
            Nominee("song/apogee", (DEE,), "orbit", Detail(song="Apogee")),
        ),
    ),
    CategoryListed(
        "directing",
        "Directing",
        3,
        (Nominee("directing/ada", (ADA,), "harbour"), Nominee("directing/bo", (BO,), "meadow")),
    ),
    CategoryListed(
        "honour",
        "Honour",
        4,
        (Nominee("honour/bo", (BO,)), Nominee("honour/dee", (DEE,))),
    ),
    CategoryListed(
        "film",
        "Best Film",
        5,
        (
            Nominee("film/harbour", (ADA, BO), "harbour"),
            Nominee("film/meadow", (BO,), "meadow"),
            Nominee("film/orbit", (), "orbit"),
        ),
    ),
)
PROGRAMME: Final[tuple[Event, ...]] = (SCHEDULED, *WORKS, *CATEGORIES)
STARTED: Final = CeremonyStarted()
ENDED: Final = CeremonyEnded()
LIVE: Final[tuple[Event, ...]] = (*PROGRAMME, STARTED)

# Where those two stand: the programme's last event and the start.
LISTED: Final = len(PROGRAMME)
START: Final = LISTED + 1

BLANK_BOARD: Final[dict[str, Any]] = {
    "ceremony": {},
    "phase": "scheduled",
    "progress": {"awarded": 0, "categories": 0},
    "stage": {},
    "latest": {},
    "categories": {},
    "works": {},
    "people": {},
    "distributors": {},
    "ranking": {"works": [], "people": [], "distributors": []},
    "milestones": {},
}
"""The board of version 0, as everybody is shown it."""


def presenting(category: str, *presenters: str) -> PresentingBegan:
    return PresentingBegan(category, presenters or UNSET)


def announced(category: str, *nominees: str) -> WinnerAnnounced:
    return WinnerAnnounced(category, _ids(category, nominees))


def corrected(category: str, *nominees: str) -> WinnerCorrected:
    return WinnerCorrected(category, _ids(category, nominees), "the wrong envelope")


def retracted(category: str) -> WinnerRetracted:
    return WinnerRetracted(category, "the wrong envelope")


def under_review(category: str) -> ResultPutUnderReview:
    return ResultPutUnderReview(category)


def confirmed(category: str) -> ResultConfirmed:
    return ResultConfirmed(category)


def nominee_withdrawn(category: str, nominee: str) -> NomineeWithdrawn:
    return NomineeWithdrawn(category, f"{category}/{nominee}")


def category_withdrawn(category: str) -> CategoryWithdrawn:
    return CategoryWithdrawn(category)


def ordered(*categories: str) -> RunningOrderSet:
    return RunningOrderSet(categories)


def moment(text: str = "A standing ovation.") -> MomentNoted:
    return MomentNoted("moment", text)


def moved(starts_at: str) -> CeremonyRescheduled:
    return CeremonyRescheduled(starts_at)


def _ids(category: str, nominees: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{category}/{nominee}" for nominee in nominees)


class Proposed:
    """What was decided, to be compared with what a test says of it."""

    def __init__(self, event: Event, decision: Decision) -> None:
        self.event = event
        self.decision = decision

    def then_it_stands(self) -> None:
        assert self.decision == Accepted((self.event,))

    def then_it_is_already_so(self, version: int) -> None:
        assert self.decision == AlreadySo(version)

    def then_it_is_refused(self, rule: str, *words: str) -> None:
        assert isinstance(self.decision, Refused), self.decision
        assert self.decision.rule == rule
        for word in words:
            assert word in self.decision.detail


class Told:
    """A history that the rules accepted, event by event."""

    def __init__(self, state: State) -> None:
        self.state = state

    def when(self, event: Event) -> Proposed:
        return Proposed(event, decide(event, self.state))


def given(*events: Event) -> Told:
    """Tell a history, each event of which must itself be within the rules."""
    state = EMPTY
    for event in events:
        assert decide(event, state) == Accepted((event,)), f"{event} cannot be given"
        state = evolve(state, event)
    return Told(state)


def recorded(
    events: Iterable[Event], ceremony: str = "made-up", *, after: int = 0, hour: str = HOUR
) -> list[Recorded]:
    """Put events into envelopes, a second apart from `hour` on."""
    return [
        Recorded(
            ceremony,
            version,
            f"{ceremony}-{version}",
            from_ms(to_ms(hour) + 1000 * version),
            from_ms(to_ms(hour) + 1000 * version + 7),
            event,
            "maya",
        )
        for version, event in enumerate(events, start=after + 1)
    ]


def projections(log: Iterable[Recorded]) -> list[Projection]:
    """Return the projection at every version, 0 included."""
    result = [NOTHING]
    for each in log:
        result.append(project(result[-1], each))
    return result


def board_after(*events: Event) -> dict[str, Any]:
    """Return the board as a browser sees it, after events that the rules accept."""
    given(*events)
    board: dict[str, Any] = as_json(projections(recorded(events))[-1].board)
    return board


def as_json(value: object) -> Any:
    """Return what a browser would see of a value."""
    return json.loads(encode(value))


def numbers(tally: dict[str, Any]) -> Sequence[int]:
    """Return nominations, wins, lost, pending."""
    return [tally[field] for field in ("nominations", "wins", "lost", "pending")]
