"""A crowd of viewers: the process that `viewers.c` is, spoken to."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self

from bench.fanout import cores
from bench.fanout.server import Server

Reading = Literal["all", "none", "drops"]


class Joined(NamedTuple):
    seconds: float
    client: float
    """Share of a core that the viewers used."""


class Run(NamedTuple):
    deliveries: float
    """A second."""
    took: list[float]
    """Milliseconds from asking for a frame to the last viewer's having it, for each frame."""
    client: float
    """Share of a core that the viewers used."""
    server: float
    """Share of a core that the server used."""


class Crowd:
    def __init__(self, program: Path, server: Server, requests: Sequence[bytes]) -> None:
        self._server = server
        self._readers = 0
        with cores.on(cores.VIEWERS):
            self._process = subprocess.Popen(
                [program, str(server.port), str(server.ask), *requests],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=[server.ask],
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout

    def join(
        self, count: int, frame_bytes: int, *, request: int = 0, reading: Reading = "all"
    ) -> Joined:
        if reading == "all":
            self._readers += count
        seconds, used = self._told(f"join {count} {request} {frame_bytes} {reading}")
        return Joined(seconds, used / seconds)

    def publish(self, seconds: float, flight: int, step: int = 1) -> Run:
        """Keep `flight` frames in flight, asked for in steps."""
        return self._run(f"publish {seconds} {flight} {step}")

    def pace(self, seconds: float, rate: float) -> Run:
        """Ask for `rate` frames a second, whatever is in flight."""
        return self._run(f"pace {seconds} {rate}")

    def _run(self, command: str) -> Run:
        before = self._server.processor()
        frames, seconds, used, *took = self._told(command)
        busy = self._server.processor() - before
        return Run(
            frames * self._readers / seconds,
            [each / 1000 for each in took],
            used / seconds,
            busy / seconds,
        )

    def _told(self, command: str) -> list[float]:
        self._input.write(f"{command}\n".encode())
        self._input.flush()
        answer = self._output.readline()
        if not answer:
            raise RuntimeError(f"the viewers gave up at: {command}")
        return [float(number) for number in answer.split()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._input.close()
        self._process.wait()
        self._output.close()
