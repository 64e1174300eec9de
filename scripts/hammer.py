"""Hammers on every door of a server of its own, as each role: `make fuzz`."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import httpx

from servers import RunningServer

ROLES: Final = ("anonymous", "editor", "producer", "admin")
ENDLESS: Final = "/(live|desk|replay)$"
"""Streams and sockets go on and on; tests/test_fuzz.py takes care of those."""

_HERE: Final = Path(__file__).resolve().parent
_SCHEMATHESIS: Final = Path(sys.executable).with_name("schemathesis")
_NIGHT: Final = "oscars-97"
_COUNT: Final = re.compile(r"([0-9,]+) generated")
_LONGEST: Final = 1800
"""Seconds that one run of schemathesis may take."""


def main() -> int:
    """Hammer as each role that is asked for; fail if anything gave way."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("roles", nargs="*", metavar="ROLE", help=", ".join(ROLES))
    asking.add_argument("--requests", type=int, default=5000, help="at least so many as each role")
    asking.add_argument("--examples", type=int, default=170, help="at most so many an address")
    asking.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    asking.add_argument("--seed", type=int, default=97)
    asked = asking.parse_args()
    held = True
    for role in asked.roles or ROLES:
        held &= hammered(
            role,
            requests=asked.requests,
            options=("--phases", asked.phases, "--max-examples", str(asked.examples)),
            seed=asked.seed,
        )
    return 0 if held else 1


def hammered(role: str, *, requests: int, options: tuple[str, ...], seed: int) -> bool:
    """Hammer as one role on a new server; print what came of it, and tell whether it held."""
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(
            Path(folder), TRACKER_RATE_LIMIT="100000", TRACKER_WEBHOOK_PRIVATE="1"
        )
        with server:
            rehearse(server)
            bearer = bearer_of(server, role)
            sent = runs = 0
            failed = False
            while sent < requests and not failed:
                told = one_run(server, bearer, (*options, "--seed", str(seed + runs)))
                count = _COUNT.search(told.stdout)
                sent += int(count[1].replace(",", "")) if count else 0
                runs += 1
                failed = told.returncode != 0 or count is None
                if failed:
                    print(told.stdout, told.stderr, sep="\n")
        errors = [line for line in server.log.read_text().splitlines() if is_error(line)]
    print(*errors[:20], sep="\n", end="\n" if errors else "")
    verdict = "gave way" if failed or errors else "held"
    print(f"{role}: {verdict}; {sent} requests in {runs} runs, {len(errors)} errors in the log")
    return verdict == "held" and server.returncode == 0


def one_run(
    server: RunningServer, bearer: tuple[str, ...], options: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    """Let schemathesis hammer on the server, and return what it says."""
    with tempfile.TemporaryDirectory() as cellar:  # where it would leave its own notes
        return subprocess.run(
            [
                *(_SCHEMATHESIS, "--no-color", "--config-file", _HERE / "hammer.toml"),
                *("run", f"{server.url}/schema/openapi.json", *bearer, *options),
                *("--exclude-path-regex", ENDLESS, "--generation-database", "none"),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=cellar,
            env={
                **os.environ,
                "PYTHONPATH": str(_HERE),
                "SCHEMATHESIS_HOOKS": "hammer_hooks",
                "COLUMNS": "120",
            },
            timeout=_LONGEST,
        )


def rehearse(server: RunningServer) -> None:
    """Begin a night that is live, since a past one refuses most of what is posted."""
    with httpx.Client(base_url=server.url, headers=server.headers) as client:
        client.post(f"/api/ceremonies/{_NIGHT}/rehearsals").raise_for_status()
        started = {"type": "ceremony-started"}
        client.post(f"/api/ceremonies/{_NIGHT}-rehearsal/events", json=started).raise_for_status()


def bearer_of(server: RunningServer, role: str) -> tuple[str, ...]:
    """Return the options that make schemathesis somebody of that role."""
    if role == "anonymous":
        return ()
    token = server.token
    if role != "admin":  # whose own token must not be one that can be revoked
        wish = {"name": role, "role": role}
        made = httpx.post(f"{server.url}/api/tokens", json=wish, headers=server.headers)
        token = made.raise_for_status().json()["token"]
    return ("--header", f"Authorization: Bearer {token}")


def is_error(line: str) -> bool:
    """Tell whether a line of the log is of an error, or is no line of the log at all."""
    try:
        return json.loads(line)["level"] not in ("info", "warning")
    except (ValueError, KeyError, TypeError):
        return bool(line.strip())


if __name__ == "__main__":
    raise SystemExit(main())
