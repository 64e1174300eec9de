"""The rules of the programme: what is scheduled, listed, withdrawn and put in order."""

from __future__ import annotations

from msgspec import UNSET

from events import ceremony as facts
from tracker.decision import AlreadySo, Refused, Verdict, open_category, unknown
from tracker.state import State, positions


def scheduled(event: facts.CeremonyScheduled, state: State) -> Verdict:
    if state.scheduled is None:
        return None
    if event == state.scheduled:
        return AlreadySo(1)
    return Refused("already-scheduled", "The ceremony is scheduled; reschedule it to move it.")


def rescheduled(event: facts.CeremonyRescheduled, state: State) -> Verdict:
    if state.phase != "scheduled":
        return Refused("started", "The ceremony has started; its start can no longer be moved.")
    return AlreadySo(state.starts_since) if event.starts_at == state.starts_at else None


def work_listed(event: facts.WorkListed, state: State) -> Verdict:
    if event.work in state.works:
        listing, version = state.works[event.work]
        if listing == event:
            return AlreadySo(version)
        return Refused("already-listed", f"Work {event.work!r} is listed already, otherwise.")
    named: dict[str, str] = {key: each.name for key, each in state.distributors.items()}
    seen: set[str] = set()
    for company in () if event.distributors is UNSET else event.distributors:
        if company.id in seen:
            return Refused("named-twice", f"Distributor {company.id!r} is named twice.")
        seen.add(company.id)
        if named.setdefault(company.id, company.name) != company.name:
            return Refused(
                "other-name",
                f"Distributor {company.id!r} is {named[company.id]!r} elsewhere,"
                f" not {company.name!r}; use one name or another id.",
            )
    return None


def category_listed(event: facts.CategoryListed, state: State) -> Verdict:
    if (known := state.categories.get(event.category)) is not None:
        if known.listing == event:
            return AlreadySo(known.listed)
        return Refused(
            "already-listed", f"Category {event.category!r} is listed already, otherwise."
        )
    return _position_taken(event, state) or _wrong_ballot(event, state)


def _position_taken(event: facts.CategoryListed, state: State) -> Refused | None:
    for key, other in state.categories.items():
        if other.position == event.position and not other.withdrawn:
            return Refused(
                "position-taken",
                f"Position {event.position} of {event.category!r} is that of {key!r};"
                " give each category its own.",
            )
    return None


def _wrong_ballot(event: facts.CategoryListed, state: State) -> Refused | None:
    seen: set[str] = set()
    named = state.people.copy()
    for nominee in event.nominees:
        if not nominee.id.startswith(f"{event.category}/"):
            return Refused(
                "foreign-nominee",
                f"Nominee {nominee.id!r} must begin with {event.category + '/'!r}.",
            )
        if nominee.id in seen:
            return Refused("named-twice", f"Nominee {nominee.id!r} is named twice.")
        seen.add(nominee.id)
        if nominee.work is not UNSET and nominee.work not in state.works:
            return unknown("work", nominee.work, f"nominee {nominee.id!r}")
        if wrong := _wrong_credits(nominee, named):
            return wrong
    return None


def _wrong_credits(nominee: facts.Nominee, named: dict[str, facts.Person]) -> Refused | None:
    """Check a nominee's people, and add them to those `named` so far."""
    credited: set[str] = set()
    for person in nominee.people:
        if person.id in credited:
            return Refused("named-twice", f"Person {person.id!r} is named twice in {nominee.id!r}.")
        credited.add(person.id)
        if _clash(named.setdefault(person.id, person), person):
            return Refused(
                "other-name",
                f"Person {person.id!r} of nominee {nominee.id!r} is {named[person.id].name!r}"
                " elsewhere; use one name or another id.",
            )
    return None


def _clash(known: facts.Person, given: facts.Person) -> bool:
    if known.name != given.name:
        return True
    return UNSET not in (known.imdb, given.imdb) and known.imdb != given.imdb


def category_withdrawn(event: facts.CategoryWithdrawn, state: State) -> Verdict:
    category = state.categories.get(event.category)
    if category is None:
        return unknown("category", event.category)
    if category.withdrawn:
        return AlreadySo(category.withdrawn)
    if category.winners:
        return Refused(
            "standing-result",
            f"Category {event.category!r} has a standing result; retract it first.",
        )
    return None


def nominee_withdrawn(event: facts.NomineeWithdrawn, state: State) -> Verdict:
    category = state.categories.get(event.category)
    if category is None:
        return unknown("category", event.category)
    if event.nominee not in category.nominees:
        return unknown("nominee", event.nominee, f"category {event.category!r}")
    if event.nominee in category.withdrawn_nominees:
        return AlreadySo(category.withdrawn_nominees[event.nominee])
    if event.nominee in category.winners:
        return Refused(
            "standing-result",
            f"Nominee {event.nominee!r} holds a standing win; correct or retract it first.",
        )
    return None


def running_order_set(event: facts.RunningOrderSet, state: State) -> Verdict:
    seen: set[str] = set()
    for key in event.categories:
        if key in seen:
            return Refused("named-twice", f"Category {key!r} is named twice.")
        seen.add(key)
        category = open_category(key, state)
        if isinstance(category, Refused):
            return category
        if category.winners:
            return Refused(
                "decided", f"Category {key!r} is decided; order only those not yet decided."
            )
    held = {key: state.categories[key].position for key in event.categories}
    if positions(held, event.categories) == held:
        listed = max(state.categories[key].listed for key in event.categories)
        return AlreadySo(max(state.order_since, listed))
    return None
