"""What pictures say, and that they can be drawn."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from events.ceremony import CategoryListed, CeremonyScheduled, Event, Nominee, Person
from events.memory import MemoryStore
from events.store import History
from night import (
    ENDED,
    LIVE,
    PROGRAMME,
    announced,
    confirmed,
    corrected,
    presenting,
    recorded,
    retracted,
    under_review,
)
from web.nights.night import Night
from web.pages.catalogue import LANGUAGES, WORDS, Language
from web.pages.shell import BUILT
from web.pictures import icons
from web.pictures.picture import Film, Line, Picture, Subject, cover_of, picture_of
from web.pictures.share_image import SIZE, drawn
from web.pictures.typefaces import Face, Typefaces, clean

NAME = "The Made-up Awards"


def subject_of(*events: Event, rehearsal: bool = False) -> Subject:
    night = Night(MemoryStore(), History("made-up", 1, "memory"))
    for each in recorded(events):
        night.advance(each)
    return Subject(NAME, rehearsal, night.board, night.chronicle, night.version)


def picture(*events: Event, language: Language = "en", rehearsal: bool = False) -> Picture:
    return picture_of(WORDS[language], subject_of(*events, rehearsal=rehearsal))


# --- what it says


def test_before_the_start_it_tells_when_and_who_has_most_nominations() -> None:
    told = picture(*PROGRAMME)

    assert told.kicker == Line("The programme", "mute")
    assert told.title == NAME
    assert told.beside == "1 February 2030, 20:00 UTC · Town Hall"
    assert told.films[0] == Film(5, won=False, title="Harbour", below="5 nominations")
    assert told.progress == "5 categories, 3 films"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "The night ended without an award."), ("es", "La noche terminó sin ningún premio.")],
)
def test_a_night_that_ended_without_an_award_says_so(language: Language, said: str) -> None:
    told = picture(*LIVE, ENDED, language=language)
    assert told.title == NAME
    assert told.beside == said


PEOPLE = (
    CeremonyScheduled("The Host Awards", "2030-02-01T20:00:00.000Z"),
    CategoryListed(
        "host", "Best Host", 1,
        tuple(Nominee(f"host/{x}", (Person(x, x.title()),)) for x in ("ada", "bo", "cy", "dee")),
    ),
)  # fmt: skip


def test_a_picture_that_cuts_a_tie_says_how_many_more_there_are() -> None:
    told = picture(*PEOPLE, LIVE[-1], announced("host", "ada", "bo", "cy", "dee"))
    assert [film.title for film in told.films] == ["Ada", "Bo", "Cy"]
    assert told.progress == "and 1 more with 1 win · 1 of 1 awarded"


def test_a_picture_of_a_night_of_people_tells_of_people() -> None:
    before = picture(*PEOPLE)
    assert before.progress == "1 category, 4 people"
    assert before.films[0] == Film(1, won=False, title="Ada", below="1 nomination")
    after = picture(*PEOPLE, LIVE[-1], announced("host", "bo"), ENDED)
    assert after.title == "Bo"
    assert after.films == (Film(1, won=True, title="Bo", below="1 · 1 nomination"),)


def test_a_live_night_without_a_result_shows_who_is_on_stage() -> None:
    assert picture(*LIVE).kicker == Line("Live", "live")
    told = picture(*LIVE, presenting("sound", "Ida", "Ed"))
    assert (told.kicker.text, told.title, told.beside) == ("On stage now", "Sound", "Ida and Ed")


def test_a_win_is_gold_and_names_the_film_and_its_people() -> None:
    told = picture(*LIVE, announced("sound", "harbour"), presenting("song"))

    assert told.kicker == Line("Winner · Sound", "gold")
    assert (told.title, told.beside, told.struck) == ("Harbour", "Cy Oke", "")
    assert told.note == Line("On stage now: Original Song", "mute")
    assert told.films == (Film(1, won=True, title="Harbour", below="1 · 5 nominations"),)
    assert (told.steps, told.progress) == ((1, 5), "1 of 5 awarded")


def test_a_tie_names_both() -> None:
    told = picture(*LIVE, announced("sound", "harbour", "meadow"))

    assert told.kicker == Line("Tie · Sound", "gold")
    assert told.title == "Harbour and Meadow"
    assert [film.below for film in told.films] == ["=1 · 5 nominations", "=1 · 3 nominations"]


def test_a_result_in_doubt_is_amber_until_it_is_confirmed() -> None:
    doubted = (*LIVE, announced("sound", "harbour"), under_review("sound"))

    assert picture(*doubted).kicker == Line("Under review · Sound", "amber")
    assert picture(*doubted, confirmed("sound")).kicker == Line("Winner · Sound", "gold")


def test_a_doubt_about_an_earlier_result_is_told_beside_the_last_one() -> None:
    told = picture(
        *LIVE, announced("sound", "harbour"), announced("film", "orbit"), under_review("sound")
    )

    assert told.kicker == Line("Winner · Best Film", "gold")
    assert told.note == Line("Under review: Sound", "amber")


def test_a_correction_is_amber_and_strikes_the_name_it_replaces() -> None:
    told = picture(*LIVE, announced("sound", "harbour"), corrected("sound", "meadow"))

    assert told.kicker == Line("Corrected · Sound", "amber")
    assert (told.title, told.struck) == ("Meadow", "Harbour")


def test_what_was_taken_back_is_told_until_something_else_happens() -> None:
    taken = (*LIVE, announced("film", "orbit"), announced("sound", "harbour"), retracted("sound"))
    told = picture(*taken)
    assert told.kicker == Line("Taken back", "amber")
    assert (told.title, told.struck) == ("Sound", "Harbour")

    again = picture(*taken, announced("sound", "harbour"))
    assert again.kicker == Line("Winner · Sound", "gold")


def test_the_end_names_who_won_most_and_the_last_result() -> None:
    told = picture(
        *LIVE,
        announced("sound", "orbit"),
        announced("song", "adrift"),
        announced("film", "orbit"),
        ENDED,
    )

    assert told.kicker == Line("Final board", "mute")
    assert (told.title, told.beside) == ("Orbit", "Best Film: Orbit")
    assert picture(*LIVE, ENDED).title == NAME


def test_a_rehearsal_says_so_and_spanish_is_spanish() -> None:
    told = picture(*LIVE, announced("sound", "orbit"), language="es", rehearsal=True)

    assert told.rehearsal == "Ensayo"
    assert told.kicker == Line("Ganador · Mejor sonido", "gold")
    assert told.progress == "1 de 5 entregados"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cover_is_the_same_whatever_was_won(language: Language) -> None:
    before = cover_of(WORDS[language], subject_of(*LIVE))
    after = cover_of(WORDS[language], subject_of(*LIVE, announced("sound", "orbit"), ENDED))

    assert before == after
    assert before.title == NAME
    assert not before.films


def test_an_empty_board_can_be_told() -> None:
    told = picture()

    assert (told.title, told.beside, told.progress, told.films) == (NAME, "", "", ())


# --- how it is drawn


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    assert image.format == "PNG"
    image.load()
    return image


def colours(image: Image.Image) -> set[str]:
    pixels = image.convert("RGB").getcolors(image.width * image.height) or []
    return {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in pixels}  # type: ignore[misc]  # of RGB, a pixel is three numbers


GOLD, AMBER, LIVE_RED = "#e6c069", "#ffb454", "#ff6b60"

TOLD = Picture(
    NAME,
    "",
    Line("Winner · Sound", "gold"),
    "Emilia Pérez",
    "Łódź, ő",
    films=(Film(2, won=True, title="Orbit", below="1 · 3 nominations"),),
    steps=(17, 23),
    progress="17 of 23 awarded",
)
LONG = "The Unbelievable and Entirely True Chronicle of " + "the Lighthouse Keepers " * 4


@pytest.fixture(scope="module", params=["built", "not built"])
def typefaces(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Typefaces:
    """The page's own typefaces, and those that serve where there is no page."""
    built = request.param == "built"
    return Typefaces(BUILT if built else tmp_path_factory.mktemp("unbuilt"))


def test_a_picture_has_the_size_that_shared_links_are_shown_with(typefaces: Typefaces) -> None:
    image = opened(drawn(TOLD, typefaces))

    assert image.size == SIZE == (1200, 630)
    assert image.getpixel((1199, 0)) == (11, 10, 13)


def test_gold_means_won_and_nothing_else(typefaces: Typefaces) -> None:
    assert GOLD in colours(opened(drawn(TOLD, typefaces)))
    unwon = drawn(picture(*LIVE, presenting("sound")), typefaces)
    assert GOLD not in colours(opened(unwon))
    assert LIVE_RED in colours(opened(unwon))
    assert AMBER in colours(opened(drawn(TOLD._replace(rehearsal="Rehearsal"), typefaces)))


def test_every_part_of_a_picture_is_drawn(typefaces: Typefaces) -> None:
    whole = drawn(TOLD._replace(struck="Meadow", note=Line("On stage", "mute")), typefaces)
    for less in (
        {"top": ""},
        {"kicker": Line("", "gold")},
        {"title": "Emilia"},
        {"beside": "Łódź"},
        {"struck": "Orbit"},
        {"note": Line("On", "mute")},
        {"films": ()},
        {"steps": (16, 23)},
        {"progress": "16 of 23 awarded"},
        {"rehearsal": "Rehearsal"},
    ):
        shown = TOLD._replace(struck="Meadow", note=Line("On stage", "mute"))
        assert drawn(shown._replace(**less), typefaces) != whole, less


@pytest.mark.parametrize(
    "text",
    [
        LONG[:120],
        "W" * 300,
        "i" * 300,
        "",
        " ",
        "\u202egnp.exe\u2066",
        "a\0b\r\n\tc",
        "寄生虫 🎬 e\u0301\u0301\u0301",
        "<script>alert(1)</script>",
        "\U0010fffd\ufffe",
    ],
)
def test_whatever_the_names_a_picture_is_drawn(text: str, typefaces: Typefaces) -> None:
    film = Film(999, won=True, title=text, below=text)
    hostile = Picture(
        *(text, text, Line(text, "gold"), text, text, text, Line(text, "amber")),
        films=(film, film, film),
        steps=(3, 1000),
        progress=text[:40],
    )
    image = opened(drawn(hostile, typefaces))

    assert image.size == SIZE
    right_edge = image.crop((1170, 0, 1200, 630))
    assert right_edge.getcolors() == [(30 * 630, (11, 10, 13))], "nothing runs off the sheet"


def test_a_text_is_cleaned_of_what_is_not_to_be_seen() -> None:
    assert clean(" a\u202eb\n\tc\0\u200b d\ue000 ") == "a b c d"


def test_letters_of_the_second_file_are_drawn_from_it() -> None:
    def form(text: str) -> bytes:
        return drawn(TOLD._replace(title=text), faces)

    faces = Typefaces(BUILT)
    unknown = form("\U00010330\U00010330")
    assert len({form("Łł"), form("őő"), form("éé"), unknown}) == 4
    assert form("őő") != form("ŁŁ")


def test_the_bytes_of_no_typeface_are_answered_with_another(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "inter-latin-wght-normal-x.woff2").write_bytes(b"no typeface")
    face: Face = Typefaces(tmp_path).face("inter", 600, 24)

    assert face.width("Orbit") > 20


# --- icons


@pytest.mark.parametrize("name", icons.ICONS)
def test_an_icon_has_its_size_and_one_gold_diamond(name: str) -> None:
    icon = icons.ICONS[name]
    image = opened(icons.drawn(icon))

    assert image.size == (icon.size, icon.size)
    corner = image.convert("RGBA").getpixel((0, 0))
    assert corner == ((11, 10, 13, 255) if icon.full else (0, 0, 0, 0))
    row = image.convert("RGB").crop((0, round(icon.size * 0.62), icon.size, icon.size))
    gold = [row.getpixel((x, 0)) == (230, 192, 105) for x in range(icon.size)]
    assert sum(now and not before for before, now in zip([False, *gold], gold, strict=False)) == 1


def test_the_diamond_of_a_maskable_icon_stay_within_the_circle_that_is_never_cut() -> None:
    image = opened(icons.drawn(icons.ICONS["icon-maskable-512"])).convert("RGB")
    box = image.point(lambda level: 255 if level > 100 else 0).getbbox()
    assert box is not None
    assert all(
        (x - 256) ** 2 + (y - 256) ** 2 <= (0.4 * 512) ** 2 for x in box[::2] for y in box[1::2]
    )
