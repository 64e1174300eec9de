import msgspec
import pytest

from events.ceremony import CategoryListed, Event, WorkListed
from events.patterns import plain
from web.desk.programme import Programme
from web.desk.tokens import TokenWish
from web.webhooks.subscriptions import WebhookWish

NOMINEE = {"id": "film", "people": []}


@pytest.mark.parametrize(
    ("given", "model", "said"),
    [
        ({"work": "12", "title": "T"}, WorkListed, "not digits alone"),
        ({"work": "a", "title": "T", "imdb": "x"}, WorkListed, "an IMDb id, such as"),
        ({"category": "A b", "name": "N", "position": 1, "nominees": []}, CategoryListed, "hyphen"),
        (
            {"category": "a", "name": "N", "position": 1, "nominees": [NOMINEE]},
            CategoryListed,
            "a slash and small letters",
        ),
        ({"type": "work-listed", "work": "A", "title": "T"}, Event, "small letters"),
        (
            {"ceremony": {"id": "A", "name": "N", "starts_at": "2030-01-01T00:00:00Z"}},
            Programme,
            "small letters, digits and single hyphens, such as best-picture - at `$.ceremony.id`",
        ),
        ({"name": " a", "role": "admin"}, TokenWish, "without a space at either end"),
        ({"ceremony": "a", "url": "ftp://x"}, WebhookWish, "an http or https address"),
    ],
)
def test_no_error_quotes_a_regular_expression(given: object, model: type, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(given, model)
    told = plain(refused.value)
    assert said in told
    assert "regex" not in told
    assert told.startswith("Expected ")


def test_another_error_is_told_as_it_is() -> None:
    assert plain(ValueError("Expected `str` matching regex 'x+'")).endswith("regex 'x+'")
