"""The rules of the night: a proposed event is accepted, already so, or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import UNSET

from events import ceremony as facts
from events.ceremony import Event
from tracker import listing
from tracker.amended import AMENDED
from tracker.decision import (
    Accepted,
    AlreadySo,
    Decision,
    Refused,
    Verdict,
    decided_category,
    open_category,
    unknown,
)
from tracker.state import EMPTY, Category, State, evolve
from tracker.wording import unreadable

__all__ = ["EMPTY", "Accepted", "AlreadySo", "Decision", "Refused", "State", "decide", "evolve"]


def decide(proposed: Event, state: State) -> Decision:
    """Return what becomes of `proposed` in `state`."""
    if state.phase == "unscheduled" and not isinstance(proposed, facts.CeremonyScheduled):
        return Refused("not-scheduled", "Nothing is scheduled yet; schedule the ceremony first.")
    if state.phase == "ended" and not isinstance(proposed, _AFTER_THE_END):
        return Refused("ended", "The ceremony has ended; reopen it to go on.")
    verdict = _DECIDE[type(proposed)](proposed, state)
    if verdict is None:
        return unreadable(proposed) or Accepted((proposed,))
    return verdict


def _started(_event: facts.CeremonyStarted, state: State) -> Verdict:
    return AlreadySo(state.phase_since) if state.phase == "live" else None


def _ended(_event: facts.CeremonyEnded, state: State) -> Verdict:
    if state.phase == "ended":
        return AlreadySo(state.phase_since)
    return _before_the_start(state)


def _reopened(_event: facts.CeremonyReopened, state: State) -> Verdict:
    if state.phase == "live":
        return AlreadySo(state.phase_since)
    return _before_the_start(state)


def _presenting(event: facts.PresentingBegan, state: State) -> Verdict:
    category = open_category(event.category, state)
    if isinstance(category, Refused):
        return category
    if state.phase != "live":
        return _before_the_start(state)
    presenters = () if event.presenters is UNSET else event.presenters
    stage = state.stage
    if stage and (stage.category, stage.presenters) == (event.category, presenters):
        return AlreadySo(stage.since)
    return None


def _stage_cleared(_event: facts.StageCleared, state: State) -> Verdict:
    if early := _before_the_start(state):
        return early
    if state.stage is None:
        # Since the last category left it, or since the night went live.
        return AlreadySo(max(state.stage_cleared, state.phase_since))
    return None


def _announced(event: facts.WinnerAnnounced, state: State) -> Verdict:
    category = open_category(event.category, state)
    if isinstance(category, Refused):
        return category
    if early := _before_the_start(state):
        return early
    if wrong := _wrong_winners(event.nominees, category):
        return wrong
    if not category.winners:
        return None
    if set(category.winners) == set(event.nominees):
        return AlreadySo(category.decided)
    return Refused(
        "decided",
        f"Category {event.category!r} is decided since version {category.decided}"
        f" ({', '.join(category.winners)}); correct or retract that result instead.",
    )


def _under_review(event: facts.ResultPutUnderReview, state: State) -> Verdict:
    category = decided_category(event.category, state)
    if isinstance(category, Refused):
        return category
    return AlreadySo(category.reviewed) if category.under_review else None


def _confirmed(event: facts.ResultConfirmed, state: State) -> Verdict:
    category = decided_category(event.category, state)
    if isinstance(category, Refused):
        return category
    return None if category.under_review else AlreadySo(category.reviewed)


def _corrected(event: facts.WinnerCorrected, state: State) -> Verdict:
    category = decided_category(event.category, state)
    if isinstance(category, Refused):
        return category
    if wrong := _wrong_winners(event.nominees, category):
        return wrong
    if set(category.winners) != set(event.nominees):
        return None
    if category.under_review:
        return Refused(
            "same-result", f"That is the standing result of {event.category!r}; confirm it instead."
        )
    return AlreadySo(category.decided)


def _retracted(event: facts.WinnerRetracted, state: State) -> Verdict:
    category = decided_category(event.category, state)
    return category if isinstance(category, Refused) else None


def _moment_noted(event: facts.MomentNoted, state: State) -> Verdict:
    if event.kind == AMENDED:
        return Refused(
            "reserved-kind",
            f"The kind {AMENDED!r} stands where the night as corrected leaves something out; choose"
            " another.",
        )
    for work in () if event.works is UNSET else event.works:
        if work not in state.works:
            return unknown("work", work)
    return None


def _moment_withdrawn(event: facts.MomentWithdrawn, state: State) -> Verdict:
    if not state.noted(event.version):
        return Refused(
            "no-moment", f"Version {event.version} is no moment; name a moment's version."
        )
    withdrawn = state.withdrawn_moments.get(event.version)
    return None if withdrawn is None else AlreadySo(withdrawn)


def _before_the_start(state: State) -> Refused | None:
    if state.phase != "scheduled":
        return None
    return Refused("not-started", "The ceremony has not started; start it first.")


def _wrong_winners(nominees: tuple[str, ...], category: Category) -> Refused | None:
    key = category.listing.category
    if len(set(nominees)) != len(nominees):
        return Refused(
            "named-twice", f"A nominee of {key!r} is named twice; a tie names each once."
        )
    for nominee in nominees:
        if nominee not in category.nominees:
            return unknown("nominee", nominee, f"category {key!r}")
        if nominee in category.withdrawn_nominees:
            return Refused("withdrawn", f"Nominee {nominee!r} was withdrawn and cannot win.")
    return None


_AFTER_THE_END: Final = (
    facts.CeremonyEnded,
    facts.CeremonyReopened,
    facts.CeremonyScheduled,
    facts.WinnerAnnounced,
    facts.WinnerCorrected,
    facts.WinnerRetracted,
    facts.ResultPutUnderReview,
    facts.ResultConfirmed,
    facts.MomentNoted,
    facts.MomentWithdrawn,
)

# One entry per type of the union; a test holds the two together.
_DECIDE: Final[dict[type[Any], Callable[[Any, State], Verdict]]] = {
    facts.CeremonyScheduled: listing.scheduled,
    facts.CeremonyRescheduled: listing.rescheduled,
    facts.WorkListed: listing.work_listed,
    facts.CategoryListed: listing.category_listed,
    facts.CategoryWithdrawn: listing.category_withdrawn,
    facts.NomineeWithdrawn: listing.nominee_withdrawn,
    facts.RunningOrderSet: listing.running_order_set,
    facts.CeremonyStarted: _started,
    facts.CeremonyEnded: _ended,
    facts.CeremonyReopened: _reopened,
    facts.PresentingBegan: _presenting,
    facts.StageCleared: _stage_cleared,
    facts.WinnerAnnounced: _announced,
    facts.ResultPutUnderReview: _under_review,
    facts.ResultConfirmed: _confirmed,
    facts.WinnerCorrected: _corrected,
    facts.WinnerRetracted: _retracted,
    facts.MomentNoted: _moment_noted,
    facts.MomentWithdrawn: _moment_withdrawn,
}
