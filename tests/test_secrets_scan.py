"""The scan for secrets: what it finds, and that what it knows to be none is still there."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCAN = ROOT / "scripts" / "secrets_scan.py"


def scanned(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCAN, file], check=False, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    "line",
    [
        f"kept = {secrets.token_hex(6)}.{secrets.token_urlsafe(24)}",
        f"kept = {secrets.token_hex(6)}.{secrets.token_urlsafe(24)[:-1]}-",
        f"kept = whsec_{secrets.token_hex(16)}",
        f'password = "{secrets.token_urlsafe(12)}"',
        f'aws = "AKIA{secrets.token_hex(8).upper()}"',
        "-----BEGIN RSA " + "PRIVATE KEY-----",
    ],
    ids=[
        "a token",
        "a token that ends in no letter",
        "a webhook's secret",
        "a password",
        "a cloud's key",
        "a private key",
    ],
)
def test_a_secret_in_a_file_is_found_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"first = 1\n{line}\n")
    found = scanned(file)
    assert found.returncode == 1, found.stderr
    assert f"{file}:2: " in found.stdout
    assert line not in found.stdout, "it is not told on"


def test_a_file_without_secrets_passes(tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text('token = "a-token-for-tests"\nversion = "1.0.0"\n')
    found = scanned(file)
    assert (found.returncode, found.stdout) == (0, "")
