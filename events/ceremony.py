"""The facts of a night: one tagged union of frozen structs, with permanent kebab-case tags."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from events.patterns import pattern
from events.timestamp import canonical

# In Python `$` alone would also match before a line feed at the end; ECMAScript reads the same.
SLUG: Final = r"^[a-z0-9]+(-[a-z0-9]+)*(?!\n)$"

# Ids are checked where they are minted. Where an event only refers to one, an unknown id is refused
# by its meaning, and reading the log back pays for no pattern.
_SLUG_WORDS: Final = "small letters, digits and single hyphens, such as best-picture"
CategoryKey = Annotated[str, pattern(SLUG, _SLUG_WORDS, max_length=100)]
NomineeId = Annotated[
    str,
    pattern(
        r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*(?!\n)$",
        "a category's key, a slash and small letters, digits and hyphens,"
        " such as best-picture/anora",
        max_length=201,
    ),
]
# Never all digits, so that a JSON object keeps its order in every JavaScript engine.
SubjectId = Annotated[
    str,
    pattern(
        r"^(?![0-9]+$)[a-z0-9]+(-[a-z0-9]+)*(?!\n)$",
        "small letters, digits and single hyphens, not digits alone, such as film-1917",
        max_length=100,
    ),
]

Name = Annotated[str, Meta(min_length=1, max_length=300)]
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Reference = Annotated[str, Meta(min_length=1, max_length=201)]
Imdb = Annotated[
    str, pattern(r"^[a-z]{2}[0-9]{5,12}(?!\n)$", "an IMDb id, such as tt28607951 or nm0048918")
]
Position = Annotated[int, Meta(ge=1, le=9999)]
Version = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class _Fact(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    gc=False,  # a fact holds no cycle, and logs are long
):
    """What all facts and their parts share."""


class Distributor(_Fact, frozen=True):
    """A company that brings a work to its public."""

    id: SubjectId
    name: Name


class Person(_Fact, frozen=True):
    """Somebody credited with a nomination."""

    id: SubjectId
    name: Name
    imdb: Imdb | UnsetType = UNSET


class Detail(_Fact, frozen=True):
    """What else a ballot says of a nominee."""

    song: Name | UnsetType = UNSET
    country: Name | UnsetType = UNSET
    character: Name | UnsetType = UNSET


class Nominee(_Fact, frozen=True):
    """One line of a ballot; its id begins with the category's key."""

    id: NomineeId
    people: tuple[Person, ...]
    work: Reference | UnsetType = UNSET
    detail: Detail | UnsetType = UNSET


class CeremonyScheduled(_Fact, frozen=True, tag_field="type", tag="ceremony-scheduled"):
    """First in every stream, once."""

    name: Name
    starts_at: str
    venue: Name | UnsetType = UNSET
    hosts: tuple[Name, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Hold the start in the one stored form of a time."""
        msgspec.structs.force_setattr(self, "starts_at", canonical(self.starts_at))


class CeremonyRescheduled(_Fact, frozen=True, tag_field="type", tag="ceremony-rescheduled"):
    """A new start, before the old one came."""

    starts_at: str
    reason: Reason | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Hold the start in the one stored form of a time."""
        msgspec.structs.force_setattr(self, "starts_at", canonical(self.starts_at))


class WorkListed(_Fact, frozen=True, tag_field="type", tag="work-listed"):
    """A work that may be nominated."""

    work: SubjectId
    title: Name
    distributors: tuple[Distributor, ...] | UnsetType = UNSET
    imdb: Imdb | UnsetType = UNSET


class CategoryListed(_Fact, frozen=True, tag_field="type", tag="category-listed"):
    """A category with its nominees in ballot order."""

    category: CategoryKey
    name: Name
    position: Position
    nominees: tuple[Nominee, ...]


class CategoryWithdrawn(_Fact, frozen=True, tag_field="type", tag="category-withdrawn"):
    """A category that will not be awarded."""

    category: Reference
    reason: Reason | UnsetType = UNSET


class NomineeWithdrawn(_Fact, frozen=True, tag_field="type", tag="nominee-withdrawn"):
    """A nomination that no longer stands."""

    category: Reference
    nominee: Reference
    reason: Reason | UnsetType = UNSET


class RunningOrderSet(_Fact, frozen=True, tag_field="type", tag="running-order-set"):
    """The order in which undecided categories are to come."""

    categories: Annotated[tuple[Reference, ...], Meta(min_length=1)]


class CeremonyStarted(_Fact, frozen=True, tag_field="type", tag="ceremony-started"):
    """The show is on."""

    reason: Reason | UnsetType = UNSET


class CeremonyEnded(_Fact, frozen=True, tag_field="type", tag="ceremony-ended"):
    """The show is over; corrections may still follow."""

    reason: Reason | UnsetType = UNSET


class CeremonyReopened(_Fact, frozen=True, tag_field="type", tag="ceremony-reopened"):
    """The end was called too early."""

    reason: Reason | UnsetType = UNSET


class PresentingBegan(_Fact, frozen=True, tag_field="type", tag="presenting-began"):
    """A category is on stage."""

    category: Reference
    presenters: tuple[Name, ...] | UnsetType = UNSET


class StageCleared(_Fact, frozen=True, tag_field="type", tag="stage-cleared"):
    """No category is on stage any more, without a result."""


class WinnerAnnounced(_Fact, frozen=True, tag_field="type", tag="winner-announced"):
    """A result read out: one nominee, or more for a tie."""

    category: Reference
    nominees: Annotated[tuple[Reference, ...], Meta(min_length=1)]


class ResultPutUnderReview(_Fact, frozen=True, tag_field="type", tag="result-put-under-review"):
    """A standing result is in doubt; its winners stand meanwhile."""

    category: Reference
    reason: Reason | UnsetType = UNSET


class ResultConfirmed(_Fact, frozen=True, tag_field="type", tag="result-confirmed"):
    """The doubt is over and the result stands."""

    category: Reference
    reason: Reason | UnsetType = UNSET


class WinnerCorrected(_Fact, frozen=True, tag_field="type", tag="winner-corrected"):
    """A standing result replaced by another."""

    category: Reference
    nominees: Annotated[tuple[Reference, ...], Meta(min_length=1)]
    reason: Reason | UnsetType = UNSET


class WinnerRetracted(_Fact, frozen=True, tag_field="type", tag="winner-retracted"):
    """A standing result taken back, with none in its place."""

    category: Reference
    reason: Reason | UnsetType = UNSET


class MomentNoted(_Fact, frozen=True, tag_field="type", tag="moment-noted"):
    """Something worth remembering that is no award."""

    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    text: Text
    people: tuple[Name, ...] | UnsetType = UNSET
    works: tuple[Reference, ...] | UnsetType = UNSET


class MomentWithdrawn(_Fact, frozen=True, tag_field="type", tag="moment-withdrawn"):
    """A noted moment that proved wrong, named by its version."""

    version: Version
    reason: Reason | UnsetType = UNSET


Event = (
    CeremonyScheduled
    | CeremonyRescheduled
    | WorkListed
    | CategoryListed
    | CategoryWithdrawn
    | NomineeWithdrawn
    | RunningOrderSet
    | CeremonyStarted
    | CeremonyEnded
    | CeremonyReopened
    | PresentingBegan
    | StageCleared
    | WinnerAnnounced
    | ResultPutUnderReview
    | ResultConfirmed
    | WinnerCorrected
    | WinnerRetracted
    | MomentNoted
    | MomentWithdrawn
)


def tag_of(event: Event) -> str:
    """Return the permanent name of an event's kind, e.g. `winner-announced`."""
    return str(event.__struct_config__.tag)
