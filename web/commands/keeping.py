"""A log checked event by event, copied, and put back: what is done about the file itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec

from events.backup import replace_log
from events.codec import encode
from events.log_file import LogFile, log_file
from events.recorded import Recorded
from events.store import CorruptEvent
from events.timestamp import from_ms
from tracker.ceremony import EMPTY, AlreadySo, Refused, decide, evolve
from tracker.project import NOTHING, project
from web.commands.client import Client, CommandError, Refusal
from web.commands.endings import Endings, unreadable_notes

_WHOLE: Final = ", whole"
_TRIES: Final = 20
"""How often a ceremony is read that changes while it is read."""
_PAUSE_SECONDS: Final = 0.25
"""Until a board that is behind is asked for again; usually it is so for milliseconds."""
_NOTES: Final = 5  # told of one history, so that a damaged one is not lost among them

Say = Callable[[str], None]
"""Tells one line of what was found."""


class _Checked:
    """
    Takes the events of one history, and says what is damaged.

    The rules of today decide what may be posted, and not what may be in a log: an event that they
    would refuse is read and shown like any other, so it is told as a note.

    Attributes:
        trouble: What cannot be right, or empty.
        unread: Why it was not looked at, or empty.
        notes: What is right, and would not be accepted today.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._state = EMPTY
        self._board = NOTHING
        self.trouble = ""
        self.unread = ""
        self.notes: list[str] = []

    def take(self, recorded: Recorded) -> None:
        """Take the next one; after the first trouble there is nothing more to be said."""
        if self.trouble:
            return
        version = self._state.version + 1
        if recorded.version != version:
            self.trouble = f"event {recorded.version} stands where {version} should"
            return
        decision = decide(recorded.event, self._state)
        if isinstance(decision, Refused):
            self.notes.append(f"event {version} would be refused today: {decision.detail}")
        elif isinstance(decision, AlreadySo):
            self.notes.append(f"event {version} says what was so since {decision.version}")
        self._state = evolve(self._state, recorded.event)
        self._board = project(self._board, recorded)

    def tell(self, say: Say) -> None:
        """Say in a line how it is, and the first notes in lines of their own."""
        well = self.unread or _counted(self.head, "event") + _WHOLE
        say(f"{self.name}: {self.trouble or well}")
        for note in self.notes[:_NOTES]:
            say(f"{self.name}: note: {note}")
        if (more := len(self.notes) - _NOTES) > 0:
            say(f"{self.name}: note: and {more:,} more like these")

    def compare(self, served: object) -> None:
        """Hold a board that was served against the events."""
        if msgspec.json.decode(encode(self._board.board)) != served:
            self.trouble = "its board is not what follows from its events"

    @property
    def head(self) -> int:
        return self._board.version


async def verify_through(client: Client, say: Say) -> None:
    """
    Check what a server tells: each ceremony's events, and that its board follows from them.

    Raises:
        CommandError: Something is wrong, or the line broke.
    """
    wrong = 0
    found = (await client.get("/api/ceremonies"))["ceremonies"]
    for ceremony in [each["id"] for each in found]:
        checked = await _checked_through(client, ceremony)
        wrong += bool(checked.trouble)
        checked.tell(say)
    _conclude(wrong, len(found))


async def _checked_through(client: Client, ceremony: str) -> _Checked:
    """
    Check one ceremony of a server, which goes on meanwhile.

    Events and board are asked for one after the other. A rehearsal that is begun anew in between
    gives those of two histories, which its epoch tells, and the board may be a moment behind the
    events: both are asked for again, up to `_TRIES` times.
    """
    checked = _Checked(ceremony)
    for _ in range(_TRIES):
        epoch = await _epoch_of(client, ceremony)
        checked, behind = _Checked(ceremony), False
        async for recorded in client.events(ceremony):
            checked.take(recorded)
        if not checked.trouble:
            try:
                path = f"/api/ceremonies/{ceremony}/board?at={checked.head}"
                checked.compare(await client.get(path))
            except Refusal as refusal:
                if refusal.status != HTTPStatus.NOT_FOUND:
                    raise
                behind = True
                checked.trouble = f"its board is behind event {checked.head}"
        if await _epoch_of(client, ceremony) != epoch:
            checked = _Checked(ceremony)
            checked.unread = "not read, since it was begun anew each time; ask once more"
        elif not behind:
            break
        else:
            await client.pause(_PAUSE_SECONDS)
    return checked


async def _epoch_of(client: Client, ceremony: str) -> str:
    return str((await client.get(f"/api/ceremonies/{ceremony}"))["epoch"])


def verify_file(path: Path, say: Say) -> None:
    """
    Check a log's file: the file itself, then every event of every history.

    Raises:
        CommandError: Something is wrong.
        StoreUnavailable: It is no log, or cannot be read.
    """
    with log_file(path) as log:
        wrong, histories = _look_through(log, path.name, say)
    _conclude(len(wrong), histories)


def _look_through(log: LogFile, name: str, say: Say) -> tuple[list[str], int]:
    """Return what is damaged, each in a sentence, and the number of histories; say both."""
    wrong = [f"{name}: {each}" for each in log.damage()]
    wrong += [f"{name}: note {number} cannot be read" for number in unreadable_notes(log)]
    for each in wrong:
        say(each)
    histories = log.histories()
    for history, head in histories:
        checked = _Checked(history.ceremony)
        try:
            for recorded in log.events(history, head):
                checked.take(recorded)
        except CorruptEvent as problem:
            checked.trouble = checked.trouble or f"event {problem.version} cannot be read"
        checked.tell(say)
        if checked.trouble:
            wrong.append(f"{checked.name}: {checked.trouble}")
    if unchecked := log.unchecked():
        has = "has" if unchecked == 1 else "have"
        say(
            f"{name}: note: {_counted(unchecked, 'event')} {has} no digest yet, being of an older"
            " program or another one; the next start of the server adds them"
        )
    return wrong, len(histories)


def _conclude(wrong: int, histories: int) -> None:
    if wrong:
        raise CommandError(
            f"Damaged: {wrong} of {histories}. Stop the server, then put a whole backup in the"
            " log's place with tracker restore."
        )


def backup(database: Path, target: Path) -> str:
    """
    Copy the log to a new file, also while a server holds it; return what to say of it.

    Raises:
        CommandError: The copy is written, and is not whole, because the log is not.
        OSError: It cannot be written, or is there already.
        StoreUnavailable: It is no log, or cannot be read.
    """
    with log_file(database) as log:
        log.copy(target)
    with log_file(target) as copied:
        wrong, _ = _look_through(copied, target.name, lambda _: None)
        if wrong:
            raise CommandError(
                f"{target} is written, and is no whole backup, since the log is damaged:"
                f" {'; '.join(wrong)}. Keep the backups made before."
            )
        return f"{target}: {_content(copied)} of {database}."


def restore(source: Path, database: Path, now: datetime | None = None) -> str:
    """
    Put a backup in the log's place, which nobody may hold; return what to say of it.

    Raises:
        CommandError: The backup is not whole.
        StoreInUse: A server runs.
        OSError, StoreUnavailable: It cannot be read or written; the log is as it was.
    """
    file = database.resolve()  # as the server does, so that a running one is seen through a link
    aside = file.with_name(f"{file.name}.until-{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    with log_file(source) as log:
        wrong, _ = _look_through(log, source.name, lambda _: None)
        if wrong:
            raise CommandError(f"{source} is no whole backup: {'; '.join(wrong)}.")
        moment = now or datetime.now(UTC)
        endings = Endings(log, from_ms(int(moment.timestamp() * 1000)))
        kept = replace_log(file, log, aside, endings.carry)
        said = [f"{database}: {_content(log)}, from {source}."]
    if kept:
        name = aside.name if file.parent == database.parent else aside
        said.append(f"What was there is kept as {name}.")
    return " ".join([*said, *endings.said])


def _content(log: LogFile) -> str:
    histories = log.histories()
    events = sum(head for _, head in histories)
    ceremonies = len({history.ceremony for history, _ in histories})
    return f"{_counted(events, 'event')} of {_counted(ceremonies, 'ceremony', 'ceremonies')}"


def _counted(number: int, one: str, many: str = "events") -> str:
    return f"{number:,} {one if number == 1 else many}"
