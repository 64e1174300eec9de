import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.timestamp import canonical, from_ms, to_ms


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2025-03-03T00:00:00Z", "2025-03-03T00:00:00.000Z"),
        ("2025-03-03T00:00:00.5Z", "2025-03-03T00:00:00.500Z"),
        ("2025-03-02T16:00:00-08:00", "2025-03-03T00:00:00.000Z"),
        ("2025-03-03T05:45:00+05:45", "2025-03-03T00:00:00.000Z"),
        ("2025-03-03t00:00:00z", "2025-03-03T00:00:00.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_is_stored_in_utc_with_three_digits(text: str, stored: str) -> None:
    assert canonical(text) == stored


def test_digits_below_a_millisecond_are_cut_and_not_rounded() -> None:
    assert canonical("2025-03-03T00:00:00.999999Z") == "2025-03-03T00:00:00.999Z"
    assert canonical("1969-12-31T23:59:59.999999Z") == "1969-12-31T23:59:59.999Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-03-03",
        "2025-03-03T00:00:00",
        "2025-03-03T00:00Z",
        "20250303T000000Z",
        "2025-W10-1T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2025-03-03T24:00:00Z",
        "2025-03-03T00:00:00Z\n",
        " 2025-03-03T00:00:00Z",
        "1741000000",
        "now",
    ],
)
def test_anything_but_a_date_time_with_an_offset_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="not an RFC 3339 date-time with an offset") as refused:
        canonical(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"),
        ("2016-12-31T23:59:60.0Z", "2016-12-31T23:59:59.999Z"),
        ("2016-12-31T23:59:60.999999999Z", "2016-12-31T23:59:59.999Z"),
        ("2016-12-31t23:59:60z", "2016-12-31T23:59:59.999Z"),
        ("2016-12-31T15:59:60-08:00", "2016-12-31T23:59:59.999Z"),
        ("2017-01-01T05:44:60.5+05:45", "2016-12-31T23:59:59.999Z"),
        ("1990-06-30T23:59:60+00:00", "1990-06-30T23:59:59.999Z"),
        ("2024-02-29T23:59:60Z", "2024-02-29T23:59:59.999Z"),
        ("9999-12-31T23:59:60Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_leap_second_is_stored_as_the_millisecond_before_it(text: str, stored: str) -> None:
    assert canonical(text) == stored
    assert canonical(stored) == stored


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:58:60Z",
        "2016-12-30T23:59:60Z",
        "2023-02-29T23:59:60Z",
        "2016-12-31T23:59:60",
        "2016-12-31T23:59:60-08:00",
        "2016-12-31T23:59:61Z",
        "2016-12-31T23:59:60.Z",
        "2016-12-31T23:59:60Z ",
        "2016-12-31T23:59:6\u0660Z",
        "2016-13-31T23:59:60Z",
        "9999-12-31T23:59:60-01:00",
        "0001-01-01T00:00:60+00:01",
    ],
)
def test_a_second_60_that_is_no_leap_second_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="RFC 3339 date-time with an offset") as refused:
        canonical(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_a_time_that_leaves_the_calendar_on_its_way_to_utc_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an RFC 3339"):
        canonical(text)


def test_milliseconds_count_from_1970() -> None:
    assert to_ms("1970-01-01T00:00:00.000Z") == 0
    assert to_ms("2025-03-03T00:00:00.007Z") == 1_740_960_000_007
    assert to_ms("1969-12-31T23:59:59.999Z") == -1
    assert isinstance(to_ms("1970-01-01T00:00:00.001Z"), int)


@pytest.mark.parametrize("text", ["", "now", "2025-03-03T00:00:00.000", "2025-03-03"])
def test_what_is_no_stored_time_has_no_milliseconds(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        to_ms(text)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_every_millisecond_of_the_calendar_goes_there_and_back(milliseconds: int) -> None:
    text = from_ms(milliseconds)

    assert to_ms(text) == milliseconds
    assert canonical(text) == text


@given(st.lists(st.integers(-62_135_596_800_000, 253_402_300_799_999)))
def test_stored_times_sort_as_text_as_they_do_in_time(milliseconds: list[int]) -> None:
    assert sorted(map(from_ms, milliseconds)) == [from_ms(each) for each in sorted(milliseconds)]
