"""What a command says when it cannot go on, and the status it ends with."""

from __future__ import annotations

from typing import Final

import msgspec

from events.store import StoreError
from replay.recording import RecordingError
from tracker.outcomes import DeskError
from web.listener import CannotListen
from web.settings import SettingsError

FAILED: Final = 1
MISUSED: Final = 2


class Trouble(msgspec.Struct, frozen=True):
    """
    What a command says when it cannot go on.

    Attributes:
        lines: What stands below the sentence.
    """

    sentence: str
    status: int = FAILED
    lines: tuple[str, ...] = ()


def trouble(problem: Exception) -> Trouble | None:
    """Return what to say of a problem, or None if it is a fault of the program."""
    if isinstance(problem, SettingsError):
        return Trouble(str(problem), MISUSED)
    if isinstance(problem, (CannotListen, StoreError, DeskError, RecordingError)):
        return Trouble(str(problem))
    if isinstance(problem, OSError):
        return Trouble(f"{problem.filename or 'The system'}: {problem.strerror or problem}.")
    # By name, so that `tracker serve` does not load an HTTP client to say that its port is taken.
    if any(each.__name__ == "CommandError" for each in type(problem).__mro__):
        return Trouble(str(problem), lines=getattr(problem, "lines", ()))
    return None
