"""The board: what a scoreboard shows of a ceremony at one version, as the public sees it."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from events.ceremony import Detail

Status = Literal["upcoming", "presenting", "under-review", "awarded", "withdrawn"]
Phase = Literal["scheduled", "live", "ended"]


class _Part(msgspec.Struct, frozen=True, gc=False):
    """What all parts of a board share: none is ever changed, so versions share what stayed."""


class CeremonyCard(_Part, frozen=True):
    """The night itself; empty at version 0."""

    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    starts_at: str | UnsetType = UNSET
    venue: str | UnsetType = UNSET
    hosts: tuple[str, ...] | UnsetType = UNSET


class Progress(_Part, frozen=True):
    """How many categories have a standing result, of how many that are not withdrawn."""

    awarded: int = 0
    categories: int = 0


class Stage(_Part, frozen=True):
    """The category on stage, or empty."""

    category: str | UnsetType = UNSET
    presenters: tuple[str, ...] | UnsetType = UNSET


class Latest(_Part, frozen=True):
    """The standing result with the highest version, or empty."""

    category: str | UnsetType = UNSET
    version: int | UnsetType = UNSET


class NomineeLine(_Part, frozen=True):
    """A nominee of a category; `position` is its place on the ballot, from 1."""

    position: int
    people: tuple[str, ...]
    work: str | UnsetType = UNSET
    detail: Detail | UnsetType = UNSET
    withdrawn: bool | UnsetType = UNSET


class CategoryLine(_Part, frozen=True):
    """
    A category.

    Attributes:
        winners: Nominee id to the version of the event on which this result rests.
    """

    name: str
    position: int
    status: Status
    nominees: dict[str, NomineeLine]
    winners: dict[str, int]


class WorkTally(_Part, frozen=True):
    """A work's standing: `nominations = wins + lost + pending`."""

    title: str
    distributors: tuple[str, ...]
    nominations: int
    wins: int
    lost: int
    pending: int


class Tally(_Part, frozen=True):
    """The standing of a person or a distributor: `nominations = wins + lost + pending`."""

    name: str
    nominations: int
    wins: int
    lost: int
    pending: int


class Ranking(_Part, frozen=True):
    """Those with a win, best first, each with its competition rank (1, 1, 3)."""

    works: tuple[tuple[str, int], ...] = ()
    people: tuple[tuple[str, int], ...] = ()
    distributors: tuple[tuple[str, int], ...] = ()


class Milestone(_Part, frozen=True):
    """A record reached or tied, computed from the log and the history of earlier ceremonies."""

    version: int
    kind: str
    subject: str
    value: int


class Board(_Part, frozen=True):
    """Everything on screen; keyed by id, so that a change is a small merge patch."""

    ceremony: CeremonyCard = CeremonyCard()
    phase: Phase = "scheduled"
    progress: Progress = Progress()
    stage: Stage = Stage()
    latest: Latest = Latest()
    categories: dict[str, CategoryLine] = {}
    works: dict[str, WorkTally] = {}
    people: dict[str, Tally] = {}
    distributors: dict[str, Tally] = {}
    ranking: Ranking = Ranking()
    milestones: dict[str, Milestone] = {}


BLANK: Final = Board()


def clear_stage(board: Board) -> Board:
    """Return the board with nothing on stage; what was there is upcoming again."""
    key = board.stage.category
    if key is UNSET:
        return board
    category = board.categories[key]
    if category.status == "presenting":
        board = set_category(board, key, replace(category, status="upcoming"))
    return replace(board, stage=Stage())


def set_category(board: Board, key: str, category: CategoryLine) -> Board:
    """Return the board with a category as it is now."""
    categories = board.categories.copy()
    categories[key] = category
    return replace(board, categories=categories)
