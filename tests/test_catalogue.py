import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from events.ceremony import CategoryListed
from night import CATEGORIES, PROGRAMME, projections, recorded
from replay.recording import bundled
from tracker.board import CategoryLine
from web.pages.catalogue import LANGUAGES, WORDS, Plural, Words, category_name, language_of, spoken

FOLDER = Path(__file__).parent.parent / "web" / "words"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def sentences(words: Words) -> Iterator[tuple[str, Any]]:
    for name, value in msgspec.structs.asdict(words).items():
        if isinstance(value, Plural):
            yield f"{name}.one", value.one
            yield f"{name}.other", value.other
        elif isinstance(value, str):
            yield name, value


def test_both_languages_fill_in_the_same_things() -> None:
    english = dict(sentences(WORDS["en"]))
    spanish = dict(sentences(WORDS["es"]))
    assert english.keys() == spanish.keys()
    for name, sentence in english.items():
        assert fields(sentence) == fields(spanish[name]), name


def test_both_languages_differ_in_every_sentence() -> None:
    signs = {"joint", "joint_before_i", "hour", "subject", "corrected_note"}
    spanish = dict(sentences(WORDS["es"]))
    same = {name for name, text in sentences(WORDS["en"]) if text == spanish[name]}
    assert same <= signs


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_has_its_use(language: str) -> None:
    code = "".join(
        file.read_text(encoding="utf-8")
        for file in FOLDER.parent.rglob("*")
        if file.suffix in {".py", ".html"} and "scoreboard" not in file.parts
    )
    told = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    for name in told:
        assert f".{name}" in code, f"nobody says {name!r}"


def test_every_category_of_the_bundled_nights_has_a_spanish_name() -> None:
    spanish = json.loads((FOLDER / "categories.es.json").read_text(encoding="utf-8"))
    names = {
        cue.event.name
        for recording in bundled().values()
        for cue in recording.cues
        if isinstance(cue.event, CategoryListed)
    }
    assert len(names) > 20
    assert spanish.keys() == names
    assert len(set(spanish.values())) == len(spanish)
    assert list(spanish) == sorted(spanish)


def test_a_category_without_a_translation_keeps_its_name() -> None:
    board = projections(recorded(PROGRAMME))[-1].board
    assert category_name(WORDS["es"], board, "sound") == "Mejor sonido"
    assert category_name(WORDS["en"], board, "sound") == CATEGORIES[0].name
    assert category_name(WORDS["es"], board, "honour") == "Honour"
    assert category_name(WORDS["es"], board, "none") == "none"


def test_a_category_with_a_name_of_its_own_keeps_it_whatever_its_key_is() -> None:
    line = CategoryLine("Photograph of the Village", 1, "upcoming", {}, {})
    board = msgspec.structs.replace(
        projections(recorded(PROGRAMME))[-1].board, categories={"best-picture": line}
    )
    for words in WORDS.values():
        assert category_name(words, board, "best-picture") == "Photograph of the Village"


@pytest.mark.parametrize(
    ("language", "names", "listed"),
    [
        ("en", [], ""),
        ("en", ["A"], "A"),
        ("en", ["A", "B"], "A and B"),
        ("en", ["A", "B", "I"], "A, B and I"),
        ("es", ["A", "B"], "A y B"),
        ("es", ["Anora", "I'm Still Here"], "Anora e I'm Still Here"),
        ("es", ["Anora", "«Ídolo»"], "Anora e «Ídolo»"),
        ("es", ["Fuego", "Hielo"], "Fuego y Hielo"),
        ("es", ["Fuego", "Hidden Figures"], "Fuego e Hidden Figures"),
    ],
)
def test_names_are_listed_as_the_language_does(
    language: str, names: list[str], listed: str
) -> None:
    words = next(each for each in WORDS.values() if each.language == language)
    assert words.listed(names) == listed


def test_hours_name_their_zone() -> None:
    time = "2025-03-03T00:05:00.000Z"
    assert WORDS["en"].minute(time) == "3 March 2025, 00:05 UTC"
    assert WORDS["es"].minute(time) == "3 de marzo de 2025, 00:05 UTC"


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "es", "es"),
        (None, "ES-mx", "es"),
        (None, "en;q=0.4, es;q=0.5", "es"),
        (None, "en;q=0, es;q=0.1", "es"),
        (None, "fr, de", "en"),
        (None, "est", "en"),
        (None, ";;q=,=", "en"),
        ("es", "en", "es"),
        ("es-AR", "en", "es"),
        ("", "es", "es"),
        ("xx", "es", "es"),
    ],
)
def test_the_address_chooses_the_language_and_else_the_browser(
    wanted: str | None, accepted: str, language: str
) -> None:
    assert language_of(wanted, accepted) == language


def test_a_tag_names_one_of_the_languages_or_none() -> None:
    assert [spoken(tag) for tag in (None, "", "en-GB", "esp", " es ")] == [
        None,
        None,
        "en",
        None,
        "es",
    ]
