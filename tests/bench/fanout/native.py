"""The two programs in C, compiled where nothing of them stays."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple


class Programs(NamedTuple):
    floor: Path
    viewers: Path
    compiler: str


def compile_all(folder: Path) -> Programs | None:
    """Return the programs; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    for name in ("floor", "viewers"):
        source = Path(__file__).with_name(f"{name}.c")
        subprocess.run([compiler, "-O2", "-o", folder / name, source], check=True)
    said = subprocess.run([compiler, "--version"], check=True, capture_output=True, text=True)
    return Programs(folder / "floor", folder / "viewers", said.stdout.splitlines()[0])
