"""Who is nominated where: the index that tallies are derived from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from tracker.board import CategoryLine, NomineeLine, WorkTally


class Subjects(msgspec.Struct, frozen=True, gc=False):
    """Some works, people and distributors."""

    works: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    distributors: tuple[str, ...] = ()


NOBODY: Final = Subjects()


class Credited(msgspec.Struct, frozen=True, gc=False):
    """
    Who is nominated where.

    Attributes:
        works: The nominee ids of each work; likewise of people and distributors.
        withdrawn: Nominee ids taken out, one by one or with their category.
    """

    works: dict[str, frozenset[str]] = {}
    people: dict[str, frozenset[str]] = {}
    distributors: dict[str, frozenset[str]] = {}
    withdrawn: frozenset[str] = frozenset()


def subjects_of(lines: Collection[NomineeLine], works: Mapping[str, WorkTally]) -> Subjects:
    """Return whom some nominations are credited to, each once."""
    known = {line.work: None for line in lines if line.work is not UNSET and line.work in works}
    people = {person: None for line in lines for person in line.people}
    companies = {company: None for work in known for company in works[work].distributors}
    return Subjects(tuple(known), tuple(people), tuple(companies))


def credit(credited: Credited, category: CategoryLine, works: Mapping[str, WorkTally]) -> Credited:
    """Return the index with a category's nominations added."""
    by_work, by_person = credited.works.copy(), credited.people.copy()
    by_company = credited.distributors.copy()
    for nominee, line in category.nominees.items():
        found = subjects_of((line,), works)
        for index, names in (
            (by_work, found.works),
            (by_person, found.people),
            (by_company, found.distributors),
        ):
            for name in names:
                index[name] = index.get(name, frozenset()) | {nominee}
    return replace(credited, works=by_work, people=by_person, distributors=by_company)


def take_out(credited: Credited, nominees: Iterable[str]) -> Credited:
    """Return the index with some nominations withdrawn."""
    return replace(credited, withdrawn=credited.withdrawn.union(nominees))
