import pytest

from web.accepting import by_preference, weighed


@pytest.mark.parametrize(
    ("header", "weights"),
    [
        ("", {"": 1}),
        ("Application/JSON", {"application/json": 1}),
        ("gzip;q=0, *", {"gzip": 0, "*": 1}),
        ("text/csv; header=present ; Q = 0.5", {"text/csv": 0.5}),
        ("es;q=much, en;q=", {"es": 0, "en": 0}),
    ],
)
def test_what_is_named_has_its_weight(header: str, weights: dict[str, float]) -> None:
    assert weighed(header) == weights


def test_the_best_comes_first_and_what_is_refused_not_at_all() -> None:
    assert by_preference("de;q=0.2, es-MX, en;q=0.8, fr;q=0, it") == ["es-mx", "it", "en", "de"]
