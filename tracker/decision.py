"""What becomes of a proposal, and the questions that several rules ask."""

from __future__ import annotations

import msgspec

from events.ceremony import Event
from tracker.state import Category, State


class Accepted(msgspec.Struct, frozen=True):
    """The events to append."""

    events: tuple[Event, ...]


class AlreadySo(msgspec.Struct, frozen=True):
    """Nothing happens: the event of that version made it so."""

    version: int


class Refused(msgspec.Struct, frozen=True):
    """
    A rule forbids it.

    Attributes:
        rule: Stable name of the rule, kebab-case.
        detail: What is wrong, where, and what to do.
    """

    rule: str
    detail: str


Decision = Accepted | AlreadySo | Refused

Verdict = AlreadySo | Refused | None
"""A rule's answer; None means that nothing speaks against it."""


def open_category(key: str, state: State) -> Category | Refused:
    category = state.categories.get(key)
    if category is None:
        return unknown("category", key)
    if category.withdrawn:
        return Refused("withdrawn", f"Category {key!r} was withdrawn and takes no result.")
    return category


def decided_category(key: str, state: State) -> Category | Refused:
    category = state.categories.get(key)
    if category is None:
        return unknown("category", key)
    if not category.winners:
        return Refused("no-result", f"Category {key!r} has no standing result; announce one first.")
    return category


def unknown(what: str, given: str, where: str = "") -> Refused:
    place = f" in {where}" if where else ""
    return Refused(f"unknown-{what}", f"No {what} {given!r} is known{place}; check the programme.")
