"""
What each door costs as a night grows: docs/benchmarks.md says how it is measured.

    python tests/bench/size            100 to 100,000 events, some five minutes
    python tests/bench/size --quick    100 to 10,000 events, within a minute or so
    python tests/bench/size --write    everything, and renew docs/benchmarks.md
"""

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[3]), str(Path(__file__).parents[2])]
from bench.size.doors import measure
from bench.size.shapes import SHAPES
from bench.size.table import renew, table

SIZES = (100, 1_000, 10_000, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no night of 100,000 events")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    options = parser.parse_args()
    day = datetime.now(UTC).date().isoformat()
    report = [f"Measured on {day}: {os.cpu_count()} cores, CPython {platform.python_version()}."]
    print(report[0], flush=True)
    for name, shape in SHAPES.items():
        measured = {}
        for size in SIZES[:-1] if options.quick else SIZES:
            with tempfile.TemporaryDirectory() as folder:
                measured[size] = measure(shape, size, Path(folder))
        report.append(f"### {name[0].upper()}{name[1:]}\n\n{table(measured)}")
        print(f"\n{report[-1]}", flush=True)
    if options.write:
        renew("\n\n".join(report))


if __name__ == "__main__":
    main()
