"""From recorded events to the board: the projection that all screens are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from events import ceremony as facts
from events.recorded import Recorded
from events.timestamp import to_ms
from tracker.board import (
    BLANK,
    Board,
    CategoryLine,
    CeremonyCard,
    NomineeLine,
    Stage,
    Status,
    Tally,
    WorkTally,
    clear_stage,
    set_category,
)
from tracker.credits import Credited, credit, take_out
from tracker.places import positions
from tracker.standings import Changed, Standings, stand

PROJECTOR: Final = 2
"""Raised whenever the same history would make another board, so that no viewer mixes the two."""


_UNCHANGED: Final = Changed()


class Projection(msgspec.Struct, frozen=True, gc=False):
    """
    A board at a version, with the indexes that make the next one cheap.

    Attributes:
        t: Show time: milliseconds since the show started, 0 before that, never falling.
        started: When the show started, in milliseconds since 1970; None before it has.
        changed: What the last event changed in the tallies.
    """

    version: int = 0
    t: int = 0
    started: int | None = None
    board: Board = BLANK
    credited: Credited = Credited()
    standings: Standings = Standings()
    changed: Changed = _UNCHANGED


NOTHING: Final = Projection()


def project(before: Projection, recorded: Recorded) -> Projection:
    """Return the projection after `recorded`. Total: what makes no sense changes no board."""
    event = recorded.event
    after = _PROJECT[type(event)](before, event, recorded)
    t, started = _show_time(after, recorded)
    changed = _UNCHANGED if after.changed is before.changed else after.changed
    return Projection(
        recorded.version, t, started, after.board, after.credited, after.standings, changed
    )


def _show_time(after: Projection, recorded: Recorded) -> tuple[int, int | None]:
    """
    Return show time at an event, and when the show started.

    It counts from when `ceremony-started` occurred, before or after the announced start. Reopened,
    or started again where no rule saw it, the ceremony goes on counting.
    """
    started = after.started
    if started is None and after.board.phase != "live":
        return after.t, None
    try:
        occurred = to_ms(recorded.occurred_at)
    except ValueError:  # no time at all: show time stands still
        return after.t, started
    if started is None:
        return after.t, occurred
    return max(after.t, occurred - started), started


def _scheduled(
    before: Projection, event: facts.CeremonyScheduled, recorded: Recorded
) -> Projection:
    if before.board.ceremony.id is not UNSET:
        return before
    card = CeremonyCard(
        id=recorded.ceremony,
        name=event.name,
        starts_at=event.starts_at,
        venue=event.venue,
        hosts=() if event.hosts is UNSET else event.hosts,
    )
    return replace(before, board=replace(before.board, ceremony=card))


def _rescheduled(before: Projection, event: facts.CeremonyRescheduled, _: Recorded) -> Projection:
    card = replace(before.board.ceremony, starts_at=event.starts_at)
    return replace(before, board=replace(before.board, ceremony=card))


def _work_listed(before: Projection, event: facts.WorkListed, _: Recorded) -> Projection:
    board = before.board
    if event.work in board.works:
        return before
    companies = () if event.distributors is UNSET else event.distributors
    work = WorkTally(event.title, tuple(company.id for company in companies), 0, 0, 0, 0)
    named = {company.id: Tally(company.name, 0, 0, 0, 0) for company in companies}
    new = _new(named, board.distributors)
    board = replace(
        board,
        works={**board.works, event.work: work},
        distributors={**board.distributors, **new},
    )
    return replace(before, board=board, changed=Changed({event.work: work}, {}, new))


def _category_listed(before: Projection, event: facts.CategoryListed, _: Recorded) -> Projection:
    board = before.board
    if event.category in board.categories:
        return before
    nominees = {
        nominee.id: NomineeLine(
            place, tuple(person.id for person in nominee.people), nominee.work, nominee.detail
        )
        for place, nominee in enumerate(event.nominees, start=1)
    }
    named = {
        person.id: Tally(person.name, 0, 0, 0, 0)
        for nominee in event.nominees
        for person in nominee.people
    }
    new = _new(named, board.people)
    board = replace(board, people={**board.people, **new})
    category = CategoryLine(event.name, event.position, "upcoming", nominees, {})
    credited = credit(before.credited, category, board.works)
    before = replace(before, board=board, credited=credited)
    after = _with_category(before, event.category, category)
    # Who was not on the board before is told whole, and not only what was counted.
    told = {person: after.board.people[person] for person in new}
    people = {**after.changed.people, **told}
    return replace(after, changed=replace(after.changed, people=people))


def _category_withdrawn(
    before: Projection, event: facts.CategoryWithdrawn, _: Recorded
) -> Projection:
    category = before.board.categories.get(event.category)
    if category is None:
        return before
    if before.board.stage.category == event.category:
        before = replace(before, board=replace(before.board, stage=Stage()))
    status: Status = category.status if category.winners else "withdrawn"
    before = replace(before, credited=take_out(before.credited, category.nominees))
    return _with_category(before, event.category, replace(category, status=status))


def _nominee_withdrawn(
    before: Projection, event: facts.NomineeWithdrawn, _: Recorded
) -> Projection:
    category = before.board.categories.get(event.category)
    if category is None or event.nominee not in category.nominees:
        return before
    line = replace(category.nominees[event.nominee], withdrawn=True)
    nominees = {**category.nominees, event.nominee: line}
    before = replace(before, credited=take_out(before.credited, (event.nominee,)))
    return _with_category(before, event.category, replace(category, nominees=nominees))


def _running_order_set(before: Projection, event: facts.RunningOrderSet, _: Recorded) -> Projection:
    categories = before.board.categories
    held = {key: category.position for key, category in categories.items()}
    moved = {
        key: replace(categories[key], position=place)
        for key, place in positions(held, event.categories).items()
    }
    return replace(before, board=replace(before.board, categories={**categories, **moved}))


def _live(
    before: Projection, _: facts.CeremonyStarted | facts.CeremonyReopened, __: Recorded
) -> Projection:
    return replace(before, board=replace(before.board, phase="live"))


def _ended(before: Projection, _: facts.CeremonyEnded, __: Recorded) -> Projection:
    return replace(before, board=replace(clear_stage(before.board), phase="ended"))


def _presenting(before: Projection, event: facts.PresentingBegan, _: Recorded) -> Projection:
    if event.category not in before.board.categories:
        return before
    board = clear_stage(before.board)
    presenters = () if event.presenters is UNSET else event.presenters
    category = board.categories[event.category]
    if category.status == "upcoming":
        presented = replace(category, status="presenting")
        board = set_category(board, event.category, presented)
    return replace(before, board=replace(board, stage=Stage(event.category, presenters)))


def _stage_cleared(before: Projection, _: facts.StageCleared, __: Recorded) -> Projection:
    return replace(before, board=clear_stage(before.board))


def _announced(before: Projection, event: facts.WinnerAnnounced, recorded: Recorded) -> Projection:
    before = replace(before, board=clear_stage(before.board))
    return _result(before, event.category, event.nominees, recorded.version)


def _corrected(before: Projection, event: facts.WinnerCorrected, recorded: Recorded) -> Projection:
    return _result(before, event.category, event.nominees, recorded.version)


def _result(before: Projection, key: str, nominees: tuple[str, ...], version: int) -> Projection:
    category = before.board.categories.get(key)
    if category is None:
        return before
    winners = {nominee: version for nominee in nominees if nominee in category.nominees}
    if not winners:
        return before
    return _with_category(before, key, replace(category, status="awarded", winners=winners))


def _reviewed(before: Projection, event: facts.ResultPutUnderReview, _: Recorded) -> Projection:
    return _status_of_result(before, event.category, "under-review")


def _confirmed(before: Projection, event: facts.ResultConfirmed, _: Recorded) -> Projection:
    return _status_of_result(before, event.category, "awarded")


def _status_of_result(before: Projection, key: str, status: Status) -> Projection:
    category = before.board.categories.get(key)
    if category is None or not category.winners:
        return before
    board = set_category(before.board, key, replace(category, status=status))
    return replace(before, board=board)


def _retracted(before: Projection, event: facts.WinnerRetracted, _: Recorded) -> Projection:
    category = before.board.categories.get(event.category)
    if category is None or not category.winners:
        return before
    on_stage = before.board.stage.category == event.category
    status: Status = "presenting" if on_stage else "upcoming"
    return _with_category(before, event.category, replace(category, status=status, winners={}))


def _unchanged(before: Projection, _: object, __: Recorded) -> Projection:
    return before


def _with_category(before: Projection, key: str, category: CategoryLine) -> Projection:
    board, standings, changed = stand(
        before.board, before.credited, before.standings, key, category
    )
    return replace(before, board=board, standings=standings, changed=changed)


def _new(named: dict[str, Tally], known: Mapping[str, Tally]) -> dict[str, Tally]:
    return {key: tally for key, tally in named.items() if key not in known}


# One entry per type of the union; a test holds the two together.
_PROJECT: Final[dict[type[Any], Callable[[Projection, Any, Recorded], Projection]]] = {
    facts.CeremonyScheduled: _scheduled,
    facts.CeremonyRescheduled: _rescheduled,
    facts.WorkListed: _work_listed,
    facts.CategoryListed: _category_listed,
    facts.CategoryWithdrawn: _category_withdrawn,
    facts.NomineeWithdrawn: _nominee_withdrawn,
    facts.RunningOrderSet: _running_order_set,
    facts.CeremonyStarted: _live,
    facts.CeremonyEnded: _ended,
    facts.CeremonyReopened: _live,
    facts.PresentingBegan: _presenting,
    facts.StageCleared: _stage_cleared,
    facts.WinnerAnnounced: _announced,
    facts.ResultPutUnderReview: _reviewed,
    facts.ResultConfirmed: _confirmed,
    facts.WinnerCorrected: _corrected,
    facts.WinnerRetracted: _retracted,
    facts.MomentNoted: _unchanged,
    facts.MomentWithdrawn: _unchanged,
}
