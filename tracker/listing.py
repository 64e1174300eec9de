"""The rules of the programme: what is scheduled, listed, withdrawn and put in order."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Final

from msgspec import UNSET

from events import ceremony as facts
from tracker.decision import AlreadySo, Refused, Verdict, open_category, unknown
from tracker.places import positions
from tracker.state import State

# Each event makes a board of its own, which costs what the programme is large. With these bounds
# that is a few milliseconds. The Oscars have 24 categories, 120 nominees, 50 works and 200 people.
MOST_CATEGORIES: Final = 1_000
MOST_NOMINEES: Final = 10_000
MOST_WORKS: Final = 10_000
MOST_PEOPLE: Final = 20_000
MOST_DISTRIBUTORS: Final = 10_000
"""What a programme may hold. A history that holds more, from before this rule, is read as ever."""


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
    companies = () if event.distributors is UNSET else event.distributors
    seen: set[str] = set()
    for company in companies:
        if company.id in seen:
            return Refused("named-twice", f"Distributor {company.id!r} is named twice.")
        seen.add(company.id)
        known = state.distributors.get(company.id, company)
        if known.name != company.name:
            return Refused(
                "other-name",
                f"Distributor {company.id!r} is {known.name!r} elsewhere,"
                f" not {company.name!r}; use one name or another id.",
            )
    new = sum(1 for number in seen if number not in state.distributors)
    return _beyond("works", len(state.works), 1, MOST_WORKS) or _beyond(
        "distributors", len(state.distributors), new, MOST_DISTRIBUTORS
    )


def category_listed(event: facts.CategoryListed, state: State) -> Verdict:
    if (known := state.categories.get(event.category)) is not None:
        if known.listing == event:
            return AlreadySo(known.listed)
        return Refused(
            "already-listed", f"Category {event.category!r} is listed already, otherwise."
        )
    return _position_taken(event, state) or _wrong_ballot(event, state) or _too_many(event, state)


def _too_many(event: facts.CategoryListed, state: State) -> Refused | None:
    nominees = sum(map(len, map(attrgetter("nominees"), state.categories.values())))
    people = {person.id for nominee in event.nominees for person in nominee.people}
    new = sum(1 for number in people if number not in state.people)
    return (
        _beyond("categories", len(state.categories), 1, MOST_CATEGORIES)
        or _beyond("nominees", nominees, len(event.nominees), MOST_NOMINEES)
        or _beyond("people", len(state.people), new, MOST_PEOPLE)
    )


def _beyond(what: str, there: int, new: int, most: int) -> Refused | None:
    if not new or there + new <= most:
        return None
    return Refused(
        "too-many",
        f"A ceremony has {most:,} {what} at most, and this would make {there + new:,}; leave"
        " some out.",
    )


def _position_taken(event: facts.CategoryListed, state: State) -> Refused | None:
    key = state.places.get(event.position)
    if key is None:
        return None
    return Refused(
        "position-taken",
        f"Position {event.position} of {event.category!r} is that of {key!r};"
        " give each category its own.",
    )


def _wrong_ballot(event: facts.CategoryListed, state: State) -> Refused | None:
    seen: set[str] = set()
    named: dict[str, facts.Person] = {}
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
        if wrong := _wrong_credits(nominee, named, state.people):
            return wrong
    return None


def _wrong_credits(
    nominee: facts.Nominee, named: dict[str, facts.Person], known: Mapping[str, facts.Person]
) -> Refused | None:
    """Check a nominee's people, and add them to those of the ballot `named` so far."""
    credited: set[str] = set()
    for person in nominee.people:
        if person.id in credited:
            return Refused("named-twice", f"Person {person.id!r} is named twice in {nominee.id!r}.")
        credited.add(person.id)
        other = known.get(person.id) or named.setdefault(person.id, person)
        if _clash(other, person):
            return Refused(
                "other-name",
                f"Person {person.id!r} of nominee {nominee.id!r} is {other.name!r}"
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
