"""A server on a log, and a client that times what it answers."""

import gzip
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final, Self

ROOT: Final = Path(__file__).parents[3]
TOKEN: Final = "a-token-for-the-benchmark"
_GIVE_UP_SECONDS: Final = 300
_GZIP: Final = b"\x1f\x8b"
_PROGRAM: Final = "import sys; sys.argv[0] = 'tracker'; from web.cli import main; main()"


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of this very program, wherever another one is installed."""
    return [sys.executable, "-P", "-c", _PROGRAM, *map(str, arguments)]


def milliseconds(began: float) -> float:
    return (time.perf_counter() - began) * 1000


class Running:
    """
    A server on a log, for as long as the `with` lasts.

    Attributes:
        started: Milliseconds from the command to readiness.
        environment: That of commands that are to be about the same log.
    """

    def __init__(self, database: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: Final = int(probe.getsockname()[1])
        self.environment: Final = os.environ | {
            "PYTHONPATH": str(ROOT),
            "TRACKER_PORT": str(self.port),
            "TRACKER_DATABASE": str(database),
            "TRACKER_ADMIN_TOKEN": TOKEN,
            "TRACKER_RATE_LIMIT": "100000",
        }
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.started = 0.0

    def __enter__(self) -> Self:
        began = time.perf_counter()
        self._process = subprocess.Popen(
            command("serve"), env=self.environment, stderr=subprocess.DEVNULL
        )
        while time.perf_counter() < began + _GIVE_UP_SECONDS:
            try:
                if self.get("/readyz")[0] == http.client.OK:
                    self.started = milliseconds(began)
                    return self
            except OSError:
                time.sleep(0.005)
        raise SystemExit("bench: the server did not start within 5 minutes")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)

    def get(self, path: str, accept: str = "*/*") -> tuple[int, bytes, float]:
        """Return status, body and milliseconds of a read, packed as browsers ask for it."""
        return self._asked("GET", path, {"Accept": accept, "Accept-Encoding": "gzip"})

    def _asked(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[int, bytes, float]:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            found = answer.read()
        finally:
            connection.close()
        return answer.status, found, milliseconds(began)

    def timed(self, path: str, accept: str = "*/*") -> float:
        """Return the milliseconds of a read that succeeds."""
        status, body, took = self.get(path, accept)
        if status != http.client.OK:
            raise SystemExit(f"bench: {path} answered {status}: {body[:300]!r}")
        return took

    def json(self, path: str) -> tuple[Any, float]:
        """Return what is read, and its milliseconds."""
        _, body, took = self.get(path)
        packed = body.startswith(_GZIP)
        return json.loads(gzip.decompress(body) if packed else body), took

    def post(self, path: str, event: object) -> float:
        """Return the milliseconds of a post that is accepted."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        status, body, took = self._asked("POST", path, headers, json.dumps(event))
        if status != http.client.CREATED:
            raise SystemExit(f"bench: a post answered {status}: {body[:300]!r}")
        return took

    def run(self, *arguments: str | Path) -> float:
        """Return the milliseconds of a command."""
        began = time.perf_counter()
        done = subprocess.run(
            command(*arguments), env=self.environment, capture_output=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"bench: {arguments[0]} failed: {done.stderr[-500:]!r}")
        return milliseconds(began)
