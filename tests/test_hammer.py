"""Schemathesis on every door, for as long as a gate can wait; `make fuzz` is the whole of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUESTS = 150


@pytest.mark.parametrize("role", ["anonymous", "admin"])
def test_every_door_holds_to_its_document_whatever_comes(role: str) -> None:
    hammered = subprocess.run(
        [
            *(sys.executable, ROOT / "scripts" / "hammer.py", role),
            *("--requests", str(REQUESTS), "--examples", "10", "--phases", "fuzzing"),
        ],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        timeout=300,
    )
    assert hammered.returncode == 0, hammered.stdout + hammered.stderr
    told = re.search(r"held; ([0-9]+) requests", hammered.stdout)
    assert told is not None
    assert int(told[1]) >= REQUESTS
