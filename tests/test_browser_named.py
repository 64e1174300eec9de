"""A win as one sequence, filmed frame by frame: nothing tells the winner before it is named."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from browsing import PATIENCE, PHONE, Device, Line, Screens, rest, until
from producer import Producer
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

DESK: Final = Device("desktop", 1280, 800)
FULL_HD: Final = Device("full hd", 1920, 1080)
WIDGET: Final = Device("widget", 360, 760)
PLACES: Final = {
    "board": ("", DESK, ".hero .winner"),
    "phone": ("", PHONE, ".hero .winner"),
    "tv": ("/tv", FULL_HD, ".winner"),
    "overlay": ("/overlay", FULL_HD, ".third"),
    "embed": ("/embed", WIDGET, "section.result"),
}
"""Where a win is told: the address, the device, and what names the winner."""
WINS: Final = {84: "Kieran Culkin", 133: "The Brutalist", 151: "Anora"}
"""The first award of a night, the first of a film, and one of a film that has won before."""

# A film has a picture a frame: whether the name can be read, and all else that the page shows, in
# which nothing may have changed until then. What goes by the clock is left out.
_FILM: Final = """([namer, name]) => {
  const aside = `${namer}, header, .transport, [aria-live]:not(.third)`;
  const seen = (element) => {
    const text = document.createRange();
    text.selectNodeContents(element);
    const { left, right, width } = text.getBoundingClientRect();
    let [opacity, end] = [1, right];
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      opacity *= parseFloat(style.opacity);
      const cut = /inset\\(\\S+ ([\\d.]+)%/.exec(style.clipPath);
      if (cut) {
        const box = each.getBoundingClientRect();
        end = Math.min(end, box.right - (box.width * parseFloat(cut[1])) / 100);
      }
    }
    return opacity >= 0.3 && end - left >= width / 2;
  };
  const named = () => [...document.querySelectorAll(`:is(${namer}) :is(h2)`)]
    .some((title) => title.textContent.trim() === name && seen(title));
  const others = () => {
    const page = document.querySelector('main').cloneNode(true);
    page.querySelectorAll(aside).forEach((each) => each.remove());
    return `${document.title} ${page.innerHTML}`;
  };
  window.film = [];
  const take = () => {
    window.film.push([named(), others()]);
    requestAnimationFrame(take);
  };
  take();
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("named")) as running:
        yield running


def filmed(page: Page, night: Producer, namer: str, name: str) -> list[tuple[bool, bool]]:
    """Announce the winner, and return of each frame whether it names, and whether it tells."""
    page.wait_for_load_state("networkidle")  # what comes into sight is fetched only then
    page.evaluate(_FILM, [namer, name])
    quiet = "window.film.length > 9 && new Set(window.film.slice(-9).map((at) => at[1])).size === 1"
    until(page, lambda: page.evaluate(quiet), expected=True)
    page.evaluate("window.film.splice(0, window.film.length - 1)")
    night.next()
    over = "window.film.at(-1)[0] && window.film.at(-1)[1] !== window.film[0][1]"
    until(page, lambda: page.evaluate(over), expected=True)
    taken: list[Any] = page.evaluate(
        "window.film.map(([named, others]) => [named, others !== window.film[0][1]])"
    )
    return [(bool(named), bool(tells)) for named, tells in taken]


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
@pytest.mark.parametrize("place", PLACES)
def test_at_no_frame_does_anything_tell_the_winner_before_the_name_does(
    server: RunningServer, screens: Screens, place: str, motion: str
) -> None:
    path, device, namer = PLACES[place]
    for version, name in WINS.items():
        with Producer(server, "oscars-97") as night:
            night.play(version)
            page = screens.open("about:blank", device, reduced_motion=motion)
            line = Line(page)
            page.goto(night.url + path)
            until(page, partial(line.got.__getitem__, "caught-up"), 1)
            rest(page)
            film = filmed(page, night, namer, name)
            early = [frame for frame, (named, tells) in enumerate(film) if tells and not named]
            assert early == [], f"{name}: frames of {len(film)} tell what is not named yet"
