from hypothesis import given, settings
from hypothesis import strategies as st

from web.pictures.fitting import Box, cut, fitted

BOX = Box(width=1000, height=300, leading=1, most=3)
SIZES = range(100, 39, -10)


def evenly(text: str) -> float:
    """Measure as if every letter were half as wide as it is high."""
    return len(text) / 2


def test_a_short_text_is_as_large_as_may_be() -> None:
    assert fitted("Anora", BOX, SIZES, evenly) == (100, ["Anora"])


def test_a_long_text_takes_lines_before_it_takes_a_smaller_size() -> None:
    size, lines = fitted("The Girl with the Dragon Tattoo", BOX, SIZES, evenly)

    assert size == 100
    assert lines == ["The Girl with the", "Dragon Tattoo"]


def test_lines_are_about_as_long_as_each_other() -> None:
    _, lines = fitted("one two three four five six", Box(70, 90, 1, 3), [10], evenly)

    assert lines == ["one two three", "four five six"]


def test_a_text_for_which_no_size_is_small_enough_is_cut() -> None:
    size, lines = fitted("word " * 100 + "end", BOX, SIZES, evenly)

    assert size == 40
    assert len(lines) == 3
    assert lines[-1].endswith("word…")


def test_a_word_that_is_wider_than_the_box_is_broken() -> None:
    size, lines = fitted("W" * 120, BOX, SIZES, evenly)

    assert size == 40
    assert [len(line) for line in lines] == [50, 50, 20]


def test_what_fits_is_not_cut() -> None:
    assert cut("Anora", 2.5, evenly) == "Anora"
    assert cut("Anora", 2, evenly) == "Ano…"


@given(st.text("ab ", max_size=300).map(lambda text: " ".join(text.split())))
@settings(max_examples=200, deadline=None)
def test_whatever_the_text_it_stays_within_the_box(text: str) -> None:
    size, lines = fitted(text, BOX, SIZES, evenly)

    assert size in SIZES
    assert len(lines) * size <= BOX.height
    assert all(evenly(line) * size <= BOX.width for line in lines)
    if not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
