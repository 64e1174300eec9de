from pathlib import Path

import pytest

from web.errors import ProblemError
from web.queries import wished
from web.settings import NAMES, Settings, SettingsError, read_settings

TOKEN = "a-token-for-these-tests"


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
            "TRACKER_MAX_REPLAYS": "50",
            "TRACKER_MAX_REPLAYS_PER_ADDRESS": "5",
            "TRACKER_PUBLIC_URL": "https://awards.example.org/",
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
        most_replays=50,
        most_replays_each=5,
        public_url="https://awards.example.org",
        proxies="10.0.0.0/8, 192.0.2.7",
    )


@pytest.mark.parametrize(
    "name",
    [
        "TRACKER_MAX_CONNECTIONS",
        "TRACKER_MAX_PER_ADDRESS",
        "TRACKER_MAX_REPLAYS",
        "TRACKER_MAX_REPLAYS_PER_ADDRESS",
    ],
)
@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_number_of_connections_is_one_or_more(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is {text!r}"):
        read_settings({name: text})


def test_an_empty_variable_counts_as_absent_and_spaces_around_one_do_not_count() -> None:
    names = ("HOST", "PORT", "DATABASE", "ADMIN_TOKEN", "ALLOWED_ORIGINS", "BUNDLED")
    assert read_settings({f"TRACKER_{name}": " " for name in names}) == Settings()
    assert read_settings({"TRACKER_PORT": " 9001 "}).port == 9001


@pytest.mark.parametrize(
    "name", ["TRACKER_SHOW_REHEARSALS", "TRACKER_BUNDLED", "TRACKER_WEBHOOK_PRIVATE"]
)
def test_a_switch_is_on_or_off_and_read_alike_in_every_variable_and_query(name: str) -> None:
    field = name.removeprefix("TRACKER_").lower()
    for yes in ("1", "true", "YES", "On"):
        assert getattr(read_settings({name: yes}), field) is True
        assert wished("dry_run", yes)
    for no in ("0", "False", "no", "OFF"):
        assert getattr(read_settings({name: no}), field) is False
        assert not wished("dry_run", no)
    for neither in ("2", "y", "maybe", "01"):
        with pytest.raises(SettingsError, match=f"{name} is '{neither}'"):
            read_settings({name: neither})
        with pytest.raises(ProblemError):
            wished("dry_run", neither)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("TRACKER_ALOWED_ORIGINS", "TRACKER_ALLOWED_ORIGINS"),
        ("TRACKER_ALLOWED_ORIGIN", "TRACKER_ALLOWED_ORIGINS"),
        ("TRACKER_DB", None),
        ("TRACKER_ADMINTOKEN", "TRACKER_ADMIN_TOKEN"),
        ("TRACKER_BUNDLE", "TRACKER_BUNDLED"),
        ("TRACKER_SOMETHING_ELSE_ENTIRELY", None),
    ],
)
def test_a_variable_that_is_none_is_refused_by_name_with_the_nearest_that_is(
    name: str, near: str | None
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: "secret-value", "TRACKER_PORT": "9001"})
    said = str(caught.value)
    assert said.startswith(f"{name} is no setting")
    assert f"; {near} is one." in said or near is None
    assert "TRACKER_DATABASE" in said, "it lists what there is"
    assert "secret-value" not in said


def test_variables_of_the_commands_the_tests_and_of_kubernetes_are_none_of_the_servers() -> None:
    others = {
        "TRACKER_URL": "http://tracker",
        "TRACKER_TOKEN": "x",
        "TRACKER_CHROMIUM": "/usr/bin/chromium",
        "TRACKER_SERVICE_HOST": "10.0.0.7",
        "TRACKER_SERVICE_PORT_HTTP": "8000",
        "TRACKER_PORT_8000_TCP_ADDR": "10.0.0.7",
        "TRACKER_TYPO": "",
        "MY_TRACKER_SETTING": "x",
    }
    assert read_settings(others) == Settings()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://awards.example.org", "https://awards.example.org"),
        ("https://awards.example.org:443/", "https://awards.example.org"),
        ("HTTP://Awards.Example.org:80", "http://awards.example.org"),
        ("https://localhost:8443", "https://localhost:8443"),
        ("http://[2001:DB8::1]:8000", "http://[2001:db8::1]:8000"),
        ("https://prämien.example", "https://xn--prmien-cua.example"),
    ],
)
def test_the_public_address_is_a_scheme_and_a_host(text: str, address: str) -> None:
    settings = read_settings({"TRACKER_PUBLIC_URL": text, "TRACKER_ALLOWED_ORIGINS": "http://a.b"})
    assert settings.public_url == address
    assert settings.origins == ("http://a.b", address)


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
        ("TRACKER_ADMIN_TOKEN", "nineteen-characters"),
        ("TRACKER_ADMIN_TOKEN", "two words that are long enough"),
        ("TRACKER_ADMIN_TOKEN", "pässword-that-is-long-enough"),
        *(
            ("TRACKER_PUBLIC_URL", text)
            for text in (
                "awards.example.org",
                "https://awards.example.org/live",
                "https://awards.example.org?x",
                "https://awards.example.org#x",
                "https://somebody@awards.example.org",
                "ftp://awards.example.org",
                "https://",
                "https://*",
                "//awards.example.org",
            )
        ),
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
    for name in {*NAMES, "TRACKER_URL", "TRACKER_TOKEN", "FORWARDED_ALLOW_IPS"}:
        assert f"`{name}`" in protocol, name
