"""Nights of a given size, in the shapes that a long night may have."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count, islice
from typing import Final

from events.ceremony import (
    CeremonyStarted,
    Event,
    MomentNoted,
    MomentWithdrawn,
    WinnerAnnounced,
    WinnerCorrected,
    tag_of,
)
from events.recorded import Recorded
from replay.recording import bundled, recorded

ID: Final = "long-night"
_TIME: Final = "2025-03-03T00:00:00.000Z"

Shape = Callable[[list[str], int], Iterator[Event]]
"""Takes the nominees of a category and the version that comes next, and never ends."""


def moments(_: list[str], __: int) -> Iterator[Event]:
    for number in count():
        yield MomentNoted("speech", f"Thanks, take {number}")


def withdrawals(_: list[str], version: int) -> Iterator[Event]:
    """Yield a moment, then its withdrawal, and so on."""
    for noted in count(version, 2):
        yield MomentNoted("speech", f"Thanks, take {noted}")
        yield MomentWithdrawn(noted)


def corrections(ballot: list[str], _: int) -> Iterator[Event]:
    """Yield a result, then a correction of it, and so on."""
    category = ballot[0].partition("/")[0]
    yield WinnerAnnounced(category, (ballot[0],))
    for number in count(1):
        yield WinnerCorrected(category, (ballot[number % 2],))


SHAPES: Final[Mapping[str, Shape]] = {
    "moments": moments,
    "moments and their withdrawals": withdrawals,
    "a result and its corrections": corrections,
}


def night(shape: Shape, size: int) -> list[Recorded]:
    """Return a night of `size` events, of which the first are the programme of the 97th."""
    ids = (f"{number:032x}" for number in count())
    told = recorded(bundled()["oscars-97"], lambda: next(ids), _TIME, "bench")
    listed = [
        each.event
        for each in told
        if tag_of(each.event) in {"ceremony-scheduled", "work-listed", "category-listed"}
    ]
    events = [*listed, CeremonyStarted()]
    more = shape(_ballot(listed), len(events) + 1)
    events += islice(more, max(0, size - len(events)))
    return [
        Recorded(ID, version, next(ids), _TIME, _TIME, event, "bench")
        for version, event in enumerate(events, start=1)
    ]


def next_of(shape: Shape, log: list[Recorded]) -> Iterator[dict[str, object]]:
    """Yield events that may be posted after a night, each of which changes what is read."""
    if shape is not corrections:
        for number in count():
            yield {"type": "moment-noted", "kind": "speech", "text": f"One more, take {number}"}
    ballot = _ballot([each.event for each in log])
    last = log[-1].event
    held = last.nominees[0] if isinstance(last, WinnerAnnounced | WinnerCorrected) else ballot[1]
    others = [each for each in ballot[:2] if each != held]
    for number in count():
        winner = [*others, held][number % 2]
        category = winner.partition("/")[0]
        yield {"type": "winner-corrected", "category": category, "nominees": [winner]}


def _ballot(events: list[Event]) -> list[str]:
    category = next(each for each in events if tag_of(each) == "category-listed")
    return [nominee.id for nominee in getattr(category, "nominees")]  # noqa: B009 - of one type only
