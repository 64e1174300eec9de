"""The document of use: others' generators make clients of what is served, which then post."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from servers import RunningServer

ROOT = Path(__file__).parents[1]
GENERATED = ROOT / "tests" / "generated"
PAGE = ROOT / "web" / "scoreboard"
BIN = Path(sys.executable).parent
PATH = f"{BIN}:{os.environ['PATH']}"
WITHIN = 300
"""Seconds until a program counts as stuck; each takes a few."""

MEDIA_TYPES_OF_NO_CLIENT = {"application/rss+xml", "text/csv"}
"""What the Python generator has no words for; all else must be in what it makes."""

PROGRAMME = ["ceremony-scheduled", "work-listed", "work-listed", "category-listed"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with RunningServer(tmp_path, TRACKER_BUNDLED="0") as server:
        yield server


@pytest.fixture
def document(server: RunningServer, tmp_path: Path) -> Path:
    file = tmp_path / "openapi.json"
    file.write_bytes(httpx.get(f"{server.url}/schema/openapi.json").content)
    return file


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        check=False,  # what it said comes with the failure
        cwd=folder,
        env={**os.environ, "PATH": PATH, **environment},
        capture_output=True,
        text=True,
        timeout=WITHIN,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def node(*arguments: str | Path, folder: Path) -> str:
    found = shutil.which("node", path=PATH)
    assert found is not None, "run `make node`"
    return run(found, *arguments, folder=folder)


def expected(events: list[str], kind: str) -> dict[str, Any]:
    return {
        "scheduled": len(PROGRAMME),
        "statuses": [201, 200],
        "versions": [5, 5],
        "kind": kind,
        "refused": [422, "not-started"],
        "stale": [412, 5, 4],
        "phase": "scheduled",
        "works": ["harbour", "meadow"],
        "events": events,
    }


def test_a_client_that_openapi_python_client_makes_posts_an_event(
    server: RunningServer, document: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    made.mkdir()
    options = tmp_path / "options.json"
    options.write_text(json.dumps({"post_hooks": []}))
    said = run(
        *(BIN / "openapi-python-client", "generate", "--path", document, "--config", options),
        *("--meta", "none", "--output-path", made / "night_client"),
        folder=tmp_path,
    )
    warned = [line for line in said.splitlines() if "nsupported content" in line]
    unknown = {kind for kind in MEDIA_TYPES_OF_NO_CLIENT for line in warned if kind in line}
    assert said.count("WARNING") == len(warned) == 2, said
    assert unknown == MEDIA_TYPES_OF_NO_CLIENT
    paths = json.loads(document.read_text())["paths"]
    operations = [each for item in paths.values() for each in item.values() if "tags" in each]
    doors = list((made / "night_client" / "api").glob("*/[a-z]*.py"))
    assert len(doors) == len(operations) > 25

    said = run(
        *(sys.executable, GENERATED / "post_event.py", server.url, server.token),
        folder=made,
        PYTHONPATH=str(made),
    )

    kinds = ["CeremonyScheduled", "WorkListed", "WorkListed", "CategoryListed", "MomentNoted"]
    assert json.loads(said) == expected(kinds, "MomentNoted")


def test_a_client_of_the_types_that_openapi_typescript_makes_posts_an_event(
    server: RunningServer, document: Path, tmp_path: Path
) -> None:
    packages = PAGE / "node_modules"
    (tmp_path / "node_modules").symlink_to(packages)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(GENERATED / "post-event.ts", tmp_path)
    node(
        *(packages / "openapi-typescript" / "bin" / "cli.js", document),
        *("-o", tmp_path / "night-client.ts"),
        folder=PAGE,
    )
    node(
        *(packages / "typescript" / "bin" / "tsc", "--strict", "--skipLibCheck"),
        *("--module", "nodenext", "--target", "es2022", "--types", "node", "post-event.ts"),
        folder=tmp_path,
    )

    said = node(tmp_path / "post-event.js", server.url, server.token, folder=tmp_path)

    kinds = [*PROGRAMME, "moment-noted"]
    assert json.loads(said) == expected(kinds, "moment-noted")
