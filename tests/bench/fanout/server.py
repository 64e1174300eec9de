"""A contender's server: started, asked for frames by whoever holds its input, and measured."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bench.fanout import cores

ROOT: Final = Path(__file__).resolve().parents[3]
_PATIENCE: Final = 10
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Server:
    """
    Attributes:
        port: Where it listens.
        ask: The descriptor to which a byte is written for each frame.
    """

    def __init__(self, command: Sequence[str | Path]) -> None:
        path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        with cores.on(cores.SERVERS):
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        first = self._output.readline()
        if not first:
            raise RuntimeError(f"it did not start: {command}")
        ready = json.loads(first)
        # The floor says its port and no more.
        self.port: int = ready if isinstance(ready, int) else ready["port"]
        self._pids: list[int] = [self._process.pid] if isinstance(ready, int) else ready["pids"]
        self.ask = self._input.fileno()

    def memory(self) -> float:
        """Return the KB of its processes; what they share is counted once."""
        return sum(map(_memory, self._pids))

    def processor(self) -> float:
        """Return the seconds of processor time that it has used."""
        return sum(map(_processor, self._pids))

    def counters(self) -> Mapping[str, int]:
        self._input.write(b"?")
        self._input.flush()
        counted: Mapping[str, int] = json.loads(self._output.readline())
        return counted

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._input.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()


def python(name: str, *arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", f"bench.fanout.servers.{name}", *arguments]


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1])
    raise RuntimeError(f"the system does not say what process {pid} takes")


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
