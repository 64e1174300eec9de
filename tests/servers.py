"""Real servers for tests: `tracker serve` in a process of its own, on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

TRACKER: Final = Path(sys.executable).with_name("tracker")
TOKEN: Final = "a-token-for-tests"
READY_WITHIN: Final = 60.0
"""Seconds; far more than a start takes, since the machine may be busy with other tests."""
_BETWEEN_LOOKS: Final = 0.01
_TAIL: Final = 4000


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment, without what it says of trackers, and with `more`."""
    # A start that compiles every module anew takes twice as long, and here are many starts.
    unwanted = ("TRACKER_", "PYTHONDONTWRITEBYTECODE")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return plain | more


class RunningServer:
    """
    A server that runs as long as the context, and answers /readyz when that begins.

    Args:
        folder: Where its database and its log lie; the next server there goes on with them.
        more: Variables of its environment, such as TRACKER_BUNDLED="0".
    """

    def __init__(self, folder: Path, **more: str) -> None:
        self.port: Final = free_port()
        self.url: Final = f"http://127.0.0.1:{self.port}"
        self.database: Final = folder / "tracker.db"
        self.log: Final = folder / "server.log"
        self.token: Final = TOKEN
        self.headers: Final = {"Authorization": f"Bearer {TOKEN}"}
        self._environment: Final = environment(
            TRACKER_PORT=str(self.port),
            TRACKER_DATABASE=str(self.database),
            TRACKER_ADMIN_TOKEN=TOKEN,
            **more,
        )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def returncode(self) -> int | None:
        """What the process ended with; None as long as it runs."""
        return None if self._process is None else self._process.poll()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def commands(self) -> dict[str, str]:
        """The environment in which commands speak to this server."""
        return environment(TRACKER_URL=self.url, TRACKER_TOKEN=TOKEN)

    def start(self) -> None:
        """Start, and return once it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [TRACKER, "serve"], env=self._environment, stdout=log, stderr=log
            )
        give_up = time.monotonic() + READY_WITHIN
        while time.monotonic() < give_up:
            assert self._process.poll() is None, self.log.read_text()[-_TAIL:]
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz"):  # noqa: S310 - ours
                return
            time.sleep(_BETWEEN_LOOKS)
        self.kill()
        raise AssertionError(self.log.read_text()[-_TAIL:])

    def stop(self) -> None:
        """Ask it to end, and return once it has."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(READY_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise

    def kill(self) -> None:
        """End it without a word, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def run(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command that speaks to this server."""
        return subprocess.run(
            [TRACKER, *arguments],
            env=self.commands,
            check=check,
            capture_output=True,
            text=True,
            timeout=READY_WITHIN,
        )
