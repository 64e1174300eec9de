"""A log checked event by event, copied, and put back: what is done about the file itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from events.backup import LogFile, log_file, replace_log
from events.codec import encode
from events.recorded import Recorded
from events.store import CorruptEvent, History
from tracker.ceremony import EMPTY, Accepted, Refused, decide, evolve
from tracker.project import NOTHING, project
from web.commands.client import Client, CommandError

_WHOLE: Final = ", whole"

Say = Callable[[str], None]
"""Tells one line of what was found."""


class _Checked:
    """Takes the events of one history, and says where it goes wrong."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._state = EMPTY
        self._board = NOTHING
        self.trouble = ""

    def take(self, recorded: Recorded) -> None:
        """Take the next one; after the first trouble there is nothing more to be said."""
        if self.trouble:
            return
        version = self._state.version + 1
        decision = decide(recorded.event, self._state)
        if recorded.version != version:
            self.trouble = f"event {recorded.version} stands where {version} should"
        elif isinstance(decision, Refused):
            self.trouble = f"event {version} is against the rules: {decision.detail}"
        elif not isinstance(decision, Accepted):
            self.trouble = f"event {version} says what was so since {decision.version}"
        self._state = evolve(self._state, recorded.event)
        self._board = project(self._board, recorded)

    def compare(self, served: object) -> None:
        """Hold a board that was served against the events."""
        if msgspec.json.decode(encode(self._board.board)) != served:
            self.trouble = "its board is not what follows from its events"

    @property
    def head(self) -> int:
        return self._board.version

    def __str__(self) -> str:
        return f"{self.name}: {self.trouble or _counted(self.head, 'event') + _WHOLE}"


async def verify_through(client: Client, say: Say) -> None:
    """
    Check what a server tells: each ceremony's events, and that its board follows from them.

    Raises:
        CommandError: Something is wrong, or the line broke.
    """
    wrong = 0
    found = (await client.get("/api/ceremonies"))["ceremonies"]
    for ceremony in [each["id"] for each in found]:
        checked = _Checked(ceremony)
        async for recorded in client.events(ceremony):
            checked.take(recorded)
        if not checked.trouble:
            path = f"/api/ceremonies/{ceremony}/board?at={checked.head}"
            checked.compare(await client.get(path))
        wrong += bool(checked.trouble)
        say(str(checked))
    _conclude(wrong, len(found))


def verify_file(path: Path, say: Say) -> None:
    """
    Check a log's file: the file itself, then every event of every history.

    Raises:
        CommandError: Something is wrong.
        StoreUnavailable: It is no log, or cannot be read.
    """
    with log_file(path) as log:
        damage = log.damage()
        for each in damage:
            say(f"{path.name}: {each}")
        histories = log.histories()
        checked = [_read_through(log, history, head, say) for history, head in histories]
    _conclude(len(damage) + sum(bool(each.trouble) for each in checked), len(histories))


def _read_through(log: LogFile, history: History, head: int, say: Say) -> _Checked:
    checked = _Checked(history.ceremony)
    try:
        for recorded in log.events(history, head):
            checked.take(recorded)
    except CorruptEvent as problem:
        checked.trouble = checked.trouble or f"event {problem.version} cannot be read"
    say(str(checked))
    return checked


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
        OSError: It cannot be written, or is there already.
        StoreUnavailable: It is no log, or cannot be read.
    """
    with log_file(database) as log:
        log.copy(target)
    with log_file(target) as copied:
        return f"{target}: {_content(copied)} of {database}."


def restore(source: Path, database: Path, now: datetime | None = None) -> str:
    """
    Put a backup in the log's place, which nobody may hold; return what to say of it.

    Raises:
        CommandError: The backup is not whole.
        StoreInUse: A server runs.
        OSError, StoreUnavailable: It cannot be read or written; the log is as it was.
    """
    found: list[str] = []
    try:
        verify_file(source, found.append)
    except CommandError as problem:
        wrong = [line for line in found if not line.endswith(_WHOLE)]
        raise CommandError(f"{source} is no whole backup: {'; '.join(wrong)}.") from problem
    aside = database.with_name(f"{database.name}.until-{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    with log_file(source) as log:
        kept = replace_log(database, log, aside)
        said = f"{database}: {_content(log)}, from {source}."
    return f"{said} What was there is kept as {aside.name}." if kept else said


def _content(log: LogFile) -> str:
    histories = log.histories()
    events = sum(head for _, head in histories)
    ceremonies = len({history.ceremony for history, _ in histories})
    return f"{_counted(events, 'event')} of {_counted(ceremonies, 'ceremony', 'ceremonies')}"


def _counted(number: int, one: str, many: str = "events") -> str:
    return f"{number:,} {one if number == 1 else many}"
