"""A contender with its crowd, and what is measured of both."""

import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bench.fanout.contenders import Contender, frame_bytes
from bench.fanout.crowd import Crowd, Joined, Run
from bench.fanout.server import Server

FLIGHT: Final = 8
_SETTLES: Final = 0.3
"""Seconds that a server has to come to rest."""


class Stand:
    """
    Attributes:
        kilobytes: Of the server's memory for each viewer of the first crowd, at rest.
        joined: Every joining, in order.
        runs: Every run, in order.
    """

    def __init__(self, contender: Contender, viewers: int, program: Path) -> None:
        self.contender = contender
        self.viewers = viewers
        self.kilobytes: float | None = None
        self.joined: list[Joined] = []
        self.runs: list[Run] = []
        self._program = program
        self._stack = ExitStack()

    def join(self) -> None:
        """Open a crowd; an earlier one is gone."""
        self._present.close()
        time.sleep(_SETTLES)
        crowd = self._present.enter_context(
            Crowd(self._program, self.server, self.contender.requests)
        )
        before = self.server.memory()
        parts = []
        for number, wire in enumerate(self.contender.wires):
            each = self.viewers // len(self.contender.wires)
            parts.append(crowd.join(each, frame_bytes(wire), request=number))
        seconds = sum(part.seconds for part in parts)
        used = sum(part.client * part.seconds for part in parts)
        self.joined.append(Joined(seconds, used / seconds))
        if self.kilobytes is None:
            time.sleep(_SETTLES)
            self.kilobytes = (self.server.memory() - before) / self.viewers
        self.crowd = crowd

    def publish(self, seconds: float, flight: int = FLIGHT, step: int = 1) -> Run:
        run = self.crowd.publish(seconds, flight, step)
        self.runs.append(run)
        return run

    @property
    def joins(self) -> list[float]:
        """Joins a second, for each joining."""
        return [self.viewers / each.seconds for each in self.joined]

    def __enter__(self) -> Self:
        self.server = self._stack.enter_context(Server(self.contender.command))
        self._present = self._stack.enter_context(ExitStack())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()
