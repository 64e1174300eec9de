"""What has ended since a backup was made: tokens and webhooks, which must not come back with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from events.log_file import LogFile
from web.desk.ledger import Ledger
from web.desk.tokens import revocation, token_ledger
from web.webhooks.subscriptions import removal, webhook_ledger

_BY = "restore"


class Endings:
    """
    Carries what has ended from the log that is replaced into the backup that replaces it.

    Attributes:
        said: What came of it, as sentences.
    """

    def __init__(self, backup: LogFile, moment: str) -> None:
        """
        Args:
            backup: The log that comes.
            moment: The canonical time of the restore.
        """
        self._backup = backup
        self._moment = moment
        self.said: list[str] = []

    def carry(self, replaced: LogFile | None) -> Sequence[tuple[str, bytes]]:
        """Return the notes that end in the backup what has ended in the log that it replaces."""
        if replaced is None:
            self.said.append(
                "What was there cannot be read, so tokens and webhooks that ended since the backup"
                " stand again: look through tracker token list."
            )
            return ()
        tokens = _ended(token_ledger(), token_ledger(), self._backup, replaced)
        webhooks = _ended(webhook_ledger(), webhook_ledger(), self._backup, replaced)
        if tokens or webhooks:
            self.said.append(
                f"{_counted(len(tokens), 'token')} and {_counted(len(webhooks), 'webhook')}"
                " that ended since the backup have ended in it too."
            )
        return [
            *(revocation(number, at=self._moment, by=_BY) for number in tokens),
            *(removal(number, by=_BY) for number in webhooks),
        ]


def unreadable_notes(log: LogFile) -> Iterator[int]:
    """Yield the numbers of the notes that are as they were written, and cannot be read."""
    ledgers = (token_ledger(), webhook_ledger())
    for note in log.notes():
        lost = [ledger.take(note) for ledger in ledgers]
        if any(lost) and not note.damaged:
            yield note.number


def _ended(
    coming: Ledger[Any], going: Ledger[Any], backup: LogFile, replaced: LogFile
) -> list[str]:
    """Return the ids of what stands in the backup, and has ended in the log that it replaces."""
    for note in backup.notes():
        coming.take(note)
    for note in replaced.notes():
        going.take(note)
    return [number for number in coming.standing if number in going.ended]


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
