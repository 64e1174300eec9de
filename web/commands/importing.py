"""Recordings in: through a running server, or into a log that nobody holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import UNSET

from events.ceremony import CategoryListed, CeremonyScheduled, Event, WorkListed, tag_of
from events.codec import encode
from events.patterns import plain
from events.recorded import Recorded
from events.sqlite import SqliteStore
from events.store import UnknownStream
from events.timestamp import from_ms, to_ms
from replay.recording import Cue, Recording
from replay.recording import recorded as as_recorded
from tracker.desk import AHEAD_MS, Desk
from tracker.expected import at
from tracker.outcomes import RefusedByRule
from tracker.wording import cleaned
from web.clock import now
from web.commands.client import Client, CommandError, Refusal
from web.commands.telling import Tell
from web.desk.programme import (
    Programme,
    ProgrammeCategory,
    ProgrammeCeremony,
    ProgrammeWork,
    programme_events,
)
from web.ids import new_id

ACTOR: Final = "import"
_LARGEST_PROGRAMME: Final = 60 * 1024
"""In bytes; a server takes 64 KiB."""


class Imported(msgspec.Struct, frozen=True):
    """What became of an import: how many events are there now, and how many of them are new."""

    ceremony: str
    events: int
    new: int

    def __str__(self) -> str:
        """Say it in a line."""
        if not self.new:
            return f"{self.ceremony}: all {self.events} events are there already."
        if self.new < self.events:
            return f"{self.ceremony}: {self.new} events imported, after {self.events - self.new}."
        return f"{self.ceremony}: {self.events} events imported."


async def import_through(client: Client, recording: Recording, tell: Tell) -> Imported:
    """
    Post a recording to a server; what is there of it already stays, so a broken import goes on.

    Raises:
        CommandError: The ceremony has other events, one is still to happen, or the server refuses;
            which line is named.
    """
    ceremony = recording.header.ceremony
    known = await _known(client, ceremony)
    version = _agreeing(recording, known)
    programme, opened = opening(recording)
    _check_hours(recording, after=version or opened)
    for event in known:
        tell(tag_of(event))
    if not known:
        version = opened
        try:
            await client.post("/api/ceremonies", encode(programme), key=f"import-{new_id()}")
        except Refusal as refusal:
            raise CommandError(f"The programme is refused: {refusal}") from refusal
        for cue in recording.cues[:version]:
            tell(tag_of(cue.event))
    for cue in recording.cues[version:]:
        version += 1
        await _post(client, recording, cue, version)
        tell(tag_of(cue.event))
    return Imported(ceremony, version, version - len(known))


async def import_into(path: Path, recording: Recording, tell: Tell) -> Imported:
    """
    Put a recording into a log that nobody holds.

    Raises:
        CommandError: The ceremony has other events, one is still to happen, or its id is the
            tracker's own.
        StoreError: The log cannot be opened or written.
    """
    _, opened = opening(recording)
    ceremony = recording.header.ceremony
    store = await SqliteStore.open(path)
    try:
        desk = Desk(store, now=now, new_id=new_id)
        try:
            history = await store.current(ceremony)
            known = [each.event async for each in store.read(history)]
        except UnknownStream:
            known = []
        version = _agreeing(recording, known)
        _check_hours(recording, after=version or opened)
        moment = now()
        events = as_recorded(recording, new_id, moment, ACTOR)
        if not known:
            # As a server dates the programme of a night that is still to come.
            events[:opened] = [
                msgspec.structs.replace(each, occurred_at=min(each.occurred_at, moment))
                for each in events[:opened]
            ]
            await desk.begin(events, accepted=True)
        for each in events[version:] if known else ():
            await _append(desk, each)
    finally:
        await store.close()
    for cue in recording.cues:
        tell(tag_of(cue.event))
    return Imported(ceremony, len(events), len(events) - version)


def opening(recording: Recording) -> tuple[Programme, int]:
    """
    Return the programme with which a recording opens, and how many of its events that is.

    What a server would not take in one post, or date otherwise, is left to be posted by itself.

    Raises:
        CommandError: Its ceremony cannot be scheduled.
    """
    header, cues = recording.header, recording.cues
    works: list[ProgrammeWork] = []
    categories: list[ProgrammeCategory] = []
    try:
        card = _card(header.ceremony, cues[0].event)
    except ValueError as problem:
        raise CommandError(
            f"{header.ceremony!r} cannot be imported: {plain(problem)}."
        ) from problem
    size = len(encode(card))
    for cue in cues[1:]:
        event = cue.event
        size += len(encode(event))
        if cue.occurred_at is not UNSET or cue.offset or size > _LARGEST_PROGRAMME:
            break
        if isinstance(event, WorkListed) and not categories:
            works.append(ProgrammeWork(event.work, event.title, event.distributors, event.imdb))
        elif isinstance(event, CategoryListed) and event.position == len(categories) + 1:
            categories.append(ProgrammeCategory(event.category, event.name, event.nominees))
        else:
            break
    programme = Programme(card, tuple(works), tuple(categories))
    return programme, len(programme_events(programme))


async def _known(client: Client, ceremony: str) -> list[Event]:
    try:
        return [each.event async for each in client.events(ceremony)]
    except Refusal as refusal:
        if refusal.name == "unknown-ceremony":
            return []
        raise


def _agreeing(recording: Recording, known: Sequence[Event]) -> int:
    """
    Return how many events of a recording are there already.

    Raises:
        CommandError: What is there is not how the recording begins.
    """
    ceremony = recording.header.ceremony
    for version, event in enumerate(known, start=1):
        if version > len(recording.cues):
            raise CommandError(
                f"{ceremony!r} is there with all {version - 1} events and {len(known)} in all;"
                " export it rather than import it."
            )
        if cleaned(event) != recording.cues[version - 1].event:
            raise CommandError(
                f"{ceremony!r} is there with another version {version} than line {version + 1} has;"
                " give the recording another ceremony id in its first line."
            )
    return len(known)


def _check_hours(recording: Recording, after: int) -> None:
    """
    Refuse what a server would refuse in the middle of it, before anything is there.

    Raises:
        CommandError: An event after a version is still to happen.
    """
    latest = from_ms(to_ms(now()) + AHEAD_MS)
    for version, cue in enumerate(recording.cues[after:], start=after + 1):
        if (hour := _hour(recording, cue)) > latest:
            raise CommandError(f"Line {version + 1} is refused: {hour} is still to come.")


def _hour(recording: Recording, cue: Cue) -> str:
    if cue.occurred_at is not UNSET:
        return cue.occurred_at
    return from_ms(to_ms(recording.header.starts_at) + cue.offset)


async def _post(client: Client, recording: Recording, cue: Cue, version: int) -> None:
    ceremony, occurred_at = recording.header.ceremony, _hour(recording, cue)
    try:
        answer = await client.post(
            f"/api/ceremonies/{ceremony}/events",
            encode({**msgspec.to_builtins(cue.event), "occurred_at": occurred_at}),
            key=f"import-{version}",
            expected_version=version - 1,
        )
    except Refusal as refusal:
        raise CommandError(f"Line {version + 1} is refused: {refusal}") from refusal
    if answer.body["version"] != version:
        raise CommandError(
            f"Somebody else posts to {ceremony!r}: line {version + 1} led to version"
            f" {answer.body['version']}, so the import stops there."
        )


async def _append(desk: Desk, event: Recorded) -> None:
    try:
        await desk.post(
            event.ceremony,
            event.event,
            actor=ACTOR,
            occurred_at=event.occurred_at,
            expected=at(event.version - 1),
        )
    except RefusedByRule as problem:
        raise CommandError(f"Line {event.version + 1} is refused: {problem}") from problem


def _card(ceremony: str, event: Event) -> ProgrammeCeremony:
    assert isinstance(event, CeremonyScheduled)  # noqa: S101 - every loaded recording begins so
    card = ProgrammeCeremony(ceremony, event.name, event.starts_at, event.venue, event.hosts)
    # The length of an id is checked where it is decoded.
    return msgspec.json.decode(encode(card), type=ProgrammeCeremony)
