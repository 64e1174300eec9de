"""Who is nominated where: the index that tallies are derived from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from tracker.board import CategoryLine, NomineeLine, WorkTally


class Subjects(msgspec.Struct, frozen=True, gc=False):
    """Some works, people and distributors."""

    works: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    distributors: tuple[str, ...] = ()


class Credited(msgspec.Struct, frozen=True, gc=False):
    """
    Who is nominated where.

    Attributes:
        works: The nominee ids of each work; likewise of people and distributors.
        subjects: Whom each nomination is credited to.
        withdrawn: Nominee ids taken out, one by one or with their category.
    """

    works: dict[str, frozenset[str]] = {}
    people: dict[str, frozenset[str]] = {}
    distributors: dict[str, frozenset[str]] = {}
    subjects: dict[str, Subjects] = {}
    withdrawn: frozenset[str] = frozenset()


def subjects_of(line: NomineeLine, works: Mapping[str, WorkTally]) -> Subjects:
    """Return whom a nomination is credited to, each once."""
    people = tuple(dict.fromkeys(line.people))
    if line.work is UNSET or line.work not in works:
        return Subjects(people=people)
    companies = tuple(dict.fromkeys(works[line.work].distributors))
    return Subjects((line.work,), people, companies)


def touched(credited: Credited, nominees: Iterable[str]) -> Subjects:
    """Return whom some nominations are credited to, each once."""
    found = [credited.subjects[nominee] for nominee in nominees]
    return Subjects(
        tuple({work: None for each in found for work in each.works}),
        tuple({person: None for each in found for person in each.people}),
        tuple({company: None for each in found for company in each.distributors}),
    )


def credit(credited: Credited, category: CategoryLine, works: Mapping[str, WorkTally]) -> Credited:
    """Return the index with a category's nominations added."""
    by_work, by_person = credited.works.copy(), credited.people.copy()
    by_company, subjects = credited.distributors.copy(), credited.subjects.copy()
    found = {nominee: subjects_of(line, works) for nominee, line in category.nominees.items()}
    subjects.update(found)
    for index, names_of in (
        (by_work, attrgetter("works")),
        (by_person, attrgetter("people")),
        (by_company, attrgetter("distributors")),
    ):
        # All of the ballot at once: a set that takes in one after the other is copied each time.
        added: dict[str, set[str]] = {}
        for nominee, whom in found.items():
            for name in names_of(whom):
                added.setdefault(name, set()).add(nominee)
        for name, nominees in added.items():
            index[name] = index.get(name, frozenset()).union(nominees)
    return replace(
        credited, works=by_work, people=by_person, distributors=by_company, subjects=subjects
    )


def take_out(credited: Credited, nominees: Iterable[str]) -> Credited:
    """Return the index with some nominations withdrawn."""
    return replace(credited, withdrawn=credited.withdrawn.union(nominees))
