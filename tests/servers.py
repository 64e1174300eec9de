"""Real servers for tests: `tracker serve` in a process of its own, on a free port."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Final, Self

TRACKER: Final = Path(sys.executable).with_name("tracker")
TOKEN: Final = "a-token-for-these-tests"
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
        self._process: subprocess.Popen[bytes] | _Fork | None = None

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
        self._process = self._launched()
        give_up = time.monotonic() + READY_WITHIN
        while time.monotonic() < give_up:
            assert self._process.poll() is None, self.log.read_text()[-_TAIL:]
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz"):  # noqa: S310 - ours
                return
            time.sleep(_BETWEEN_LOOKS)
        self.kill()
        raise AssertionError(self.log.read_text()[-_TAIL:])

    def _launched(self) -> subprocess.Popen[bytes] | _Fork:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [TRACKER, "serve"], env=self._environment, stdout=log, stderr=log
            )

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


class ForkedServer(RunningServer):
    """
    The same server, started in a fifth of the time: most of a start is importing what it needs.

    It is forked from a process that has done so. What is forked from one process has the hashes of
    its texts in common, which those that are started anew have not.
    """

    def _launched(self) -> _Fork:
        return _Fork(self._environment, self.log)


class _Fork:
    """The forked process, with the manners of a Popen."""

    _context: ForkServerContext | None = None

    def __init__(self, env: dict[str, str], log: Path) -> None:
        if _Fork._context is None:
            _Fork._context = multiprocessing.get_context("forkserver")
            _Fork._context.set_forkserver_preload(["servers", "web.cli", "web.server"])
        self._process: Final[ForkServerProcess] = _Fork._context.Process(
            target=_serve, args=(env, log), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: Final[int] = self._process.pid
        self.terminate: Final = self._process.terminate
        self.kill: Final = self._process.kill

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        ended = self._process.exitcode
        if ended is None:
            raise subprocess.TimeoutExpired("tracker serve", timeout or 0)
        return ended


def _serve(env: dict[str, str], log: Path) -> None:
    """Be the `tracker serve` of an environment, from here on."""
    from web.cli import main  # noqa: PLC0415 - in the forked process alone

    os.environ.clear()
    os.environ.update(env)
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    sys.argv = ["tracker", "serve"]
    main()
