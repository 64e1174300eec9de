"""A ceremony as plain lines for a pipe: the awards by now, then each event as it comes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TextIO

from web.commands.client import Client, CommandError
from web.commands.legible import all_legible
from web.commands.watched import Watched
from web.commands.wording import awards, state, told

_PAGE: Final = 500
"""Events asked for at once; the most that a server gives."""


def lines_by_now(board: dict[str, Any]) -> list[str]:
    """Return a line for each standing result; without one, a line that says where the night is."""
    return awards(board) or [state(board)]


class Lines:
    """
    Writes what is new of a ceremony that is being followed.

    Attributes:
        ended: The ceremony has ended, and everything up to its end is written.
    """

    def __init__(self, client: Client, watched: Watched, output: TextIO) -> None:
        self.ended = False
        self._client: Final = client
        self._watched: Final = watched
        self._output: Final = output
        self._epoch = ""
        self._version = 0
        """The last version that is written."""

    async def write_new(self) -> None:
        """
        Write the events after the last line; at first, and in another history, the awards by now.

        Where the server does not answer, what is missing is written at a later call.
        """
        watched = self._watched
        if not watched.caught_up:
            return
        if watched.epoch != self._epoch:
            self._epoch, self._version = watched.epoch, watched.version
            self._write(lines_by_now(watched.board))
        while self._version < watched.version and watched.epoch == self._epoch:
            try:
                found = await self._client.get(
                    f"/api/ceremonies/{watched.ceremony}/events?after={self._version}&limit={_PAGE}"
                )
            except CommandError:
                return
            # A rehearsal may have been begun anew while this was under way.
            new = found["events"] if watched.epoch == self._epoch else []
            self._write(told(watched.board, all_legible(each["event"])) for each in new)
            self._version = new[-1]["version"] if new else self._version
            if not new:
                return
        self.ended = watched.board["phase"] == "ended"

    def _write(self, lines: Iterable[str]) -> None:
        self._output.writelines(f"{line}\n" for line in lines)
        self._output.flush()
