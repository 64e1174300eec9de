"""What a viewer at a terminal knows: a fold over the messages of the live socket, without I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlencode

from tracker.patch import merge
from web.commands.legible import all_legible

RECENT: Final = 12
"""How many of the last events are remembered."""

Json = dict[str, Any]


class Told(NamedTuple):
    """An event in its place."""

    version: int
    event: Mapping[str, Any]


class Watched:
    """
    A ceremony as seen from here.

    Attributes:
        board: As plain JSON; empty before the first keyframe.
        recent: The last events, the oldest first.
        caught_up: Nothing is known to be missing.
        heard: Clock reading in seconds at which the server was last heard of.
    """

    def __init__(self, ceremony: str) -> None:
        self.ceremony: Final = ceremony
        self.board: Json = {}
        self.epoch = ""
        self.version = 0
        self._told = ""  # the epoch of what comes; ours once its board is here
        self.recent: deque[Told] = deque(maxlen=RECENT)
        self.caught_up = False
        self.heard: float | None = None

    @property
    def query(self) -> str:
        """The cursor to come back with, as the query of an address."""
        if not self.board:
            return ""
        return "?" + urlencode({"epoch": self.epoch, "after": self.version})

    def take(self, message: Json, now: float) -> None:
        """Take in one message of the live socket, without what a terminal would obey."""
        message = all_legible(message)
        self.heard = now
        match message["type"]:
            case "hello":
                self._told = message["epoch"]
            case "keyframe":
                # Not before: a line cut in between would come back with the new epoch and our old
                # version, and be given what follows that in a history that is not ours.
                self.epoch = self._told
                self.board, self.version = message["board"], message["version"]
                self.recent.clear()
            case "frame":
                self.board = cast("Json", merge(self.board, message["patch"]))
                self.version = message["version"]
                self.recent.append(Told(self.version, message["event"]))
            case "caught-up":
                self.caught_up = True
            case "resync":
                self._told, self.caught_up = message["epoch"], False
            case _:  # a heartbeat, or what a later server says besides
                pass

    def look_back(self, earlier: list[Json]) -> None:
        """Take in recorded events from before a keyframe."""
        known = [Told(each["version"], each["event"]) for each in all_legible(earlier)]
        self.recent.extendleft(reversed(known))

    def lose(self) -> None:
        """Note that the line is cut; what is known stays."""
        self.caught_up = False
