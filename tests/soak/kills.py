"""Five hundred kills under four producers: whatever was acknowledged is there, once, in order."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from test_crash import kill_often

KILLS = 500
PRODUCERS = 4


def main() -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        acknowledged = kill_often(Path(name), KILLS, PRODUCERS)
    print(
        f"{KILLS} kills under {PRODUCERS} producers in {time.monotonic() - began:,.0f} s:"
        f" {acknowledged:,} events acknowledged, none lost, none twice, the epoch kept."
    )


if __name__ == "__main__":
    main()
