import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Response, expect

from browsing import DESKTOP, PHONE, Device, Screens, in_both_themes, in_the_dark, over_any_picture
from servers import RunningServer
from visits import ALL, END, FEW, LIVE, night, sections, show

pytestmark = pytest.mark.browser

LARGEST_LOAD = 80 * 1024
"""Bytes of script and style, compressed, that the first look at a board may cost."""
DEVICES = (PHONE, DESKTOP)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with night(tmp_path_factory.mktemp("access")) as running:
        yield running


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_axe_finds_nothing(server: RunningServer, screens: Screens, device: Device) -> None:
    page = screens.open("about:blank", device)
    found: dict[str, list[str]] = {}
    for screen in ALL:
        if device is PHONE and not screen.phone:
            continue
        show(page, server, screen)
        # Which theme an overlay has is for its address to say, and not for the device. On a phone,
        # what all screens are made of is looked at in both themes, and the others in the dark.
        if screen.overlay:
            found[str(screen)] = over_any_picture(page)
        elif device is DESKTOP or screen in FEW:
            found[str(screen)] = in_both_themes(page)
        else:
            found[str(screen)] = in_the_dark(page)
        if device is PHONE and screen is LIVE:
            _, *others = (in_both_themes(page, section) for section in sections(page, screen))
            found[f"{screen}, its other sections"] = [each for other in others for each in other]
    assert {screen: what for screen, what in found.items() if what} == {}


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_axe_finds_nothing_in_what_opens(
    server: RunningServer, screens: Screens, device: Device
) -> None:
    page = screens.open("about:blank", device)
    show(page, server, LIVE)
    for button, menu in (("Chapters", "#chapter-menu"), ("More", "#options-menu")):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator(menu)).to_be_visible()
        assert in_both_themes(page, menu) == []
        page.keyboard.press("Escape")
        expect(page.locator(menu)).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    assert in_both_themes(page, "dialog[open]") == []
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    for section in sections(page, LIVE):
        for folded in page.locator(f"{section} details:visible").all()[-1:]:
            folded.locator("summary").click()
            expect(page.locator(f"{section} details[open]").last).to_be_visible()
            assert in_both_themes(page, f"{section} details[open]") == []


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_the_first_look_at_a_board_is_light_and_leaves_nothing_behind(
    server: RunningServer, screens: Screens, device: Device
) -> None:
    answers: list[Response] = []
    page = screens.open("about:blank", device)
    page.on("response", lambda answer: keep(answers, answer))
    show(page, server, END)
    weighed = {answer.url: on_the_wire(answer) for answer in answers}
    assert len(weighed) >= 2
    assert sum(weighed.values()) < LARGEST_LOAD, weighed
    assert page.locator("script:not([src]), style").count() == 0
    assert page.context.cookies() == []
    here = (server.url, server.url.replace("http", "ws", 1), "about:blank")
    assert [asked for asked in screens.requests if not asked.startswith(here)] == []


def keep(answers: list[Response], answer: Response) -> None:
    if answer.request.resource_type in {"script", "stylesheet"}:
        answers.append(answer)


def on_the_wire(answer: Response) -> int:
    """Return the bytes of a body as they come, or would come, compressed."""
    if "content-encoding" in answer.headers:
        return answer.request.sizes()["responseBodySize"]
    return len(gzip.compress(answer.body()))
