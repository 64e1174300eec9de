import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, Position, expect

from browsing import (
    DESKTOP,
    PATIENCE,
    PHONE,
    Device,
    Screens,
    in_both_themes,
    rest,
    until,
)
from onscreen import label
from producer import Producer
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

MIDDLE = 120
NARROW = Device("narrow", 360, 740, phone=True)
NARROWEST = Device("narrowest", 320, 640)
SMALLEST_TARGET = 44
TALLIED = {"films": "works", "people": "people", "distributors": "distributors"}
PAGES = (
    "films/anora",
    "people/sean-baker",
    "distributors/netflix",
)
STATES = {
    "upcoming": "Upcoming",
    "presenting": "On stage now",
    "won": "Won",
    "lost": "Nominated",
}
Card = dict[str, Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("subjects")) as running:
        yield running


def board(server: RunningServer, at: int | None = None, ceremony: str = "oscars-97") -> Any:
    query = "" if at is None else f"?at={at}"
    answer = httpx.get(f"{server.url}/api/ceremonies/{ceremony}/board{query}")
    assert answer.status_code == 200
    return answer.json()


def opened(screens: Screens, server: RunningServer, path: str, **how: Any) -> Page:
    page = screens.open("about:blank", **how)
    arrive(page, server, path)
    return page


def arrive(page: Page, server: RunningServer, path: str) -> None:
    page.goto(f"{server.url}/{path}")
    expect(page.locator("#subject-title")).to_be_visible()
    # Every frame is here once the night can be played.
    expect(page.get_by_role("slider")).to_be_visible()


def tallies(page: Page) -> dict[str, str]:
    read: dict[str, str] = page.locator("dl").first.evaluate(
        "(list) => Object.fromEntries([...list.querySelectorAll('div')].map((line) =>"
        "[line.querySelector('dt').textContent, line.querySelector('dd').textContent]))"
    )
    return read


def nominations(page: Page) -> list[tuple[str, str]]:
    """Return the categories that the page lists, each with what became of it."""
    lines = page.locator("section[aria-labelledby=credits-title] li")
    return [
        (line.locator("a").inner_text(), " ".join(line.locator(".verdicts").inner_text().split()))
        for line in lines.all()
    ]


def state_of(category: Card, nominee: str) -> str:
    if nominee in category["winners"]:
        return STATES["won"]
    return STATES[category["status"]] if category["status"] in STATES else STATES["lost"]


def concerning(card: Card, of: str, key: str, nominee: Card) -> bool:
    work = nominee.get("work")
    if of == "people":
        return key in nominee["people"]
    if of == "films":
        return bool(work == key)
    return work is not None and key in card["works"][work]["distributors"]


def test_a_page_has_the_boards_own_tallies_and_every_nomination_as_it_stands(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank")
    for path, version in product(PAGES, (83, 121, 155)):
        arrive(page, server, f"oscars-97/{path}?at={version}")
        stands_as_on_the_board(page, board(server, version), *path.split("/"))


def stands_as_on_the_board(page: Page, then: Card, of: str, key: str) -> None:
    line = then[TALLIED[of]][key]
    expect(page.locator("#subject-title")).to_have_text(line.get("title") or line["name"])
    until(
        page,
        lambda: tallies(page),
        {
            "Wins": f"{line['wins']}",
            "Nominations": f"{line['nominations']}",
            "Lost": f"{line['lost']}",
            "To come": f"{line['pending']}",
        },
    )
    categories = sorted(then["categories"].values(), key=lambda each: each["position"])
    until(
        page,
        lambda: nominations(page),
        [
            (category["name"], state_of(category, nominee))
            for category in categories
            for nominee, entry in sorted(
                category["nominees"].items(), key=lambda pair: pair[1]["position"]
            )
            if concerning(then, of, key, entry)
        ],
    )


MISTAKE: dict[str, dict[int, str]] = {
    "la-la-land": {
        135: "Upcoming",
        136: "On stage now",
        138: "Won",
        140: "Won Under review",
        141: "Nominated Announced first, then corrected",
    },
    "moonlight": {
        135: "Upcoming",
        136: "On stage now",
        138: "Nominated",
        140: "Nominated Under review",
        141: "Won Corrected",
    },
}
"""What becomes of Best Picture on the page of a film, by version."""


def test_the_page_of_a_film_tells_the_mistake_of_the_89th_at_every_step(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank")
    for film, steps in MISTAKE.items():
        for version, told in steps.items():
            arrive(page, server, f"oscars-89/films/{film}?at={version}")
            until(page, lambda: dict(nominations(page))["Best Picture"], told)


def test_a_category_tells_its_winner_its_presenters_and_its_own_story(
    server: RunningServer, screens: Screens
) -> None:
    page = opened(screens, server, "oscars-89/categories/best-picture?at=143")
    header = page.locator("main header")
    expect(header).to_contain_text("24 of 24 in the running order")
    expect(header).to_contain_text("Presented by Warren Beatty and Faye Dunaway")
    expect(header.locator(".winner")).to_have_text("Moonlight")
    expect(header.locator(".result .kicker")).to_have_text("Corrected")
    then = board(server, 143, "oscars-89")
    category = then["categories"]["best-picture"]
    nominees = page.locator("section[aria-labelledby=nominees-title] .title")
    ballot = sorted(category["nominees"], key=lambda key: category["nominees"][key]["position"])
    expect(nominees).to_have_text([label(then, category, each) for each in ballot])
    story = page.locator("section[aria-labelledby=story-title] article")
    expect(story.locator(".word")).to_have_text(
        [f"{word} · Best Picture" for word in ("On stage", "Winner", "Under review", "Corrected")]
    )
    wrong, right = page.locator("#event-138"), page.locator("#event-141")
    wrong.get_by_role("link", name="Corrected at").click()
    expect(right).to_be_in_viewport()
    expect(page).to_have_url(re.compile("#event-141$"))
    right.get_by_role("link", name="Corrects").click()
    expect(page).to_have_url(re.compile("#event-138$"))


def test_before_its_time_a_category_has_no_story(server: RunningServer, screens: Screens) -> None:
    page = opened(screens, server, "oscars-97/categories/best-picture?at=90")
    expect(page.locator("main header .result")).to_have_text("Upcoming")
    expect(page.get_by_text("Nothing has happened here yet.")).to_be_visible()
    expect(page.locator(".winner")).to_have_count(0)


def test_the_categories_lead_on_in_the_running_order(
    server: RunningServer, screens: Screens
) -> None:
    page = opened(screens, server, f"oscars-97/categories/actor-supporting?at={MIDDLE}")
    order = page.get_by_role("navigation", name="Running order")
    expect(order.get_by_role("link")).to_have_count(1)
    order.get_by_role("link").click()
    expect(page).to_have_url(f"{server.url}/oscars-97/categories/animated-feature?at={MIDDLE}")
    expect(page.locator("#subject-title")).to_be_focused()
    expect(order.get_by_role("link")).to_have_count(2)
    order.get_by_role("link", name="Before").click()
    expect(page.locator("#subject-title")).to_have_text("Actor in a Supporting Role")


def test_links_lead_from_the_board_and_back_without_losing_the_moment_or_the_player(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at={MIDDLE}")
    expect(page.get_by_role("slider")).to_be_visible()
    page.evaluate("() => { window.same = true; }")
    page.keyboard.press(".")
    ranking = page.locator("section[aria-labelledby=ranking-title]")
    ranking.get_by_role("link", name="Anora").click()
    expect(page).to_have_url(f"{server.url}/oscars-97/films/anora?at={MIDDLE + 1}")
    expect(page).to_have_title(re.compile("^Anora · "))
    expect(page.locator("#subject-title")).to_be_focused()
    page.get_by_role("link", name="Neon").click()
    expect(page.locator("#subject-title")).to_have_text("Neon")
    page.get_by_role("link", name="Anora").first.click()
    page.locator("main").get_by_role("link", name="Sean Baker").first.click()
    expect(page.locator("#subject-title")).to_have_text("Sean Baker")
    page.get_by_role("link", name="Film Editing").click()
    expect(page.locator("#subject-title")).to_have_text("Film Editing")
    page.go_back()
    expect(page.locator("#subject-title")).to_have_text("Sean Baker")
    back = page.get_by_role("navigation", name="You are here").get_by_role("link")
    arrow = back.locator("path").get_attribute("d") or ""
    assert page.locator(f'path[d="{arrow}"]').count() == 1, "one arrow leads back"
    back.click()
    expect(page).to_have_url(f"{server.url}/oscars-97?at={MIDDLE + 1}")
    assert page.evaluate("window.same"), "the page was never loaded anew"


def test_the_hero_the_feed_and_the_cards_lead_to_what_they_name(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at=134")
    hero = page.locator(".hero .winner")
    films, categories = "/oscars-97/films/", "/oscars-97/categories/"
    leads(hero.get_by_role("link", name="The Brutalist"), f"{films}the-brutalist?at=134")
    leads(hero.get_by_role("link", name="Cinematography"), f"{categories}cinematography?at=134")
    newest = page.locator("#event-134")
    leads(newest.get_by_role("link", name="The Brutalist"), f"{films}the-brutalist?at=134")
    leads(newest.get_by_role("link", name="Cinematography"), f"{categories}cinematography?at=134")
    card = page.locator("details", has_text="Actor in a Supporting Role")
    card.locator("summary").click()
    person = card.get_by_role("link", name="Kieran Culkin")
    leads(person, "/oscars-97/people/kieran-culkin?at=134")


def leads(link: Locator, address: str) -> None:
    expect(link).to_have_attribute("href", address)


def test_what_the_night_does_not_know_gets_a_way_back(
    server: RunningServer, screens: Screens
) -> None:
    screens.expect("404")
    page = screens.open("about:blank")
    for path in ("films/nothing", "people/anora", "categories/best-hat", "distributors/x"):
        arrive(page, server, f"oscars-97/{path}?at={MIDDLE}")
        expect(page.locator("#subject-title")).to_contain_text("knows nothing by this name")
        page.get_by_role("link", name="Back to the board").click()
        expect(page).to_have_url(f"{server.url}/oscars-97?at={MIDDLE}")
        expect(page.locator(".hero")).to_be_visible()


def test_a_page_leads_to_the_database_where_the_programme_names_it(
    server: RunningServer, screens: Screens
) -> None:
    page = opened(screens, server, "oscars-97/films/anora")
    leads(page.get_by_role("link", name="On IMDb"), "https://www.imdb.com/title/tt28607951/")
    arrive(page, server, "oscars-97/people/kieran-culkin")
    leads(page.get_by_role("link", name="On IMDb"), "https://www.imdb.com/name/nm0001085/")
    arrive(page, server, "oscars-97/distributors/neon")
    expect(page.get_by_role("link", name="On IMDb")).to_have_count(0)


def marks(page: Page) -> dict[str, int]:
    return {kind: page.locator(f".ribbon svg .{kind}").count() for kind in ("won", "lost", "open")}


def test_a_films_night_is_a_strip_with_a_mark_for_each_nomination(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank")
    for version in (75, 110, 155):
        arrive(page, server, f"oscars-97/films/anora?at={version}")
        film = board(server, version)["works"]["anora"]
        until(
            page,
            lambda: marks(page),
            {"won": film["wins"], "lost": film["lost"], "open": film["pending"]},
        )
        said = page.locator(".ribbon").get_by_role("img").get_attribute("aria-label") or ""
        assert said.startswith("Anora over the night: ")
        assert f"{film['lost']} lost, {film['pending']} to come" in said


def test_marks_and_times_seek(server: RunningServer, screens: Screens) -> None:
    page = opened(screens, server, "oscars-97/films/anora")
    expect(page.locator(".ribbon svg .won")).to_have_count(5)
    rest(page)  # until then its place may change
    last = page.locator(".ribbon svg .won").last.bounding_box()
    assert last is not None
    page.mouse.click(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2)
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Best Picture"))
    page.get_by_role("button", name="Go to 00:29, Actor in a Supporting Role").click()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Actor in a Supporting Role"))
    expect(page.locator("dl .wins dd")).to_have_text("0")


def test_a_page_tells_its_times_by_one_clock_and_names_the_zone(
    server: RunningServer, screens: Screens
) -> None:
    page = opened(screens, server, "oscars-97/films/anora?at=134")
    editing = page.get_by_role("button", name=re.compile("^Go to .*, Film Editing$"))
    moment = page.locator("section[aria-labelledby=moments-title] .time")
    for choice, won, told in (("UTC", "01:38", "01:39"), ("PST", "17:38", "17:39")):
        expect(page.locator(".zone [aria-hidden]")).to_have_text([choice, choice])
        expect(editing.locator("[aria-hidden]")).to_have_text(won)
        expect(moment).to_contain_text(told)
        page.get_by_role("button", name="Show ").first.click()


def test_a_page_follows_a_live_night(server: RunningServer, screens: Screens) -> None:
    with Producer(server, "oscars-97") as night:
        night.play(106)
        page = opened(screens, server, f"{night.ceremony}/films/anora")
        expect(page.locator("dl .wins dd")).to_have_text(f"{film_wins(night)}")
        before = film_wins(night)
        while film_wins(night) == before:
            night.next()
        expect(page.locator("dl .wins dd")).to_have_text(f"{before + 1}")
        expect(page.locator(".ribbon svg .won")).to_have_count(before + 1)
        expect(page.locator(".ribbon")).to_contain_text("to come")


def film_wins(night: Producer) -> int:
    wins: int = night.board()["works"]["anora"]["wins"]
    return wins


def race(page: Page) -> Locator:
    """Go to the race, on a phone by its tab."""
    expect(page.locator(".sections")).to_be_visible()  # before it, there is no tab to look for
    tab = page.get_by_role("button", name="Race", exact=True)
    if tab.is_visible():
        tab.click()
    page.locator(".sections > .race").scroll_into_view_if_needed()
    drawn = page.locator("section.race")
    expect(drawn).to_be_visible()
    return drawn


def named(drawn: Locator) -> list[tuple[str, int]]:
    names = drawn.locator(".name:not(.more)").all()
    return [(one.locator("span").inner_text(), int(one.locator("b").inner_text())) for one in names]


def test_the_race_names_the_best_with_the_boards_own_wins(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank")
    for version in (96, 134, 155):
        page.goto(f"{server.url}/oscars-97?at={version}")
        names_the_best(page, race(page), board(server, version))


def names_the_best(page: Page, drawn: Locator, then: Card) -> None:
    best = [(then["works"][key]["title"], then["works"][key]["wins"]) for key, _ in ranked(then)]
    until(page, lambda: named(drawn) == best[: len(named(drawn))] != [], expected=True)
    assert 3 <= len(named(drawn)) <= 7
    said = drawn.get_by_role("img").get_attribute("aria-label") or ""
    assert all(f"{title} {wins} win" in said for title, wins in named(drawn))
    others = len(best) - len(named(drawn))
    more = drawn.locator(".name.more").all_inner_texts()
    assert more == ([f"{others} more"] if others else [])


def ranked(then: Card) -> list[tuple[str, int]]:
    ranking: list[tuple[str, int]] = then["ranking"]["works"]
    return ranking


def test_a_part_that_does_not_load_says_so_and_leaves_the_rest(
    server: RunningServer, screens: Screens
) -> None:
    screens.expect("ERR_FAILED|Failed to load resource")
    page = screens.open("about:blank")
    page.route("**/assets/Race-*.js", lambda route: route.abort())
    page.route("**/assets/SubjectView-*.js", lambda route: route.abort())
    page.goto(f"{server.url}/oscars-97?at=134")
    page.locator(".race").scroll_into_view_if_needed()
    expect(page.locator(".race")).to_have_text("This part could not be loaded. Reload the page.")
    expect(page.locator(".hero")).to_contain_text("The Brutalist")
    page.goto(f"{server.url}/oscars-97/films/anora?at=134")
    expect(page.get_by_text("This part could not be loaded.")).to_be_visible()


def test_the_race_draws_nothing_of_what_is_still_to_come(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at={MIDDLE}")
    drawn = race(page)
    head = edge(drawn.locator(".head"))
    until(page, lambda: drawn.locator("path.line, path.other").count() > 1, expected=True)
    lines = drawn.locator("path.line, path.other").all()
    assert max(edge(line) for line in lines) <= head + 2
    expect(drawn.locator(".level")).to_have_count(3)  # no room is kept for wins to come


def test_the_board_and_the_race_are_of_the_same(server: RunningServer, screens: Screens) -> None:
    page = screens.open(f"{server.url}/oscars-97?at={MIDDLE}")
    drawn = race(page)
    ranked = page.get_by_role("group", name="What is ranked")
    ranked.get_by_role("button", name="People").click()
    expect(drawn.get_by_role("button", name="People")).to_have_attribute("aria-pressed", "true")
    drawn.get_by_role("button", name="Distributors").click()
    expect(ranked.get_by_role("button", name="Distributors")).to_have_attribute(
        "aria-pressed", "true"
    )


def edge(shape: Locator) -> float:
    right: float = shape.evaluate("(path) => { const b = path.getBBox(); return b.x + b.width; }")
    return right


def test_the_race_falls_where_a_result_was_corrected(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-89?at=140")
    drawn = race(page)
    until(page, lambda: named(drawn)[0], ("La La Land", 7))
    expect(drawn.locator(".fall")).to_have_count(0)
    page.keyboard.press(".")
    until(page, lambda: named(drawn)[0], ("La La Land", 6))
    expect(drawn.locator(".fall")).to_have_count(1)
    expect(drawn.locator(".why")).to_have_text("corrected")
    drawn.get_by_text("The race as a table").click()
    rows = drawn.locator("tbody tr")
    expect(rows.filter(has_text="corrected")).to_have_text(
        [
            re.compile(r"3:41:08\s*La La Land\s*Best Picture, corrected\s*6"),
            re.compile(r"3:41:08\s*Moonlight\s*Best Picture, corrected\s*3"),
        ]
    )


def test_the_table_has_every_step_of_those_who_are_chosen(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97")
    drawn = race(page)
    final = board(server)
    drawn.get_by_text("The race as a table").click()
    for subject, button in (("works", "Films"), ("people", "People")):
        drawn.get_by_role("button", name=button).click()
        wins = sum(line["wins"] for line in final[subject].values())
        expect(drawn.locator("tbody tr")).to_have_count(wins)


def test_the_race_reads_what_was_and_seeks_there(server: RunningServer, screens: Screens) -> None:
    page = screens.open(f"{server.url}/oscars-97")
    drawn = race(page)
    plot = drawn.locator(".plot")
    rest(page)  # until then its place may change
    box = plot.bounding_box()
    assert box is not None

    def at(part: float) -> Position:
        return {"x": box["width"] * part, "y": box["height"] / 3}

    plot.hover(position=at(0.4))
    reading = drawn.locator(".reading")
    expect(reading).to_be_visible()
    minute = reading.locator(".time").inner_text()
    read = [" ".join(row.split()) for row in reading.locator(".row").all_inner_texts()]
    assert read
    plot.click(position=at(0.4))
    expect(drawn.locator(".note.now")).to_have_text(minute)
    expect(reading).to_be_hidden()
    version = int(re.sub(r".*event (\d+) of.*", r"\1", place(page))) + 74
    then = board(server, version)
    best = [
        f"{then['works'][key]['wins']} {then['works'][key]['title']}" for key, _ in ranked(then)
    ]
    assert read == best[: len(read)]
    plot.hover(position=at(0.6))
    expect(reading).to_contain_text("Still to come")
    expect(reading.locator(".row")).to_have_count(0)


def place(page: Page) -> str:
    return page.get_by_role("slider").get_attribute("aria-valuetext") or ""


def test_under_the_cover_the_pages_and_the_race_tell_no_result(
    server: RunningServer, screens: Screens
) -> None:
    page = opened(screens, server, "oscars-97/films/anora?cover")
    assert tallies(page) == {
        "Wins": "Hidden",
        "Nominations": "6",
        "Lost": "Hidden",
        "To come": "Hidden",
    }
    assert {state for _, state in nominations(page)} == {"Hidden"}
    assert marks(page) == {"won": 0, "lost": 0, "open": 6}
    expect(page.locator("main header")).not_to_contain_text(re.compile("lead|rank", re.IGNORECASE))
    page.goto(f"{server.url}/oscars-97/categories/best-picture?cover")
    expect(page.locator("main header .result")).to_have_text("Results are covered.")
    page.goto(f"{server.url}/oscars-97?cover")
    expect(race(page)).to_contain_text("hidden while results are covered")
    expect(page.locator("section.race svg")).to_have_count(0)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=str)
def test_axe_finds_nothing_on_any_page_nor_in_the_race(
    server: RunningServer, screens: Screens, device: Device
) -> None:
    page = screens.open("about:blank", device)
    # Some more of them are among the screens of visits.py.
    for visit in (
        "oscars-97/distributors/netflix?at=134",
        "oscars-97/categories/cinematography?at=134",
        "oscars-89/categories/best-picture",
        "oscars-89/films/la-la-land",
    ):
        arrive(page, server, visit)
        assert in_both_themes(page) == [], visit
    page.goto(f"{server.url}/oscars-89")
    race(page).get_by_text("The race as a table").click()
    assert in_both_themes(page, "section.race") == []


@pytest.mark.parametrize("device", [NARROW, NARROWEST], ids=str)
def test_on_a_narrow_phone_nothing_sticks_out_and_every_control_suits_a_thumb(
    server: RunningServer, screens: Screens, device: Device
) -> None:
    page = screens.open("about:blank", device)
    for path in ("films/la-la-land", "people/justin-hurwitz", "categories/best-picture", ""):
        if path:
            arrive(page, server, f"oscars-89/{path}")
        else:
            page.goto(f"{server.url}/oscars-89")
            race(page)
        rest(page)
        wrong: list[str] = page.evaluate(
            """(smallest) => {
              const width = document.documentElement.clientWidth;
              const seen = [...document.querySelectorAll('main *')]
                .filter((each) => each.checkVisibility({ visibilityProperty: true }))
                .map((each) => [each, each.getBoundingClientRect()])
                .filter(([, { width: own }]) => own > 1);
              const told = ([each]) => each.outerHTML.slice(0, 150);
              const out = seen.filter(([each, { left, right }]) =>
                !each.closest('svg') && (right > width + 1 || left < -1));
              const small = seen.filter(([each, box]) =>
                each.matches('a, button, select, input, summary') &&
                // A link of text is as high as its line.
                getComputedStyle(each).display !== 'inline' &&
                Math.min(box.width, box.height) < (each.matches('a:not(.button)') ? 22 : smallest));
              return [...out.map(told), ...small.map(told)];
            }""",
            SMALLEST_TARGET,
        )
        assert wrong == [], path


def test_without_colours_of_their_own_wins_still_stand_out(
    server: RunningServer, screens: Screens
) -> None:
    page = opened(screens, server, "oscars-97/films/anora", forced_colors="active")
    paints = page.locator(".ribbon svg").evaluate(
        "(svg) => ['.won', '.lost'].map((kind) => getComputedStyle(svg.querySelector(kind)).fill)"
    )
    assert paints[0] != paints[1]
    page.goto(f"{server.url}/oscars-97")
    drawn = race(page)
    expect(drawn.locator("path.line.leads").first).to_be_attached()
    leader, other = drawn.evaluate(
        "(race) => ['path.line.leads', 'path.line:not(.leads)']"
        ".map((kind) => getComputedStyle(race.querySelector(kind)).stroke)"
    )
    assert leader != other
