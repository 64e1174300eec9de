"""The machine, and what of others is measured on it."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.fanout import cores
from bench.fanout.contenders import PEERS
from bench.fanout.native import Programs

PACKAGES = ("uvicorn", "uvloop", "httptools", "litestar", "websockets", "picows")


def machine(programs: Programs) -> list[str]:
    """Return a line for each thing worth knowing."""
    uname = platform.uname()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return [
        (
            f"Processor: {_processor()}, {os.cpu_count()} cores"
            f" (servers on {_listed(cores.SERVERS)}, viewers on {_listed(cores.VIEWERS)})"
        ),
        f"System: {uname.system} {uname.release}, {_memory():.0f} GiB of memory",
        f"Programs: {python}, {programs.compiler}",
        "Packages: " + ", ".join(_packages()),
    ]


def _listed(some: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(some)))


def _processor() -> str:
    info = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.+)$", info, flags=re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3


def _packages() -> list[str]:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    if (node := shutil.which("node")) and (PEERS / "node_modules/ws").exists():
        found.append(f"node {_said(node, '--version').removeprefix('v')}")
        found.append(f"ws {_field(PEERS / 'node_modules/ws/package.json', 'version')}")
    if nginx := shutil.which("nginx"):
        found.append(_said(nginx, "-v").removeprefix("nginx version: ").replace("/", " "))
    return found


def _said(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


def _field(file: Path, name: str) -> str:
    found = re.search(rf'"{name}":\s*"([^"]+)"', file.read_text())
    return found[1] if found else "?"
