"""Looks for secrets in every file that git knows, or in those that are named; asks no network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings, get_settings

_ROOT: Final = Path(__file__).resolve().parent.parent
_VERIFYING: Final = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
"""Would ask the service that a secret is for whether it is good."""

_MADE: Final = re.compile(r"\.(png|woff2|lock)$|(^|/)(package-lock|openapi)\.json$|/src/api\.ts$")
"""Pictures, digests, and what is written from the code and compared with it."""

_OURS: Final = {
    "a token": re.compile(r"\b[0-9a-f]{12}\.[A-Za-z0-9_-]{32}(?![\w-])"),
    "a webhook's secret": re.compile(r"\bwhsec_[A-Za-z0-9+/]{32}"),
}
"""What this server hands out, which no tool knows of."""


def main(named: list[str]) -> int:
    """Print what was found; return 1 if that is anything."""
    listed = subprocess.run(["git", "ls-files"], cwd=_ROOT, check=True, capture_output=True)  # noqa: S607 - the git of this machine
    files = named or [
        name
        for name in listed.stdout.decode().splitlines()
        if not _MADE.search(name) and (_ROOT / name).is_file()
    ]
    found = sorted({*by_the_tool(files), *by_our_own_forms(files)})
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def by_the_tool(files: list[str]) -> list[str]:
    """Return what detect-secrets finds, as lines to print."""
    with default_settings():
        get_settings().disable_filters(_VERIFYING)
        secrets = SecretsCollection(root=str(_ROOT))
        secrets.scan_files(*files, num_processors=2)
    return [f"{name}:{secret.line_number}: {secret.type}" for name, secret in secrets]


def by_our_own_forms(files: list[str]) -> list[str]:
    """Return where something has the form of what this server hands out."""
    return [
        f"{name}:{number}: {what}"
        for name in files
        for number, line in enumerate((_ROOT / name).read_text(errors="replace").splitlines(), 1)
        for what, form in _OURS.items()
        if form.search(line)
    ]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
