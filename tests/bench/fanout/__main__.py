"""
The fan-out of this feed beside others', in one run on one machine: docs/benchmarks.md says how.

    python tests/bench/fanout            everything, some ten minutes
    python tests/bench/fanout --quick    a glance, within a minute or so
    python tests/bench/fanout --write    everything, and renew docs/benchmarks.md
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[3]), str(Path(__file__).parents[2])]
from bench.fanout import cores
from bench.fanout.burst import burst
from bench.fanout.contenders import at_once, contenders, floor, paced, patient
from bench.fanout.document import renew
from bench.fanout.machine import machine
from bench.fanout.native import Programs, compile_all
from bench.fanout.night import FRAME_BYTES, Papers
from bench.fanout.plot import picture
from bench.fanout.rounds import Plan, fan_out
from bench.fanout.slow import slow_readers
from bench.fanout.stand import FLIGHT
from bench.fanout.table import burst_table, comparisons, fan_out_table, slow_lines

PLANS = [
    Plan(viewers=1_000, rounds=3, joinings=1, seconds=1.0),
    Plan(viewers=5_000, rounds=5, joinings=3, seconds=1.5),
    Plan(viewers=10_000, rounds=3, joinings=1, seconds=2.0),
]
GLANCE = [Plan(viewers=1_000, rounds=2, joinings=1, seconds=0.5)]
DRAWN = 5_000
# Slow ones are waited for half a minute, once their buffers are full.
TURNS = 11
# Files that a server has open besides its viewers' sockets.
SPARE = 200


class Report:
    """What is printed as it comes, and kept to be written down."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, text: str = "") -> None:
        print(text, flush=True)
        self.text += f"{text}\n"


def measure(programs: Programs, papers: Papers, report: Report, *, quick: bool) -> str:
    """Return the picture."""
    low = floor(programs, papers)
    here, absent = contenders(papers)
    day = datetime.now(UTC).date().isoformat()
    report.add(f"Measured on {day}.\n")
    for line in (*machine(programs), *absent):
        report.add(f"- {line}")
    most = cores.raise_limits() - SPARE
    drawn = ""
    for plan in GLANCE if quick else PLANS:
        report.add(f"\n### {plan.viewers:,} viewers\n")
        if plan.viewers > most:
            report.add(f"A process may open only {most + SPARE:,} files here: not measured.")
            continue
        measured = fan_out(plan, low, here, programs.viewers)
        report.add(fan_out_table(measured))
        report.add()
        report.add(comparisons(measured))
        if quick or plan.viewers == DRAWN:
            drawn = picture(measured, plan.viewers)
    size, rounds, seconds = (1_000, 2, 0.5) if quick else (DRAWN, 3, 1.5)
    report.add(f"\n### A burst to {size:,} viewers\n")
    ours = [paced(papers), at_once(papers)]
    report.add(burst_table(burst(size, rounds, seconds, low, ours, programs.viewers)))
    if not quick:
        report.add("\n### Slow readers\n")
        report.add(slow_lines(slow_readers(patient(papers), TURNS, programs.viewers)))
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small, and less of it")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    options = parser.parse_args()
    if sys.platform != "linux":
        print("The fan-out is measured on Linux: it counts on epoll and reads /proc.")
        return
    cores.raise_limits()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        programs = compile_all(Path(folder))
        if programs is None:
            print("The fan-out is measured with two small programs in C: install a compiler (cc).")
            return
        papers = Papers(Path(folder))
        papers.write()
        print(
            f"Frames of {FRAME_BYTES} bytes, {FLIGHT} in flight; a keyframe of"
            f" {papers.keyframe.stat().st_size:,} bytes. docs/benchmarks.md says what is what.\n"
        )
        drawn = measure(programs, papers, report, quick=options.quick)
    if options.write:
        renew(report.text, drawn)


if __name__ == "__main__":
    main()
