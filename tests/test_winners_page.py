import pytest

from doors import ID, opened
from events.ceremony import Event, MomentNoted, MomentWithdrawn, WinnerCorrected
from night import (
    ENDED,
    LIVE,
    PROGRAMME,
    START,
    announced,
    category_withdrawn,
    corrected,
    nominee_withdrawn,
    presenting,
    retracted,
    under_review,
)
from plain import Plain

pytestmark = pytest.mark.anyio

HERE = f"/{ID}/winners"


async def text_after(*events: Event, query: str = "") -> str:
    """Return what is read on the page after events, with a space for every break."""
    async with opened(*events) as doors:
        return Plain(await doors.get(f"{HERE}{query}")).text.replace("\n", " ")


async def test_each_award_shows_its_winner_first_and_all_nominees_beneath() -> None:
    read = await text_after(*LIVE, announced("sound", "orbit"), announced("song", "low-tide"))
    assert "Sound Winner: Orbit Cy Oke and Dee Ito Also nominated Harbour Cy Oke Meadow" in read
    assert "Original Song Winner: “Low Tide” Harbour · Ada Lund and Cy Oke Also" in read
    assert "“Adrift” Harbour · Ada Lund “Apogee” Orbit · Dee Ito" in read


async def test_the_page_tells_the_night_who_leads_and_the_progress() -> None:
    read = await text_after(*LIVE, announced("sound", "orbit"))
    assert "The winners so far The Made-up Awards" in read
    assert "1 February 2030, 20:00 UTC Town Hall Hosted by Hal Host" in read
    assert "Orbit leads with 1 win. 1 of 5 awarded." in read


async def test_under_the_cover_no_winner_is_told_and_a_link_lifts_it() -> None:
    night = (*LIVE, announced("sound", "orbit"), announced("song", "low-tide"))
    async with opened(*night) as doors:
        for at in ("", f"&at={len(night) - 1}"):
            answer = await doors.get(f"{HERE}?cover{at}")
            read = Plain(answer).text
            assert "The Made-up Awards" in read
            assert "stay covered" in read
            for told in ("Orbit", "Low Tide", "Sound", "Still to come", "1 win", "awarded"):
                assert told not in read
            query = at.replace("&", "?")
            assert f'href="{HERE}{query}"' in answer.text
            assert f'href="/{ID}?{at[1:]}{"&amp;" if at else ""}cover"' in answer.text
            uncovered = Plain(await doors.get(f"{HERE}{query}")).text
            assert "Orbit" in uncovered


async def test_films_are_grouped_by_their_wins_best_first() -> None:
    told = (announced("sound", "orbit"), announced("song", "adrift"), announced("film", "harbour"))
    read = await text_after(*LIVE, *told)
    assert "Films by wins Wins Films 2 Harbour 5 nominations 1 Orbit 3 nominations" in read


async def test_awards_come_in_running_order_and_those_to_come_after_them() -> None:
    read = await text_after(*LIVE, announced("film", "orbit"), presenting("song"))
    places = [read.index(name) for name in ("Best Film", "Still to come", "Sound", "Original Song")]
    assert places == sorted(places)
    assert "Original Song On stage now Nominees “Adrift”" in read


async def test_a_tie_is_told_in_words_and_has_all_its_winners() -> None:
    read = await text_after(*LIVE, announced("sound", "orbit", "harbour"))
    assert "Sound Tie Winner: Harbour Cy Oke Winner: Orbit Cy Oke and Dee Ito" in read


async def test_a_result_under_review_is_told_in_words() -> None:
    read = await text_after(*LIVE, announced("sound", "orbit"), under_review("sound"))
    assert "Sound Under review Winner: Orbit Cy Oke and Dee Ito The result stands while" in read


async def test_a_correction_names_what_was_announced_first_and_why_it_changed() -> None:
    told = (announced("sound", "orbit"), corrected("sound", "harbour"))
    read = await text_after(*LIVE, *told)
    assert "Sound Corrected Winner: Harbour Cy Oke" in read
    assert "Not, as announced first: Orbit. the wrong envelope" in read
    before = await text_after(*LIVE, *told, query=f"?at={START + 1}")
    assert "Corrected" not in before


async def test_a_correction_without_a_reason_stands_as_well() -> None:
    told = (announced("sound", "orbit"), WinnerCorrected("sound", ("sound/meadow",)))
    assert "Not, as announced first: Orbit. Also nominated" in await text_after(*LIVE, *told)


async def test_what_was_taken_back_says_so_until_and_after_there_is_another() -> None:
    taken = (*LIVE, announced("sound", "orbit"), retracted("sound"))
    read = await text_after(*taken)
    note = "Sound Taken back The result first announced no longer stands: Orbit. the wrong"
    assert note in read
    again = await text_after(*taken, announced("sound", "harbour"))
    assert "Sound Corrected Winner: Harbour Cy Oke Not, as announced first: Orbit." in again
    same = await text_after(*taken, announced("sound", "orbit"))
    assert "Corrected" not in same


async def test_what_is_withdrawn_is_told_in_words() -> None:
    read = await text_after(*LIVE, nominee_withdrawn("sound", "orbit"), category_withdrawn("film"))
    assert "Orbit Cy Oke and Dee Ito Withdrawn" in read
    assert "Best Film Withdrawn" in read


async def test_before_the_start_the_page_is_the_programme() -> None:
    read = await text_after(*PROGRAMME)
    assert "The programme The Made-up Awards" in read
    assert "Films by wins" not in read
    assert "Still to come Sound Nominees Harbour" in read
    assert "Starts 1 February 2030, 20:00 UTC." in read


async def test_a_moment_says_when_it_was_and_links_the_board_then_and_the_winners_now() -> None:
    told = (*LIVE, announced("sound", "orbit"), announced("film", "meadow"), ENDED)
    async with opened(*told) as doors:
        page = Plain(await doors.get(f"{HERE}?at={START + 1}"))
        assert "As it stood 0 min into the night." in page.text
        assert "Meadow" not in page.text.split("Still to come")[0].replace("\nMeadow", "", 1)
        assert {f"/{ID}?at={START + 1}", HERE} <= set(page.links)
        assert not any(link.startswith("/api") for link in page.links), "those tell of the head"
        before = Plain(await doors.get(f"{HERE}?at={START - 1}"))
        assert "As it stood before the night began." in before.text
        now = Plain(await doors.get(f"{HERE}?at={len(told)}"))
        assert "As it stood" not in now.text


async def test_estimated_times_are_told_to_be_so() -> None:
    noted = MomentNoted("estimated-times", "Put together afterwards.")
    told = (*LIVE, noted, announced("sound", "orbit"), ENDED)
    assert "into the night. Times are estimated." in await text_after(
        *told, query=f"?at={START + 2}"
    )


async def test_an_estimate_that_was_taken_back_is_told_no_more() -> None:
    noted = MomentNoted("estimated-times", "Put together afterwards.")
    told = (*LIVE, noted, MomentWithdrawn(START + 1), announced("sound", "orbit"), ENDED)
    assert "Times are estimated" not in await text_after(*told, query=f"?at={START + 3}")


async def test_the_page_links_what_else_there_is_in_its_language() -> None:
    async with opened(*LIVE) as doors:
        api = f"/api/ceremonies/{ID}"
        page = Plain(await doors.get(f"{HERE}?lang=es"))
        assert {
            "/?lang=es",
            f"/{ID}?lang=es",
            f"/{ID}?replay&lang=es",
            f"http://tracker{HERE}?lang=en",
            f"{api}/winners.csv",
            f"{api}/winners.json",
            f"{api}/winners.rss?lang=es",
            f"{api}/ceremony.ics?lang=es",
        } == set(page.links)
        for link in page.links:
            assert (await doors.get(link)).status_code == 200, link


async def test_the_page_speaks_spanish_throughout() -> None:
    told = (announced("sound", "orbit"), corrected("sound", "harbour"), under_review("sound"))
    read = await text_after(*LIVE, *told, query="?lang=es")
    for sentence in (
        "Los ganadores hasta ahora",
        "1 de febrero de 2030, 20:00 UTC",
        "Presenta Hal Host",
        "Harbour va en cabeza con 1 premio. 1 de 5 entregados.",
        "Mejor sonido En revisión Corregido Ganador: Harbour",
        "No, como se anunció primero: Orbit.",
        "También nominados",
        "Aún por entregar",
    ):
        assert sentence in read


async def test_the_page_needs_no_script_and_is_shared_with_its_moment() -> None:
    async with opened(*LIVE, announced("sound", "orbit")) as doors:
        answer = await doors.get(f"{HERE}?at={START + 1}")
        page = Plain(answer)
        assert "<script" not in answer.text
        assert page.title == page.meta("og:title") == "The Made-up Awards: the winners"
        assert page.meta("og:description") == "Orbit leads with 1 win. 1 of 5 awarded."
        assert page.link("canonical") == f"http://tracker{HERE}?at={START + 1}"
        assert page.link("stylesheet") is not None, "the page is not built: make page"
        assert (await doors.get(page.link("stylesheet") or "")).status_code == 200
