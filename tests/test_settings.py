import re
from pathlib import Path

import pytest

from web.settings import Settings, SettingsError, read_settings

TOKEN = "a-token-for-tests"


def test_without_variables_the_defaults_hold() -> None:
    assert read_settings({}) == Settings(
        host="127.0.0.1",
        port=8000,
        database=Path("tracker.db"),
        admin_token=None,
        allowed_origins=(),
        show_rehearsals=False,
        bundled=True,
    )


def test_every_variable_is_honoured() -> None:
    assert read_settings(
        {
            "TRACKER_HOST": "0.0.0.0",  # noqa: S104 - only read
            "TRACKER_PORT": "9001",
            "TRACKER_DATABASE": "/data/night.db",
            "TRACKER_ADMIN_TOKEN": TOKEN,
            "TRACKER_ALLOWED_ORIGINS": "https://a.example, http://b.example:8080",
            "TRACKER_SHOW_REHEARSALS": "1",
            "TRACKER_BUNDLED": "0",
            "TRACKER_CONSOLE_CODE": "a-code-for_one-visit",
            "TRACKER_MAX_CONNECTIONS": "500",
            "TRACKER_MAX_PER_ADDRESS": "20",
            "FORWARDED_ALLOW_IPS": "10.0.0.0/8, 192.0.2.7",
            "SOMETHING_ELSE": "x",
        }
    ) == Settings(
        host="0.0.0.0",  # noqa: S104 - only read
        port=9001,
        database=Path("/data/night.db"),
        admin_token=TOKEN,
        allowed_origins=("https://a.example", "http://b.example:8080"),
        show_rehearsals=True,
        bundled=False,
        console_code="a-code-for_one-visit",
        most_connections=500,
        most_each=20,
        proxies="10.0.0.0/8, 192.0.2.7",
    )


@pytest.mark.parametrize("name", ["TRACKER_MAX_CONNECTIONS", "TRACKER_MAX_PER_ADDRESS"])
@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_number_of_connections_is_one_or_more(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is {text!r}"):
        read_settings({name: text})


def test_an_empty_variable_counts_as_absent_and_spaces_around_one_do_not_count() -> None:
    names = ("HOST", "PORT", "DATABASE", "ADMIN_TOKEN", "ALLOWED_ORIGINS", "BUNDLED")
    assert read_settings({f"TRACKER_{name}": " " for name in names}) == Settings()
    assert read_settings({"TRACKER_PORT": " 9001 "}).port == 9001


@pytest.mark.parametrize("yes", ["1", "true", "YES"])
@pytest.mark.parametrize("no", ["0", "False", "no"])
def test_a_switch_is_on_or_off(yes: str, no: str) -> None:
    settings = read_settings({"TRACKER_SHOW_REHEARSALS": yes, "TRACKER_BUNDLED": no})
    assert settings.show_rehearsals
    assert not settings.bundled


@pytest.mark.parametrize("text", ["*", "127.0.0.1", "::1, 10.0.0.0/8,fd00::/8"])
def test_proxies_are_addresses_and_networks(text: str) -> None:
    assert read_settings({"FORWARDED_ALLOW_IPS": text}).proxies == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TRACKER_PORT", "0"),
        ("TRACKER_PORT", "65536"),
        ("TRACKER_PORT", "-1"),
        ("TRACKER_PORT", "http"),
        ("TRACKER_PORT", "80.5"),
        ("TRACKER_PORT", "²"),
        ("TRACKER_DATABASE", "postgresql://tracker@db/tracker"),
        ("TRACKER_ADMIN_TOKEN", "short"),
        ("TRACKER_ADMIN_TOKEN", "two words long"),
        ("TRACKER_ADMIN_TOKEN", "pässword-long"),
        ("TRACKER_ALLOWED_ORIGINS", "example.org"),
        ("TRACKER_ALLOWED_ORIGINS", "https://example.org/path"),
        ("TRACKER_SHOW_REHEARSALS", "maybe"),
        ("TRACKER_BUNDLED", "2"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.0/99"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.1/8"),
        ("FORWARDED_ALLOW_IPS", "127.0.0.1;10.0.0.1"),
        ("FORWARDED_ALLOW_IPS", "127.0.0.1,"),
        ("FORWARDED_ALLOW_IPS", "proxy.example"),
        ("TRACKER_CONSOLE_CODE", "too-short"),
        ("TRACKER_CONSOLE_CODE", "a code of several words"),
    ],
)
def test_a_mistake_is_named_with_its_variable(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        read_settings({name: text})
    assert str(caught.value).endswith((".", "org"))


def test_a_token_that_cannot_be_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"TRACKER_ADMIN_TOKEN": "secret words"})
    assert "secret" not in str(caught.value)


def test_every_variable_is_in_the_protocol() -> None:
    protocol = (Path(__file__).parents[1] / "docs" / "protocol.md").read_text(encoding="utf-8")
    source = (Path(__file__).parents[1] / "web" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r"TRACKER_[A-Z_]+", source)) - {"TRACKER_"}
    assert len(names) == 12
    for name in names:
        assert f"`{name}`" in protocol, name
