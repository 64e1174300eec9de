"""A programme as a producer sends it, and the events it stands for."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from events.ceremony import (
    SLUG,
    CategoryKey,
    CategoryListed,
    CeremonyScheduled,
    Distributor,
    Event,
    Imdb,
    Name,
    Nominee,
    SubjectId,
    WorkListed,
)
from events.timestamp import canonical
from tracker.desk import REHEARSAL

RESERVED: Final = frozenset(
    {"api", "console", "schema", "healthz", "readyz", "metrics", "og", "static", "assets"}
)

_LONGEST: Final = 54
CeremonyId = Annotated[str, Meta(pattern=SLUG, max_length=_LONGEST)]
AnyCeremonyId = Annotated[str, Meta(pattern=SLUG, max_length=_LONGEST + len(REHEARSAL))]
"""A rehearsal's as well."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ProgrammeCeremony(_Part, frozen=True):
    """The night itself."""

    id: CeremonyId
    name: Name
    starts_at: str
    venue: Name | UnsetType = UNSET
    hosts: tuple[Name, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse a start that is no time, and ids that the tracker's own addresses have."""
        canonical(self.starts_at)
        if self.id in RESERVED or self.id.endswith(REHEARSAL):
            raise ValueError(f"{self.id!r} is the tracker's own; choose another id")


class ProgrammeWork(_Part, frozen=True):
    """A work that may be nominated."""

    id: SubjectId
    title: Name
    distributors: tuple[Distributor, ...] | UnsetType = UNSET
    imdb: Imdb | UnsetType = UNSET


class ProgrammeCategory(_Part, frozen=True):
    """A category with its nominees in ballot order."""

    key: CategoryKey
    name: Name
    nominees: tuple[Nominee, ...]


class Programme(_Part, frozen=True):
    """A whole programme; the order of its categories is their position."""

    ceremony: ProgrammeCeremony
    works: tuple[ProgrammeWork, ...]
    categories: tuple[ProgrammeCategory, ...]


def programme_events(programme: Programme) -> list[Event]:
    """Return the events of a programme, in the order in which they are appended."""
    night = programme.ceremony
    scheduled = CeremonyScheduled(night.name, night.starts_at, night.venue, night.hosts)
    works = [
        WorkListed(work.id, work.title, work.distributors, work.imdb) for work in programme.works
    ]
    categories = [
        CategoryListed(category.key, category.name, position, category.nominees)
        for position, category in enumerate(programme.categories, start=1)
    ]
    return [scheduled, *works, *categories]
