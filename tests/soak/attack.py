"""
What a producer notices of an attack: posts on a quiet server, and while it is flooded.

One server, one producer and the attackers are each a process of their own. On two cores they share
the processor, so a post is compared with those of the same run while nobody attacked.

    python tests/soak/attack.py                           # everything, 20 minutes
    python tests/soak/attack.py --seconds 10 --clients 1  # a glance
    python tests/soak/attack.py --only "live: pings"
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from servers import RunningServer
from soak.attackers import ATTACKS

POSTS_A_SECOND: Final = 20
MOST_RATIO: Final = 3.0
MOST_GROWTH_MB: Final = 20.0
MOST_HELD_SECONDS: Final = 25.0
"""The rule of 20 s, the timer's second, and what a busy machine adds."""
SETTLE_SECONDS: Final = 40.0
"""By which every connection of an attack is gone: a client that does not read has 30 s."""
WARM_UP_SECONDS: Final = 3.0
MOST_LEFT: Final = 2
"""Connections after an attack: the producer's, and one that a timer is about to close."""


class Posts(NamedTuple):
    """Seconds that each post took."""

    seconds: list[float]

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.seconds, n=100)[98]


class Producer:
    """Posts one moment after the other, on one connection."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self._number = 0

    def post(self, seconds: float) -> Posts:
        """Post for so long, and return how long each post took."""
        self._line.close()  # the server has closed one that was silent for 5 s
        took: list[float] = []
        ends = due = time.monotonic()
        ends += seconds
        while time.monotonic() < ends:
            took.append(self._one())
            due = max(due + 1 / POSTS_A_SECOND, time.monotonic() - 1)
            time.sleep(max(0.0, due - time.monotonic()))
        return Posts(took)

    def _one(self) -> float:
        self._number += 1
        moment = {"type": "moment-noted", "kind": "note", "text": f"Moment {self._number}."}
        began = time.perf_counter()
        self._line.request(
            "POST",
            "/api/ceremonies/oscars-97/events",
            json.dumps(moment),
            {**self._server.headers, "Content-Type": "application/json"},
        )
        answer = self._line.getresponse()
        answer.read()
        took = time.perf_counter() - began
        assert answer.status == 201, answer.status
        return took


class Memory:
    """The server's resident memory, in MB."""

    def __init__(self, pid: int) -> None:
        self._file = Path(f"/proc/{pid}/status")

    def _read(self, field: str) -> float:
        (line,) = (each for each in self._file.read_text().splitlines() if each.startswith(field))
        return int(line.split()[1]) / 1024

    @property
    def now(self) -> float:
        return self._read("VmRSS")

    @property
    def peak(self) -> float:
        """The most since the last call of `forget_peak`."""
        return self._read("VmHWM")

    def forget_peak(self) -> None:
        self._file.with_name("clear_refs").write_text("5")


def connections(pid: int) -> int:
    """Return how many sockets the server holds, its listener among them."""
    links = Path(f"/proc/{pid}/fd").iterdir()
    return sum(_is_socket(link) for link in links)


def _is_socket(link: Path) -> bool:
    try:
        return str(link.readlink()).startswith("socket:")
    except OSError:
        return False  # closed meanwhile


class Row(NamedTuple):
    """
    Attributes:
        left: Connections that are still there when every one of the attack's should be gone.
    """

    attack: str
    clients: int
    posts: Posts
    ratio: float
    growth: float
    left: int
    longest: float
    closed: dict[str, int]
    mb_sent: float

    @property
    def faults(self) -> list[str]:
        found = []
        if self.ratio >= MOST_RATIO:
            found.append(f"p99 {self.ratio:.1f} times that of quiet")
        if self.growth >= MOST_GROWTH_MB:
            found.append(f"{self.growth:.1f} MB more")
        if self.left > MOST_LEFT:
            found.append(f"{self.left} connections left")
        if self.longest >= MOST_HELD_SECONDS:
            found.append(f"a connection held for {self.longest:.1f} s")
        return found

    def __str__(self) -> str:
        closed = ", ".join(f"{code} {count}x" for code, count in self.closed.items())
        return (
            f"{self.attack:28} {self.clients:7} {self.posts.p50 * 1000:7.1f}"
            f" {self.posts.p99 * 1000:7.1f} {self.ratio:6.2f} {self.growth:7.1f} {self.left:5}"
            f" {self.longest:7.1f} {self.mb_sent:8.1f}  {closed}"
        )


HEAD: Final = (
    f"{'attack':28} clients  p50 ms  p99 ms  ratio  RSS +MB  left  held s  MB sent  closed with"
)


def under_attack(
    server: RunningServer, producer: Producer, name: str, clients: int, seconds: float, quiet: float
) -> Row:
    """Post while it is attacked, and wait until it is over."""
    memory = Memory(server.pid)
    before, open_before = memory.now, connections(server.pid)
    memory.forget_peak()
    attackers = subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("attackers.py")),
            name,
            str(server.port),
            str(clients),
            str(seconds + 1),
        ],
        stdout=subprocess.PIPE,
    )
    time.sleep(1.0)  # Python's own start
    posts = producer.post(seconds)
    told, _ = attackers.communicate(timeout=120)
    assert attackers.returncode == 0
    growth = memory.peak - before
    gives_up = time.monotonic() + SETTLE_SECONDS
    while (left := connections(server.pid) - open_before) > MOST_LEFT:
        if time.monotonic() > gives_up:
            break
        time.sleep(0.5)
    report = json.loads(told)
    return Row(
        name,
        clients,
        posts,
        posts.p99 / quiet,
        growth,
        max(0, left),
        report["longest"],
        report["closed"],
        report["sent"] / 1e6,
    )


def run(server: RunningServer, seconds: float, clients: list[int], names: list[str]) -> list[Row]:
    producer = Producer(server)
    producer.post(min(WARM_UP_SECONDS, seconds))
    quiet = producer.post(seconds)
    print(f"  {HEAD}\n  {'quiet':36} {quiet.p50 * 1000:7.1f} {quiet.p99 * 1000:7.1f}", flush=True)
    rows: list[Row] = []
    for name in names:
        for many in clients:
            row = under_attack(server, producer, name, many, seconds, quiet.p99)
            rows.append(row)
            print(f"  {row}", flush=True)
            # A machine's speed swings: quiet is what it was all along, not at the start alone.
            quiet = Posts(quiet.seconds + producer.post(seconds / 4).seconds)
    print(f"  {'quiet, all along':36} {quiet.p50 * 1000:7.1f} {quiet.p99 * 1000:7.1f}")
    return [row._replace(ratio=row.posts.p99 / quiet.p99) for row in rows]


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    told.add_argument("--seconds", type=float, default=60.0, help="of each attack")
    told.add_argument("--clients", type=int, nargs="+", default=[1, 10], help="how many at once")
    told.add_argument("--only", nargs="+", choices=ATTACKS, default=list(ATTACKS))
    options = told.parse_args()
    with tempfile.TemporaryDirectory() as folder, RunningServer(Path(folder)) as server:
        rows = run(server, options.seconds, options.clients, options.only)
    faults = [f"{row.attack}, {row.clients}: {fault}" for row in rows for fault in row.faults]
    for fault in faults:
        print(f"  over the limit: {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
