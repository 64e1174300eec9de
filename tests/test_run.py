import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0
"""Seconds after which a run that hangs is ended, and its test fails."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(port: int, database: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, ROOT / "scripts" / "run.py"],
        env=os.environ
        | {"TRACKER_PORT": str(port), "TRACKER_DATABASE": str(database)}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run what `make run` runs; yield the process, its address and what it had said by then."""
    port = free_port()
    with run(port, tmp_path / "tracker.db", TRACKER_ADMIN_TOKEN="chosen-for-this-test") as process:
        limit = threading.Timer(PATIENCE, process.kill)
        limit.start()
        said = ""
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        # What it says from here on is read, so that it never waits for a reader.
        rest = threading.Thread(target=process.stdout.read)
        rest.start()
        yield process, f"http://127.0.0.1:{port}", said
        process.send_signal(signal.SIGTERM)
        process.wait()
        rest.join()
        limit.cancel()


def test_make_run_serves_the_night_its_replay_a_rehearsal_and_the_console(
    running: tuple[subprocess.Popen[str], str, str],
) -> None:
    _, url, said = running
    # The server's log, one JSON object a line, is between.
    assert re.findall(r"^  .*(http://\S+)", said, flags=re.MULTILINE) == [
        f"{url}/oscars-97-rehearsal",
        f"{url}/oscars-97?replay",
        f"{url}/console",
        f"{url}/",
    ]
    assert "chosen-for-this-test" not in said
    for address in (f"{url}/", f"{url}/oscars-97?replay"):
        answer = httpx.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
    ceremonies = httpx.get(f"{url}/api/ceremonies").json()["ceremonies"]
    assert {"oscars-89", "oscars-97"} <= {ceremony["id"] for ceremony in ceremonies}


def test_make_run_shows_an_address_that_opens_the_console_once(tmp_path: Path) -> None:
    port = free_port()
    empty = {"TRACKER_ADMIN_TOKEN": "", "TRACKER_CONSOLE_CODE": ""}
    with run(port, tmp_path / "tracker.db", **empty) as process:
        limit = threading.Timer(PATIENCE, process.kill)
        limit.start()
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        rest = threading.Thread(target=process.stdout.read)
        rest.start()
        (address,) = re.findall(r"the console +(\S+)", said)
        (token,) = re.findall(r"admin token +(\S+)", said)
        opens = f"http://127.0.0.1:{port}/console#once="
        assert address.startswith(opens)
        assert token not in address
        body = {"code": address.removeprefix(opens)}
        redeem = f"http://127.0.0.1:{port}/api/tokens/redeem"
        answers = [httpx.post(redeem, json=body) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 401]
        assert answers[0].json()["role"] == "admin"
        process.send_signal(signal.SIGTERM)
        process.wait()
        rest.join()
        limit.cancel()


def test_make_run_ends_in_order_and_leaves_the_port_free(
    running: tuple[subprocess.Popen[str], str, str],
) -> None:
    process, url, _ = running
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/healthz")


def test_make_run_says_in_a_sentence_that_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = run(port, tmp_path / "tracker.db")
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.startswith(f"run: cannot listen on 127.0.0.1 port {port}: ")
    assert "make run TRACKER_PORT=" in said
    assert not (tmp_path / "tracker.db").exists()
