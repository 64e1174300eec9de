import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import WebSocketRoute, expect

from browsing import PATIENCE, Line, Screens, moves, notes, rest, stop_clock, until
from onscreen import shown, written
from producer import Producer
from servers import RunningServer
from visits import ALL, LIVE, night, show

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

A_WIN: Final = 1700
"""Milliseconds in which a win has had its moment."""
MOVING: Final = {"transform", "translate", "scale", "rotate", "top", "left", "height", "width"}

# Everything that an animation or a transition has changed since the page was opened.
_KEEP_CHANGES: Final = """
window.changed = new Set();
const look = (animations) => animations.flatMap(({ effect }) => effect.getKeyframes())
  .flatMap(Object.keys).forEach((key) => window.changed.add(key));
const animate = Element.prototype.animate;
Element.prototype.animate = function (...how) {
  const begun = animate.apply(this, how);
  look([begun]);
  return begun;
};
for (const kind of ['animationstart', 'transitionrun']) {
  addEventListener(kind, ({ target }) => look(target.getAnimations({ subtree: true })), true);
}
"""

# Where the focus is: what it is on, in which part of the page, whether one sees that, and whether
# it is itself to be seen, in its middle.
_FOCUSED: Final = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  const rings = [null, '::after', '::before'].map((part) => getComputedStyle(focused, part));
  const ringed = rings.some(({ outlineStyle, outlineWidth }) =>
    outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
  const [box] = focused.getClientRects();
  const there = box
    && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const met = there && (focused.contains(there) || there.contains(focused));
  const parts = ['header', '.hero', '.board', '.race', '.categories', '.feed', '.transport'];
  return {
    what: focused.outerHTML.slice(0, 140),
    part: parts.findLast((part) => focused.closest(part)) ?? '',
    ringed,
    met: Boolean(met),
  };
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with night(tmp_path_factory.mktemp("ways")) as running:
        yield running


def test_with_the_tab_key_one_comes_to_everything_in_order_and_sees_where_one_is(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank")
    show(page, server, LIVE)
    page.locator("body").press("Home")
    parts: list[str] = []
    unseen: list[str] = []
    for _ in range(300):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused is None:
            break
        if not focused["ringed"] or not focused["met"]:
            unseen.append(focused["what"])
        if focused["part"] != "" and focused["part"] not in parts[-1:]:
            parts.append(focused["part"])
    assert unseen == []
    assert parts == [part for part in parts if part in set(parts)]
    assert len(parts) == len(set(parts)), "one never comes back to where one has been"
    assert parts[0] == "header"
    assert parts[-1] == ".transport"


def test_the_night_is_played_by_keys_alone(server: RunningServer, screens: Screens) -> None:
    page = screens.open("about:blank")
    show(page, server, LIVE)
    press, place = page.keyboard.press, page.get_by_role("slider")

    def stands_at(event: int) -> None:
        expect(place).to_have_attribute("aria-valuetext", re.compile(f"event {event} of 47$"))

    press("Space")
    expect(page.get_by_role("banner")).to_contain_text("Paused")
    press(",")
    stands_at(46)
    press("[")
    expect(place).to_have_attribute("aria-valuetext", re.compile("^Documentary Short Film"))
    winner = page.locator(".hero h2")
    expect(winner.first).not_to_have_text("No Other Land")
    press("s")
    expect(winner.first).to_have_text("Result hidden")
    press("s")
    expect(winner.first).not_to_have_text("Result hidden")
    press("End")
    expect(winner.first).to_have_text("No Other Land")
    expect(page.locator(".pill.live")).to_be_visible()

    more = page.get_by_role("button", name="More", exact=True)
    more.focus()
    press("Enter")
    menu = page.locator("#options-menu")
    expect(menu).to_be_visible()
    press("Tab")
    assert menu.evaluate("(menu) => menu.contains(document.activeElement)")
    press("Escape")
    expect(menu).to_be_hidden()
    expect(more).to_be_focused()

    press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    for _ in range(3):
        press("Tab")
        inside = "(dialog) => !document.querySelector('main')?.contains(document.activeElement)"
        assert dialog.evaluate(inside), "nothing behind it is reached"
    press("Escape")
    expect(dialog).to_be_hidden()
    expect(more).to_be_focused()


def test_of_each_award_one_hears_one_sentence_and_of_what_one_catches_up_with_nothing(
    server: RunningServer, screens: Screens
) -> None:
    with Producer(server, "oscars-97") as live:
        live.play(84)
        page = screens.open("about:blank")
        reachable = [True]

        def pass_on(socket: WebSocketRoute) -> None:
            sockets.append(socket)
            if reachable[0]:
                socket.connect_to_server()
            else:
                socket.close()

        sockets: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/live"), pass_on)
        show(page, server, LIVE)
        assert page.locator("[aria-live=polite]").count() == 1
        live.play(86)
        until(page, lambda: len(notes(page, "spoken")), 1)
        assert notes(page, "spoken")[0].count(". ") == 1, "who has won, and what that makes"

        reachable[0] = False
        sockets[-1].close()
        live.play(96)
        reachable[0] = True
        until(page, lambda: shown(page), written(live.board()))
        assert len(notes(page, "spoken")) == 1, "what was missed is not read out"
        for keys in ("5", "]", "[", "Shift+ArrowRight", "ArrowLeft", "Home", "End"):
            page.keyboard.press(keys)
            rest(page)
        assert len(notes(page, "spoken")) == 1, "nor is what one has gone to"


@pytest.mark.parametrize("path", ["", "/tv", "/overlay"])
def test_for_who_prefers_less_motion_nothing_moves(
    server: RunningServer, screens: Screens, path: str
) -> None:
    with Producer(server, "oscars-97") as live:
        live.play(84)
        page = screens.open("about:blank", fake_clock=True, reduced_motion="reduce")
        line = Line(page)
        page.add_init_script(_KEEP_CHANGES)
        page.goto(live.url + path)
        until(page, lambda: line.got["caught-up"], 1)
        rest(page)
        for version in (86, 90, 101):
            live.play(version)
            until(page, lambda: line.got["frame"] - (live.version - 84), 0)
            page.clock.fast_forward(A_WIN)
            rest(page)
        until(page, lambda: page.evaluate("window.changed.size > 0"), expected=True)
        assert not MOVING & set(page.evaluate("[...window.changed]"))


def test_for_who_prefers_less_motion_a_win_only_fades(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank", reduced_motion="reduce", fake_clock=True)
    page.add_init_script(_KEEP_CHANGES)
    page.goto(f"{server.url}/oscars-97?at=133")
    expect(page.get_by_text("To the end", exact=True)).to_be_visible()
    stop_clock(page)
    page.keyboard.press(".")
    expect(page.locator(".hero .kicker").first).to_have_text("Winner · Cinematography")
    moves(page, ".hero .winner", "appear")
    changed = set(page.evaluate("[...window.changed]"))
    assert "opacity" in changed
    assert not MOVING & changed


def test_without_colours_of_its_own_the_page_still_marks_winners(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at=121", forced_colors="active")
    card = page.locator("details", has_text="Actor in a Supporting Role")
    card.locator("summary").click()
    lines = card.locator("li")
    won = lines.filter(has_text="Kieran Culkin")
    expect(won.locator("svg")).to_be_visible()
    expect(won).to_contain_text("Winner")
    expect(lines.locator("svg")).to_have_count(1)
    row = page.locator("section[aria-labelledby=ranking-title] > ol > li").first
    shapes: list[str] = row.get_by_role("img").evaluate(
        """(pips) => [...new Set([...pips.children].map((pip) => {
          const { height, borderTopWidth } = getComputedStyle(pip);
          return `${height} high, ${borderTopWidth} around`;
        }))]"""
    )
    assert len(shapes) == 3, "won, lost and to come"


def test_without_colours_every_state_is_also_a_word(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank", forced_colors="active")
    for screen in ALL:
        if not screen.overlay:
            show(page, server, screen)
            coloured: list[str] = page.evaluate(
                """() => [...document.querySelectorAll('body *')].filter((each) =>
                  getComputedStyle(each).forcedColorAdjust === 'none'
                  && each.checkVisibility() && each.textContent.trim())
                  .map((each) => each.outerHTML.slice(0, 120))"""
            )
            assert coloured == [], f"{screen}: text keeps to the colours one has chosen"
    show(page, server, LIVE)
    expect(page.locator(".pill")).to_contain_text("Live")
    expect(page.get_by_role("banner")).to_contain_text("Rehearsal")
    statuses = page.locator("details .status").all_text_contents()
    assert {"Awarded", "Upcoming"} <= {status.strip() for status in statuses}
