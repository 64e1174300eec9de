"""
What the page costs the browser: seeking, and a night at 60x.

Seeking: the scrubber is set to 1,000 random moments of the 97th, as a hand would set it. Measured
is the script from the input event until every change that it causes is in the document: in time
of the processor, which other work on the machine changes little, and on the clock.
The night: the 97th is replayed at 60x under a trace. A task is what keeps the page from answering;
frames are counted in the 1.6 seconds after each win, while rows move.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
from browsing import DESKTOP, PHONE, Device, Screens, chromium, rest
from servers import RunningServer

SEEKS = 1000
WARM = 50
MOST_SCRIPT = 16
LONGEST_TASK = 50
"""Milliseconds, both."""
SPEED = "60"
WIN = 1600
"""Milliseconds in which a win has its moment."""
NIGHT_WITHIN = 600
"""Seconds."""

# One seek, and what is left of it once everything that it causes is in the document.
_SEEK = """async (part) => {
  const scrubber = document.querySelector('input[type=range]');
  scrubber.value = String(part * Number(scrubber.max));
  const { port1, port2 } = new MessageChannel();
  const settled = new Promise((done) => { port1.onmessage = done; });
  const from = performance.now();
  scrubber.dispatchEvent(new Event('input', { bubbles: true }));
  port2.postMessage(0);
  await settled;
  return performance.now() - from;
}"""

_COUNT_FRAMES = f"""() => {{
  const wins = [];
  const frames = [];
  const tick = (now) => {{ frames.push(now); requestAnimationFrame(tick); }};
  requestAnimationFrame(tick);
  let hero = '';
  new MutationObserver(() => {{
    const now = document.querySelector('.hero .winner')?.textContent ?? '';
    if (now !== hero) wins.push(performance.now());
    hero = now;
  }}).observe(document.querySelector('.hero'), {{
    childList: true, characterData: true, subtree: true,
  }});
  window.rates = () => wins.map((from) => {{
    const during = frames.filter((at) => at >= from && at <= from + {WIN});
    const gaps = during.slice(1).map((at, i) => at - during[i]);
    return [(during.length * 1000) / {WIN}, Math.max(0, ...gaps)];
  }});
}}"""


def seeks(screens: Screens, url: str, device: Device) -> list[tuple[float, float]]:
    """Return of every seek its ms of script as the processor counts them, and on the clock."""
    page = screens.open(f"{url}/oscars-97", device)
    expect(page.get_by_role("slider")).to_be_visible()
    rest(page)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def script() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        seconds: float = next(each["value"] for each in metrics if each["name"] == "ScriptDuration")
        return 1000 * seconds

    chance = random.Random(97)  # two runs seek to the same moments
    for _ in range(WARM):
        page.evaluate(_SEEK, chance.random())
    taken: list[tuple[float, float]] = []
    for _ in range(SEEKS):
        before = script()
        on_the_clock: float = page.evaluate(_SEEK, chance.random())
        taken.append((script() - before, on_the_clock))
    return taken


def a_night(browser: Browser, screens: Screens, url: str) -> tuple[list[float], list[list[float]]]:
    """Return the length of every task in ms, and of every win its frames a second and worst gap."""
    page = screens.open(f"{url}/oscars-97?at=76", DESKTOP)
    expect(page.get_by_role("slider")).to_be_visible()
    rest(page)
    page.get_by_role("combobox", name="Speed").select_option(SPEED)
    page.evaluate(_COUNT_FRAMES)
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        browser.start_tracing(page=page, path=trace, categories=["toplevel", "devtools.timeline"])
        page.keyboard.press("k")
        expect(page.get_by_role("banner")).to_contain_text(
            "Final board", timeout=1000 * NIGHT_WITHIN
        )
        browser.stop_tracing()
        tasks = list(tasks_of(json.loads(trace.read_text())["traceEvents"]))
    rates: list[list[float]] = page.evaluate("window.rates()")
    return tasks, rates


def tasks_of(events: list[dict[str, Any]]) -> Iterator[float]:
    """Yield the length in ms of each task on the main thread of a renderer."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    for event in events:
        ours = (event.get("pid"), event.get("tid")) in mains
        if ours and event.get("name") in {"RunTask", "ThreadControllerImpl::RunTask"}:
            yield event.get("dur", 0) / 1000


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def told(taken: list[float]) -> str:
    return (
        f"median {statistics.median(taken):.1f} ms, p95 {percentile(taken, 0.95):.1f}, "
        f"p99 {percentile(taken, 0.99):.1f}, worst {max(taken):.1f}"
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeks-only", action="store_true")
    chosen = arguments.parse_args()
    met = True
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with (
        tempfile.TemporaryDirectory() as folder,
        RunningServer(Path(folder)) as server,
        chromium() as browser,
    ):
        screens = Screens(browser)
        for device in (DESKTOP, PHONE):
            script, clock = map(list, zip(*seeks(screens, server.url, device), strict=True))
            met &= percentile(script, 0.99) < MOST_SCRIPT
            print(f"{SEEKS} seeks, {device}, script: {told(script)} (p99 below {MOST_SCRIPT})")
            print(f"{SEEKS} seeks, {device}, on the clock: {told(clock)}")
        if not chosen.seeks_only:
            tasks, rates = a_night(browser, screens, server.url)
            longest = max(tasks)
            met &= longest < LONGEST_TASK
            print(
                f"a night at {SPEED}x: {len(tasks)} tasks, "
                f"{sum(task > LONGEST_TASK for task in tasks)} of them over {LONGEST_TASK} ms, "
                f"longest {longest:.1f} ms"
            )
            print(
                f"frames a second after {len(rates)} wins: median "
                f"{statistics.median(rate for rate, _ in rates):.1f}, least "
                f"{min(rate for rate, _ in rates):.1f}; worst gap between two frames "
                f"{max(gap for _, gap in rates):.1f} ms"
            )
    print("all within bounds" if met else "NOT within bounds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
