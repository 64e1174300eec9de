"""`make run`: the server with the bundled nights, and a rehearsal of the 97th beside it."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from web.listener import address_of

ROOT = Path(__file__).resolve().parent.parent
TRACKER = Path(sys.executable).with_name("tracker")
NIGHT = "oscars-97"
SPEED = "60"
ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAST_PORT = 65535
READY_WITHIN = 60.0
"""Seconds that the server may take until it answers /readyz."""
STOP_WITHIN = 15.0
"""Seconds that a process may take to end when asked to."""


class Stopped(Exception):
    """Someone asked for the end: Ctrl-C, a SIGTERM, or a closed terminal."""


def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def setting(name: str, otherwise: str) -> str:
    """Return a variable for the server, filled in where it is absent or empty."""
    os.environ[name] = value = os.environ.get(name, "").strip() or otherwise
    return value


def settings() -> tuple[str, int]:
    """Return host and port, and give the server what the environment leaves open."""
    host = setting("TRACKER_HOST", "127.0.0.1")
    port = setting("TRACKER_PORT", "8000")
    if not (port.isdecimal() and 0 < int(port) <= LAST_PORT):
        sys.exit(f"run: TRACKER_PORT is {port!r}, and that is no port")
    setting("TRACKER_SHOW_REHEARSALS", "1")
    database = setting("TRACKER_DATABASE", str(ROOT / "var" / "tracker.db"))
    if Path(database).parent == ROOT / "var":
        (ROOT / "var").mkdir(exist_ok=True)
    return host, int(port)


def log_of_the_server() -> tuple[Path | None, IO[bytes] | None]:
    """
    Return where the server's log goes, and that file, open.

    On a terminal it is a file, so that the screen keeps what is there to read; else it passes
    through, and both are None.
    """
    if not sys.stdout.isatty():
        return None, None
    path = ROOT / "var" / "server.log"
    path.parent.mkdir(exist_ok=True)
    return path, path.open("wb")


def see_that_it_is_free(host: str, port: int) -> None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # As the server will: a port that only lingers from its last run is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        sys.exit(
            f"run: cannot listen on {host} port {port}: {error.strerror or error}.\n"
            "If something else runs there, choose another port: make run TRACKER_PORT=8001"
        )


def until_ready(url: str, server: subprocess.Popen[bytes], log: Path | None) -> None:
    give_up = time.monotonic() + READY_WITHIN
    while time.monotonic() < give_up:
        if server.poll() is not None:
            if log is not None:
                sys.stderr.write(log.read_text())
            sys.exit(f"run: the server ended with code {server.returncode} (see above)")
        with (
            suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"{url}/readyz", timeout=2),  # noqa: S310 # our own address
        ):
            return
        time.sleep(0.05)
    sys.exit(f"run: the server did not become ready within {READY_WITHIN:.0f} s")


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> int:
    host, port = settings()
    see_that_it_is_free(host, port)
    url = address_of(host, port)
    made = secrets.token_urlsafe(24)
    token = setting("TRACKER_ADMIN_TOKEN", made)
    # What stands in an address is good for one visit; the token itself never stands in one.
    once = f"#once={setting('TRACKER_CONSOLE_CODE', secrets.token_urlsafe(24))}"

    for asked in ASKING:
        signal.signal(asked, stop)
    started: list[subprocess.Popen[bytes]] = []
    log, log_file = log_of_the_server()
    try:
        # In sessions of their own: Ctrl-C reaches this process alone, which ends them in order.
        server = subprocess.Popen([TRACKER, "serve"], stderr=log_file, start_new_session=True)
        started.append(server)
        until_ready(url, server, log)
        print(
            "",
            f"  the board, live    {url}/{NIGHT}-rehearsal   (the night at {SPEED}x, from now)",
            f"  the replay         {url}/{NIGHT}?replay",
            f"  the console        {url}/console{once if token == made else ''}",
            f"  every ceremony     {url}/",
            *([f"  admin token        {token}   (of this run)"] if token == made else []),
            *([f"  the server's log   {log}"] if log else []),
            "  stop               Ctrl-C",
            "",
            sep="\n",
            flush=True,
        )
        producer = {"TRACKER_URL": url, "TRACKER_TOKEN": token}
        rehearsal = subprocess.Popen(
            [TRACKER, "rehearse", NIGHT, "--speed", SPEED],
            env=os.environ | producer,
            start_new_session=True,
        )
        started.append(rehearsal)
        told = False
        while server.poll() is None:
            if not told and rehearsal.poll() is not None:
                told = True
                how = "is over" if rehearsal.returncode == 0 else "broke off (see above)"
                print(f"run: the rehearsal {how}; the server goes on", flush=True)
            time.sleep(0.2)
    except Stopped:
        print("\nrun: stopping", flush=True)
        return 0
    else:
        where = f" (see {log})" if log else ""
        print(f"run: the server ended with code {server.returncode}{where}", file=sys.stderr)
        return server.returncode or 1
    finally:
        for asked in ASKING:  # once is enough: the end has a limit of its own
            signal.signal(asked, signal.SIG_IGN)
        for process in reversed(started):
            end(process)


if __name__ == "__main__":
    sys.exit(main())
