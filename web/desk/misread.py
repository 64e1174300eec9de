"""What cannot be read in a programme: every wrong place of it at once, not the first alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from events.ceremony import Nominee
from events.patterns import plain
from web.desk.posts import decoded
from web.desk.programme import Programme, ProgrammeCategory, ProgrammeCeremony, ProgrammeWork
from web.errors import Misread, ProblemError

ANY_CEREMONY: Final = {"id": "any", "name": "Any", "starts_at": "2030-01-01T00:00:00Z"}
"""One with which nothing is wrong, so that what stands beside it can be looked at."""
MOST_NAMED: Final = 200
"""Wrong places named at most; who has more starts with these."""


def programme_of(body: bytes) -> Programme:
    """
    Return the programme that a JSON body holds.

    Raises:
        ProblemError: It holds none; `errors` names every wrong place.
    """
    given = decoded(body, object)
    try:
        return msgspec.convert(given, Programme)
    except msgspec.ValidationError as problem:
        raise misread(_mistakes(given), problem) from problem


def misread(mistakes: Sequence[Misread], first: Exception | None = None) -> ProblemError:
    """Return the problem that names the mistakes; `first` speaks where none could be placed."""
    if not mistakes:
        return ProblemError("bad-request", f"{first}.")
    head = mistakes[0]
    others = f" and {len(mistakes) - 1} more" if len(mistakes) > 1 else ""
    named = [{"place": each.place, "detail": each.detail} for each in mistakes[:MOST_NAMED]]
    return ProblemError(
        "bad-request", f"{head.place}: {head.detail}{others}.", more={"errors": named}
    )


def wrong(given: object, model: type[Any], place: str) -> list[Misread]:
    """Return what keeps `given` from being a `model`: nothing, or its first mistake."""
    try:
        msgspec.convert(given, model)
    except msgspec.ValidationError as problem:
        detail, _, inner = plain(problem).rpartition(" - at `$")
        if not detail:  # the whole of it is wrong
            detail, inner = inner, ""
        return [Misread(place + inner.removesuffix("`"), detail)]
    return []


def _mistakes(given: object) -> list[Misread]:
    if not isinstance(given, dict):
        return wrong(given, Programme, "$")
    found = wrong(
        {**given, "ceremony": ANY_CEREMONY, "works": [], "categories": []}, Programme, "$"
    )
    for member, model in (("ceremony", ProgrammeCeremony), ("works", list), ("categories", list)):
        if member in given:
            found += wrong(given[member], model, f"$.{member}")
        else:
            found.append(Misread("$", f"Object missing required field `{member}`"))
    for place, work in _lines(given, "works"):
        found += wrong(work, ProgrammeWork, place)
    for place, category in _lines(given, "categories"):
        if not isinstance(category, dict):
            found += wrong(category, ProgrammeCategory, place)
            continue
        nominees = category.get("nominees")
        if isinstance(nominees, list):
            found += wrong({**category, "nominees": []}, ProgrammeCategory, place)
            for number, nominee in enumerate(nominees):
                found += wrong(nominee, Nominee, f"{place}.nominees[{number}]")
        else:
            found += wrong(category, ProgrammeCategory, place)
    return found


def _lines(given: dict[str, Any], member: str) -> list[tuple[str, object]]:
    lines = given.get(member)
    if not isinstance(lines, list):
        return []
    return [(f"$.{member}[{number}]", line) for number, line in enumerate(lines)]
