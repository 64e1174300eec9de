"""The television, the stream overlay and the widget."""

import base64
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, WebSocket, expect

from browsing import (
    PATIENCE,
    ROOT,
    THEMES,
    Device,
    Line,
    Screens,
    Theme,
    animated,
    findings,
    moves,
    over_any_picture,
    rest,
    stop_clock,
    until,
)
from onscreen import label
from producer import Producer
from servers import ForkedServer, RunningServer
from wire import CuttableWire

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

FULL_HD: Final = Device("full hd", 1920, 1080)
SIZES: Final = {
    "en": (FULL_HD, Device("4k", 3840, 2160)),
    "es": (FULL_HD, Device("720p", 1280, 720)),
}
WIDGET: Final = Device("widget", 280, 700)
SAFE: Final = 0.05
"""Of each side, which a television may cut off."""
SMALLEST_TEXT: Final = 24
"""Pixels, where the screen is 1920 wide."""
CORRECTION: Final = "oscars-89{}?at=141"
MOMENTS: Final = (
    "oscars-97{}?at=75",  # it has begun, and nothing is won
    "oscars-97{}?at=134",
    "oscars-97{}?at=151",  # ten nominees
    "oscars-89{}?at=140",
    CORRECTION,
    "oscars-89{}",
    "oscars-89-rehearsal{}",  # it has not begun
)
PLATES: Final = ("", "/board", "/lower-third", "/ticker")
BEST_PICTURE_89: Final = 138
"""Where the 89th announces La La Land; 140 puts it under review, 141 corrects it."""

# Every text that is to be seen: its words, its size, and the box of each of its lines.
_TEXTS: Final = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const { currentNode: node } = walker;
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest('.unseen, noscript, script')) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()].map(({ left, top, right, bottom }) =>
      ({ left, top, right, bottom }));
    const size = parseFloat(getComputedStyle(parent).fontSize);
    texts.push({ text: node.data.trim(), size, lines });
  }
  return texts;
}"""

# Of a picture: how much of it is transparent, and which of the boxes are not on solid ground.
_SEE_THROUGH: Final = """async ([picture, texts]) => {
  const bytes = Uint8Array.from(atob(picture), (each) => each.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  // Of eight million numbers every fourth, which a callback for each would take a second for.
  const count = ({ data }, alpha) => {
    let found = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] === alpha) found += 1;
    return found / (data.length / 4);
  };
  const solid = (left, top, width, height) => count(
    context.getImageData(left, top, Math.max(width, 1), Math.max(height, 1)), 255) === 1;
  const bare = texts.filter(({ lines }) => lines.some(({ left, top, right, bottom }) => !solid(
    Math.floor(left), Math.floor(top), Math.ceil(right - left), Math.ceil(bottom - top))));
  const clear = count(context.getImageData(0, 0, image.width, image.height), 0);
  return { clear, bare: bare.map(({ text }) => text) };
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run past nights, and one that has not begun."""
    with (
        ForkedServer(tmp_path_factory.mktemp("screens")) as running,
        Producer(running, "oscars-89"),
    ):
        yield running


@pytest.fixture
def night(server: RunningServer) -> Iterator[Producer]:
    """Be in the 97th just before Cinematography."""
    with Producer(server, "oscars-97") as producer:
        producer.play(133)
        yield producer


@pytest.fixture
def mistaken(server: RunningServer) -> Iterator[Producer]:
    """Be in the 89th just before Best Picture."""
    with Producer(server, "oscars-89") as producer:
        producer.play(BEST_PICTURE_89 - 1)
        yield producer


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator("main[aria-busy=false]")).to_be_visible()
    rest(page)
    return page


def texts(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(_TEXTS)
    return found


# --- the television


@pytest.mark.parametrize("language", SIZES)
def test_on_a_television_everything_is_large_within_the_safe_area_and_nothing_scrolls(
    server: RunningServer, screens: Screens, language: str
) -> None:
    page = screens.open("about:blank", FULL_HD)
    for moment in MOMENTS:
        url = f"{server.url}/{moment.format('/tv')}"
        opened(page, f"{url}{'&' if '?' in url else '?'}lang={language}")
        assert page.locator("a, button, input, select, [tabindex]").count() == 0
        for device in SIZES[language]:
            page.set_viewport_size({"width": device.width, "height": device.height})
            until(page, partial(out_of_place, page, device), [])
            assert len(texts(page)) > 10, (moment, device)


def out_of_place(page: Page, device: Device) -> list[str]:
    """Return what is too small, beyond what every television shows, or scrolls."""
    width, height = device.width, device.height
    seen = texts(page)
    rounding = 2 * width / 1920
    small = [each["text"] for each in seen if each["size"] < SMALLEST_TEXT * width / 1920 - 0.1]
    outside = [
        each["text"]
        for each in seen
        for line in each["lines"]
        if line["left"] < SAFE * width - rounding
        or line["right"] > (1 - SAFE) * width + rounding
        or line["top"] < SAFE * height - rounding
        or line["bottom"] > (1 - SAFE) * height + rounding
    ]
    scrolled: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('html, body, main, .box, .left, .right')]"
        ".filter(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight > 1)"
        ".map((each) => each.outerHTML.slice(0, 80))"
    )
    return [
        f"{text}: {fault}"
        for fault, texts_of_it in (("small", small), ("outside", outside), ("scrolls", scrolled))
        for text in texts_of_it
    ]


def test_a_title_on_the_television_is_120_pixels_high_and_a_long_one_as_high_as_fits(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97/tv?at=134", FULL_HD)
    title = page.locator(".winner h2")
    expect(title).to_have_text("The Brutalist")
    until(page, lambda: size_of(page, ".winner h2"), 120)
    title.evaluate("(title) => { title.textContent = 'Long words over and over '.repeat(9); }")
    page.set_viewport_size({"width": 1920, "height": 1079})  # its box is measured again
    until(page, lambda: overflow(page), 0)
    assert 40 <= size_of(page, ".winner h2") < 120


def size_of(page: Page, selector: str) -> int:
    size: float = page.locator(selector).first.evaluate(
        "(element) => parseFloat(getComputedStyle(element).fontSize)"
    )
    return round(size)


def overflow(page: Page) -> int:
    too_much: int = page.locator(".box").evaluate(
        "(box) => Math.max(box.scrollHeight - box.clientHeight, 0)"
    )
    return too_much


def test_the_television_gives_each_win_its_moment_and_a_correction_none(
    mistaken: Producer, screens: Screens
) -> None:
    page = screens.open(f"{mistaken.url}/tv", FULL_HD, fake_clock=True)
    expect(page.locator("header")).to_contain_text("Live")
    expect(page.locator("header")).to_contain_text("Rehearsal")
    expect(page.locator("section[aria-labelledby=next-title] li")).to_have_count(9)
    stop_clock(page)
    assert animated(page, "main") == []

    mistaken.play(BEST_PICTURE_89)
    expect(page.locator(".winner h2")).to_have_text("La La Land")
    moves(page, "main", "rise")
    page.clock.fast_forward(620)  # the name has stood alone
    moves(page, "main", "edge", "fill")
    page.clock.fast_forward(1700)

    mistaken.play(140)
    expect(page.locator(".winner .kicker")).to_have_text("Under review · Best Picture")
    mistaken.play(141)
    expect(page.locator(".winner .kicker")).to_have_text("Corrected · Best Picture")
    expect(page.locator(".winner s")).to_have_text(["La La Land"])
    expect(page.locator(".winner h2")).to_have_text(["Moonlight"])
    assert not {"rise", "edge", "fill"} & set(animated(page, "main"))


def test_the_television_shows_the_servers_first_eight_and_its_progress(
    night: Producer, screens: Screens
) -> None:
    page = screens.open(f"{night.url}/tv", FULL_HD)
    for version in (134, 140, 154):
        night.play(version)
        board = night.board()
        wins = [
            [board["works"][work]["title"], f"{board['works'][work]['wins']}"]
            for work, _ in board["ranking"]["works"][:8]
        ]
        until(page, lambda: rows_of(page), wins)
        awarded = board["progress"]["awarded"]
        expect(page.locator(".progress").last).to_contain_text(f"{awarded} of 23")
    assert size_of(page, ".row .wins") == 64


def rows_of(page: Page) -> list[list[str]]:
    rows: list[list[str]] = page.locator(".row").evaluate_all(
        "(rows) => rows.map((row) => ['.name', '.numeral']"
        ".map((each) => row.querySelector(each).textContent))"
    )
    return rows


def test_a_tie_stands_on_the_television_and_in_the_lower_third_with_every_winner(
    night: Producer, screens: Screens
) -> None:
    category = night.board()["categories"]["cinematography"]
    both = list(category["nominees"])[:2]
    tv = screens.open(f"{night.url}/tv", FULL_HD)
    third = screens.open(f"{night.url}/overlay/lower-third?seconds=60", FULL_HD)
    expect(tv.locator("header")).to_contain_text("Live")
    night.post(type="winner-announced", category="cinematography", nominees=both)
    board = night.board()
    names = [label(board, category, each) for each in both]
    for page in (tv, third):
        expect(page.locator(".kicker", has_text="Tie · Cinematography")).to_be_visible()
        expect(page.locator(":is(.winner, .result) h2")).to_have_text(names)
    totals = [f"{board['works'][category['nominees'][each]['work']]['wins']}" for each in both]
    expect(third.locator(".wins")).to_have_text(totals)


def test_the_television_says_how_old_its_data_is_and_hides_a_resting_pointer(
    server: RunningServer, night: Producer, screens: Screens
) -> None:
    with CuttableWire(server.port) as wire:
        page = screens.open(f"{wire.url}/{night.ceremony}/tv", FULL_HD, fake_clock=True)
        main = page.locator("main")
        expect(page.locator("header")).to_contain_text("Live")
        expect(page.locator("header time")).to_have_text(re.compile(r"^\d\d:\d\d UTC$"))
        stop_clock(page)  # the pointer is not to come to rest while one looks
        page.mouse.move(400, 400)
        expect(main).to_have_css("cursor", "auto")
        page.clock.fast_forward(3100)
        expect(main).to_have_css("cursor", "none")
        page.mouse.move(500, 400)
        expect(main).to_have_css("cursor", "auto")
        page.clock.resume()

        screens.expect("WebSocket connection")
        wire.cut("silent")
        page.clock.fast_forward(26_000)
        stale = page.get_by_text(re.compile("^Reconnecting, data from"))
        expect(stale).to_have_css("color", "rgb(255, 180, 84)")
        page.clock.fast_forward(40_000)
        expect(page.get_by_text(re.compile("^No connection to the tracker"))).to_be_visible()
        wire.mend()
        page.clock.fast_forward(10_000)
        expect(page.locator("header")).to_contain_text("Live")


# --- the overlay


@pytest.mark.parametrize("theme", THEMES)
def test_an_overlay_is_transparent_but_never_under_a_text(
    server: RunningServer, screens: Screens, theme: Theme
) -> None:
    page = screens.open("about:blank", FULL_HD, theme)
    judge = screens.open("about:blank")
    for plate, moment in product(PLATES, MOMENTS if theme == "dark" else (CORRECTION,)):
        url = f"{server.url}/{moment.format(f'/overlay{plate}')}"
        if plate == "/lower-third" and ("?at=" not in url or "?at=75" in url):
            continue  # there is nothing to tell
        opened(page, f"{url}{'&' if '?' in url else '?'}theme={theme}")
        seen = texts(page)
        picture = base64.b64encode(page.screenshot(omit_background=True)).decode()
        looked = judge.evaluate(_SEE_THROUGH, [picture, seen])
        assert seen != [], url
        assert looked["bare"] == [], url
        assert looked["clear"] > 0.5, url
        assert min(each["size"] for each in seen) >= SMALLEST_TEXT, url


def test_axe_finds_nothing_on_a_screen_of_its_own(server: RunningServer, screens: Screens) -> None:
    page = screens.open("about:blank", FULL_HD)
    paths = ("tv?at=141", "overlay?at=141", "overlay?at=140", "embed?at=141")
    for path, theme in product(paths, THEMES):
        opened(page, f"{server.url}/oscars-89/{path}&theme={theme}")
        found = over_any_picture(page) if path.startswith("overlay") else findings(page)
        assert found == [], (path, theme)


def test_a_lower_third_comes_with_each_result_and_leaves(
    mistaken: Producer, screens: Screens
) -> None:
    page = screens.open(f"{mistaken.url}/overlay/lower-third?seconds=9", FULL_HD, fake_clock=True)
    plate = page.locator(".plate")
    expect(page.locator("main > .third")).to_be_attached()
    stop_clock(page)
    page.clock.fast_forward(9500)  # what came just before it was opened
    page.wait_for_timeout(1000)
    if plate.count() > 0:
        # It came only now. Less than 25 s in all: a silent connection would be opened again.
        page.clock.fast_forward(9500)
    expect(plate).to_have_count(0)

    mistaken.play(BEST_PICTURE_89)
    expect(plate).to_contain_text("Winner · Best Picture")
    expect(plate.locator(".wins")).to_have_text("7")
    page.clock.fast_forward(7000)
    expect(plate).to_contain_text("La La Land")
    page.clock.fast_forward(2500)
    expect(plate).to_have_count(0)

    mistaken.play(140)
    expect(plate).to_contain_text("Under review · Best Picture")
    page.clock.fast_forward(9500)
    expect(plate).to_have_count(0)

    mistaken.play(141)
    expect(plate).to_contain_text("Corrected · Best Picture")
    expect(plate.locator("s")).to_have_text("La La Land")
    expect(plate.locator("h2")).to_have_text("Moonlight")
    expect(plate.locator(".kicker")).to_have_css("color", "rgb(255, 180, 84)")


def test_a_lower_third_says_what_is_on_stage(mistaken: Producer, screens: Screens) -> None:
    mistaken.play(BEST_PICTURE_89)
    page = screens.open(f"{mistaken.url}/overlay/lower-third?at={BEST_PICTURE_89 - 1}", FULL_HD)
    expect(page.locator(".plate .kicker")).to_have_text("Presenting now")
    expect(page.locator(".plate h2")).to_have_text("Best Picture")
    expect(page.locator(".plate li")).to_have_count(9)


def test_an_overlay_keeps_its_last_state_in_silence_and_comes_back_by_itself(
    server: RunningServer, night: Producer, screens: Screens
) -> None:
    with CuttableWire(server.port) as wire:
        page = screens.open("about:blank", FULL_HD)
        lines: list[WebSocket] = []

        def keep(line: WebSocket) -> None:
            lines.append(line)

        page.on("websocket", keep)
        page.goto(f"{wire.url}/{night.ceremony}/overlay?seconds=60")
        screens.expect("WebSocket connection|ERR_(CONNECTION|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)")
        board = page.locator(".top")
        expect(board).to_contain_text("16 of 23 awarded")
        before = board.inner_text()
        wire.cut("refused")
        until(page, lines[0].is_closed, expected=True)
        night.play(134)
        until(page, lambda: len(lines) > 1 and lines[1].is_closed(), expected=True)
        assert board.inner_text() == before
        wire.mend()
        expect(board).to_contain_text("17 of 23 awarded")
        expect(page.locator(".third .kicker")).to_have_text("Winner · Cinematography")


def test_the_ticker_is_one_line_that_changes_and_does_not_run(
    night: Producer, screens: Screens
) -> None:
    night.play(134)
    page = screens.open(f"{night.url}/overlay/ticker", FULL_HD, fake_clock=True)
    line = page.locator(".bottom .text")
    expect(line).to_have_text(["The Brutalist, Lol Crawley"])
    stop_clock(page)
    seen = []
    for _ in range(6):
        seen.append(line.last.inner_text())
        place = line.last.bounding_box()
        page.clock.run_for(2000)
        assert line.last.bounding_box() == place
        page.clock.run_for(4000)
    assert len(set(seen)) == 6
    assert "17 of 23 awarded" in seen
    assert "4 films share the lead with 2 wins each" in seen


def test_a_screen_told_late_gives_no_hint_of_what_is_to_come(
    night: Producer, screens: Screens
) -> None:
    page = screens.open("about:blank", FULL_HD)
    line = Line(page)
    page.goto(f"{night.url}/tv?delay=600")
    expect(page.locator("main p").first).to_be_visible()
    until(page, lambda: line.got["caught-up"], 1)
    night.play(134)
    until(page, lambda: line.got["frame"], 1)
    rest(page)
    assert "first award" in page.locator("main").inner_text().lower()
    assert "17 of 23" not in page.content()


# --- the widget


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serve a page from another origin."""
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()

        def page(body: str) -> str:
            (tmp_path / "page.html").write_text(
                "<!doctype html><html lang=en><title>Elsewhere</title><link rel=icon href=data:,>"
                f"<body>{body}</body></html>"
            )
            return f"http://127.0.0.1:{web.server_port}/page.html"

        yield page
        web.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def the_example(server: RunningServer, ceremony: str) -> str:
    """Return the example of the documentation, for a server that runs."""
    (example,) = re.findall(r"```html\n(.*?)```", (ROOT / "docs/screens.md").read_text(), re.DOTALL)
    assert "https://tracker.example/oscars-97/embed" in example
    return str(example.replace("https://tracker.example", server.url)).replace(
        "oscars-97", ceremony
    )


def test_a_widget_takes_the_height_it_needs_in_the_page_of_another_site(
    server: RunningServer, night: Producer, screens: Screens, elsewhere: Callable[[str], str]
) -> None:
    example = the_example(server, night.ceremony)
    page = screens.open(elsewhere(f'<input value="mine" autofocus>{example}'), FULL_HD)
    card = page.frame_locator("iframe").locator("main")
    expect(card).to_contain_text("16 of 23 awarded")
    until(page, lambda: heights(page)[0] - heights(page)[1], 0)
    before = heights(page)
    page.locator("iframe").evaluate("(frame) => { frame.style.maxWidth = '280px'; }")
    until(page, lambda: heights(page)[0] > before[0], expected=True)
    until(page, lambda: heights(page)[0] - heights(page)[1], 0)

    night.play(134)
    expect(card).to_contain_text("The Brutalist")
    until(page, lambda: heights(page)[0] - heights(page)[1], 0)
    assert page.evaluate("document.activeElement.value") == "mine"
    link = card.get_by_role("link", name="Open the full board")
    expect(link).to_have_attribute("href", f"/{night.ceremony}")
    expect(link).to_have_attribute("target", "_blank")


def heights(page: Page) -> tuple[int, int]:
    """Return how high the frame is, and what is in it."""
    frame: int = page.locator("iframe").evaluate("(frame) => frame.clientHeight")
    card: int = (
        page.frame_locator("iframe")
        .locator("main")
        .evaluate("(main) => Math.ceil(main.getBoundingClientRect().height)")
    )
    return frame, card


def test_no_other_page_may_be_framed(
    server: RunningServer, screens: Screens, elsewhere: Callable[[str], str]
) -> None:
    screens.expect("frame-ancestors|ERR_BLOCKED_BY_RESPONSE")
    page = screens.open(
        elsewhere(
            "".join(f'<iframe src="{server.url}/oscars-97{each}"></iframe>' for each in ("", "/tv"))
        )
    )
    blocked = ["chrome-error://chromewebdata/"] * 2
    until(page, lambda: [frame.url for frame in page.frames[1:]], blocked)


def test_a_widget_of_280_pixels_cuts_nothing_off(server: RunningServer, screens: Screens) -> None:
    page = screens.open("about:blank", WIDGET)
    for moment, language in product(MOMENTS, ("en", "es")):
        url = f"{server.url}/{moment.format('/embed')}"
        opened(page, f"{url}{'&' if '?' in url else '?'}lang={language}")
        beyond = [
            each["text"] for each in texts(page) for line in each["lines"] if line["right"] > 280
        ]
        assert beyond == [], (moment, language)
        assert page.evaluate("document.documentElement.scrollWidth") == WIDGET.width


def test_a_widget_that_is_asked_to_covers_its_results(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97/embed?cover", WIDGET)
    expect(page.locator("main")).to_contain_text("97th Academy Awards")
    rest(page)
    expect(page.locator(".result")).to_be_visible()
    expect(page.locator(".result")).not_to_contain_text(re.compile("Anora|Best Picture:|Winner"))
    expect(page.locator(".result")).to_contain_text("Decided · Best Picture")
    expect(page.locator(".result h2")).to_have_text("Result hidden")
    link = page.get_by_role("link", name="Open the full board")
    expect(link).to_have_attribute("href", "/oscars-97?cover")
