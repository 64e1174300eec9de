"""The samples of docs/clients, run as somebody would who copies them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import httpx
import pytest

from producer import Producer
from servers import RunningServer

CLIENTS = Path(__file__).parent.parent / "docs" / "clients"
PATIENCE = 60.0

PYTHON = """
import json, sys
sys.path.insert(0, sys.argv[1])
from follow import follow
for version, board in follow(*sys.argv[2:]):
    print(json.dumps([version, board]), flush=True)
"""
NODE = """
const [folder, url, ceremony] = process.argv.slice(1);
const { follow } = await import(`${folder}/follow.mjs`);
for await (const { version, board } of follow(url, ceremony))
  console.log(JSON.stringify([version, board]));
"""


def node() -> str:
    found = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert found, "make test brings Node.js where a machine has none"
    return found


class Follower:
    """A sample that runs, and the versions that it has told."""

    def __init__(self, *command: str | Path) -> None:
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._lines: Queue[bytes] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def line(self) -> Any:
        try:
            return json.loads(self._lines.get(timeout=PATIENCE))
        except Empty:
            assert self._process.stderr is not None
            self._process.kill()
            raise AssertionError(self._process.stderr.read()) from None

    def ended(self) -> int:
        """Return what it ended with by itself."""
        return self._process.wait(PATIENCE)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()


@pytest.fixture(params=["python", "node"])
def following(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], Follower]]:
    """Return what starts the sample of a language; it is stopped at the end."""
    command = {"python": [sys.executable, "-c", PYTHON], "node": [node(), "-e", NODE]}
    started: list[Follower] = []

    def start(url: str, ceremony: str) -> Follower:
        started.append(Follower(*command[request.param], CLIENTS, url, ceremony))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_a_board_is_followed_over_cuts_and_no_version_comes_twice(
    following: Callable[[str, str], Follower], tmp_path: Path
) -> None:
    with RunningServer(tmp_path) as server:
        with Producer(server, "oscars-89") as producer:
            follower = following(server.url, producer.ceremony)
            version, board = follower.line()
            assert version == producer.version
            for stop in (server.kill, server.stop):
                for _ in range(4):
                    producer.next()
                    version, board = follower.line()
                    assert version == producer.version
                    assert board == producer.board()
                stop()
                server.start()
            for _ in range(30):  # results, moments and the correction
                producer.next()
            expected = list(range(version + 1, producer.version + 1))
            told = [follower.line() for _ in expected]
            assert [each for each, _ in told] == expected
            assert told[-1][1] == producer.board()
        # Begun anew, it is another history: its versions start again.
        with Producer(server, "oscars-89") as again:
            version, board = follower.line()
            assert version == again.version
            assert board == again.board()


def test_a_ceremony_that_is_not_there_ends_the_sample(
    following: Callable[[str, str], Follower], empty: RunningServer
) -> None:
    follower = following(empty.url, "no-such-night")
    assert follower.ended() != 0


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("empty")) as running:
        yield running


def test_each_sample_prints_who_leads(empty: RunningServer) -> None:
    for program, sample in ((sys.executable, "follow.py"), (node(), "follow.mjs")):
        command: list[str | Path] = [program, CLIENTS / sample, empty.url, "oscars-97"]
        running = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert running.stdout is not None
        try:
            assert b"Anora (5)" in running.stdout.readline()
        finally:
            running.kill()
            running.communicate()


def test_with_curl_a_stream_is_resumed_where_it_was_cut(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server, Producer(server, "oscars-89") as producer:
        follower = Follower(CLIENTS / "follow.sh", server.url, producer.ceremony)
        try:
            assert [follower.line()["type"] for _ in range(3)] == [
                *("hello", "keyframe", "caught-up")
            ]
            producer.next()
            assert follower.line()["version"] == producer.version
            server.stop()
            server.start()
            producer.next()
            kinds: list[tuple[str, int]] = []
            while not kinds or kinds[-1][0] != "frame":
                message = follower.line()
                kinds.append((message["type"], message["version"]))
            assert "keyframe" not in {kind for kind, _ in kinds}
            assert kinds[-1][1] == producer.version
        finally:
            follower.stop()


def test_with_curl_a_ceremony_that_is_not_there_ends_the_sample(empty: RunningServer) -> None:
    ended = subprocess.run(
        [CLIENTS / "follow.sh", empty.url, "no-such-night"],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode == 1
    assert ended.stderr == "follow.sh: refused with 404\n"


def test_with_curl_an_event_is_posted_once_and_only_on_the_head_that_was_seen(
    empty: RunningServer,
) -> None:
    def post(event: dict[str, Any], *version: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CLIENTS / "post.sh", empty.url, producer.ceremony, json.dumps(event), *version],
            env={**os.environ, "TRACKER_TOKEN": empty.token},
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    with Producer(empty, "oscars-89") as producer:
        head = producer.version
        posted = post({"type": "ceremony-started"}, str(head))
        assert json.loads(posted.stdout)["version"] == head + 1
        moment = {"type": "moment-noted", "kind": "note", "text": "Rain."}
        stale = post(moment, str(head))
        assert stale.returncode == 1
        assert json.loads(stale.stderr)["head"] == head + 1
        assert post({"type": "winner-guessed"}).returncode == 1
    address = f"{empty.url}/api/ceremonies/oscars-89-rehearsal"
    assert httpx.get(address).json()["version"] == head + 1
