"""What the rules need to know of a ceremony, folded from its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from events import ceremony as facts
from events.ceremony import Distributor, Event, Person
from tracker.numbered import Numbered
from tracker.places import places_of, positions

Phase = Literal["unscheduled", "scheduled", "live", "ended"]

_BLOCK: Final = 4096


class Category(msgspec.Struct, frozen=True, gc=False):
    """
    A category as the rules see it; each version is that of the event which made it so, 0 if none.

    Attributes:
        winners: In the order read out; empty without a standing result.
    """

    listing: facts.CategoryListed
    listed: int
    position: int
    nominees: frozenset[str]
    withdrawn_nominees: Mapping[str, int]
    winners: tuple[str, ...] = ()
    decided: int = 0
    under_review: bool = False
    reviewed: int = 0
    withdrawn: int = 0


class OnStage(msgspec.Struct, frozen=True, gc=False):
    """The category on stage, since the event of that version."""

    category: str
    presenters: tuple[str, ...]
    since: int


class State(msgspec.Struct, frozen=True, gc=False):
    """
    The whole of it. A state is never changed: each event makes the next one.

    Attributes:
        phase_since: Version of the event that began the phase.
        starts_since: Version of the event that set the start.
        works: The listing of each work and its version.
        stage_cleared: Version of the last event that took a category off the stage, 0 if none.
        order_since: Version of the last running order.
        moments: A bit for each version that noted a moment, in blocks of `_BLOCK` versions: most
            logs hold more moments than anything else, and each is noted in a copy of this.
        withdrawn_moments: By version of the moment, that of its withdrawal.
        places: By position, the category that holds it; withdrawn ones hold none.
    """

    version: int = 0
    phase: Phase = "unscheduled"
    phase_since: int = 0
    scheduled: facts.CeremonyScheduled | None = None
    starts_at: str = ""
    starts_since: int = 0
    stage: OnStage | None = None
    stage_cleared: int = 0
    order_since: int = 0
    categories: dict[str, Category] = {}
    works: dict[str, tuple[facts.WorkListed, int]] = {}
    people: dict[str, Person] = {}
    distributors: dict[str, Distributor] = {}
    moments: dict[int, int] = {}
    withdrawn_moments: Numbered = Numbered()
    places: dict[int, str] = {}

    def noted(self, version: int) -> bool:
        """Tell whether the event of that version noted a moment."""
        block, bit = divmod(version, _BLOCK)
        return bool(self.moments.get(block, 0) >> bit & 1)


EMPTY: Final = State()


def evolve(state: State, event: Event) -> State:
    """Return the state after `event`; total: what makes no sense changes only the version."""
    version = state.version + 1
    after = _EVOLVE[type(event)](state, event, version)
    return after if after.version == version else replace(state, version=version)


def _scheduled(state: State, event: facts.CeremonyScheduled, version: int) -> State:
    if state.phase != "unscheduled":
        return state
    return replace(
        state,
        version=version,
        phase="scheduled",
        phase_since=version,
        scheduled=event,
        starts_at=event.starts_at,
        starts_since=version,
    )


def _rescheduled(state: State, event: facts.CeremonyRescheduled, version: int) -> State:
    return replace(state, version=version, starts_at=event.starts_at, starts_since=version)


def _work_listed(state: State, event: facts.WorkListed, version: int) -> State:
    companies = () if event.distributors is UNSET else event.distributors
    return replace(
        state,
        version=version,
        works={**state.works, event.work: (event, version)},
        distributors={**{company.id: company for company in companies}, **state.distributors},
    )


def _category_listed(state: State, event: facts.CategoryListed, version: int) -> State:
    if event.category in state.categories:
        return state
    category = Category(
        listing=event,
        listed=version,
        position=event.position,
        nominees=frozenset(nominee.id for nominee in event.nominees),
        withdrawn_nominees={},
    )
    people = {person.id: person for nominee in event.nominees for person in nominee.people}
    places = state.places.copy()
    places.setdefault(event.position, event.category)
    return replace(
        state,
        version=version,
        categories={**state.categories, event.category: category},
        people={**people, **state.people},
        places=places,
    )


def _category_withdrawn(state: State, event: facts.CategoryWithdrawn, version: int) -> State:
    category = state.categories.get(event.category)
    if category is None:
        return state
    stage = state.stage
    if stage is not None and stage.category == event.category:
        state = replace(state, stage=None, stage_cleared=version)
    after = _with(state, replace(category, withdrawn=version), version)
    return replace(after, places=places_of(after.categories))


def _nominee_withdrawn(state: State, event: facts.NomineeWithdrawn, version: int) -> State:
    category = state.categories.get(event.category)
    if category is None:
        return state
    withdrawn = {**category.withdrawn_nominees, event.nominee: version}
    return _with(state, replace(category, withdrawn_nominees=withdrawn), version)


def _running_order_set(state: State, event: facts.RunningOrderSet, version: int) -> State:
    held = {key: category.position for key, category in state.categories.items()}
    moved = {
        key: replace(state.categories[key], position=place)
        for key, place in positions(held, event.categories).items()
    }
    categories = {**state.categories, **moved}
    return replace(
        state,
        version=version,
        categories=categories,
        order_since=version,
        places=places_of(categories),
    )


def _started(state: State, _event: facts.CeremonyStarted, version: int) -> State:
    return replace(state, version=version, phase="live", phase_since=version)


def _ended(state: State, _event: facts.CeremonyEnded, version: int) -> State:
    return replace(state, version=version, phase="ended", phase_since=version, stage=None)


def _presenting(state: State, event: facts.PresentingBegan, version: int) -> State:
    if event.category not in state.categories:
        return state
    presenters = () if event.presenters is UNSET else event.presenters
    return replace(state, version=version, stage=OnStage(event.category, presenters, version))


def _stage_cleared(state: State, _event: facts.StageCleared, version: int) -> State:
    if state.stage is None:
        return state
    return replace(state, version=version, stage=None, stage_cleared=version)


def _result(
    state: State, event: facts.WinnerAnnounced | facts.WinnerCorrected, version: int
) -> State:
    category = state.categories.get(event.category)
    winners = event.nominees if category is not None else ()
    if category is not None and not category.nominees.issuperset(winners):
        winners = tuple(winner for winner in winners if winner in category.nominees)
    if category is None or not winners:
        return state
    decided = replace(
        category, winners=winners, decided=version, under_review=False, reviewed=version
    )
    categories = state.categories.copy()
    categories[event.category] = decided
    if state.stage is not None and type(event) is facts.WinnerAnnounced:
        return replace(
            state, version=version, categories=categories, stage=None, stage_cleared=version
        )
    return replace(state, version=version, categories=categories)


def _reviewed(state: State, event: facts.ResultPutUnderReview, version: int) -> State:
    return _review(state, event.category, version, under_review=True)


def _confirmed(state: State, event: facts.ResultConfirmed, version: int) -> State:
    return _review(state, event.category, version, under_review=False)


def _review(state: State, key: str, version: int, *, under_review: bool) -> State:
    category = state.categories.get(key)
    if category is None or not category.winners:
        return state
    return _with(state, replace(category, under_review=under_review, reviewed=version), version)


def _retracted(state: State, event: facts.WinnerRetracted, version: int) -> State:
    category = state.categories.get(event.category)
    if category is None or not category.winners:
        return state
    undecided = replace(category, winners=(), decided=0, under_review=False, reviewed=version)
    return _with(state, undecided, version)


def _moment_noted(state: State, _event: facts.MomentNoted, version: int) -> State:
    moments = state.moments.copy()
    block = version // _BLOCK
    moments[block] = moments.get(block, 0) | 1 << version % _BLOCK
    return replace(state, version=version, moments=moments)


def _moment_withdrawn(state: State, event: facts.MomentWithdrawn, version: int) -> State:
    if not state.noted(event.version):
        return state
    withdrawn = state.withdrawn_moments.put(event.version, version)
    return replace(state, version=version, withdrawn_moments=withdrawn)


def _with(state: State, category: Category, version: int) -> State:
    categories = state.categories.copy()
    categories[category.listing.category] = category
    return replace(state, version=version, categories=categories)


# One entry per type of the union; a test holds the two together.
_EVOLVE: Final[dict[type[Any], Callable[[State, Any, int], State]]] = {
    facts.CeremonyScheduled: _scheduled,
    facts.CeremonyRescheduled: _rescheduled,
    facts.WorkListed: _work_listed,
    facts.CategoryListed: _category_listed,
    facts.CategoryWithdrawn: _category_withdrawn,
    facts.NomineeWithdrawn: _nominee_withdrawn,
    facts.RunningOrderSet: _running_order_set,
    facts.CeremonyStarted: _started,
    facts.CeremonyEnded: _ended,
    facts.CeremonyReopened: _started,
    facts.PresentingBegan: _presenting,
    facts.StageCleared: _stage_cleared,
    facts.WinnerAnnounced: _result,
    facts.ResultPutUnderReview: _reviewed,
    facts.ResultConfirmed: _confirmed,
    facts.WinnerCorrected: _result,
    facts.WinnerRetracted: _retracted,
    facts.MomentNoted: _moment_noted,
    facts.MomentWithdrawn: _moment_withdrawn,
}
