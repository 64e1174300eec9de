import pytest

from web.sockets.origins import Origin, Origins


@pytest.mark.parametrize(
    ("origin", "host", "welcome"),
    [
        pytest.param(None, "tracker.example", True, id="a program"),
        pytest.param("https://tracker.example", "tracker.example", True, id="behind TLS"),
        pytest.param("http://tracker.example", "tracker.example", True, id="plain"),
        pytest.param("https://tracker.example", "tracker.example:443", True, id="default port"),
        pytest.param("http://127.0.0.1:8000", "127.0.0.1:8000", True, id="own port"),
        pytest.param("http://[::1]:8000", "[::1]:8000", True, id="IPv6"),
        pytest.param("https://TRACKER.example", "tracker.EXAMPLE", True, id="case"),
        pytest.param("http://127.0.0.1:9000", "127.0.0.1:8000", False, id="another port"),
        pytest.param("http://tracker.example", "tracker.example:443", False, id="not its port"),
        pytest.param("https://tracker.example.evil", "tracker.example", False, id="longer"),
        pytest.param("https://evil.example", "tracker.example", False, id="foreign"),
        pytest.param("null", "tracker.example", False, id="a sandbox"),
        pytest.param("", "", False, id="nothing at all"),
        pytest.param("https://tracker.example", "", False, id="no host"),
        pytest.param("file://", "tracker.example", False, id="a file"),
        pytest.param("https://tracker.example", "[tracker", False, id="a broken host"),
        pytest.param("https://tracker.example:x", "tracker.example", False, id="a broken port"),
    ],
)
def test_by_default_a_page_may_connect_to_its_own_host(
    origin: str | None,
    host: str,
    welcome: bool,  # noqa: FBT001 - the table says what it is
) -> None:
    assert Origins().permit(origin, host) is welcome


@pytest.mark.parametrize(
    ("origin", "host", "welcome"),
    [
        pytest.param("https://a.example", "tracker.example", True, id="on the list"),
        pytest.param("https://a.example:443", "tracker.example", True, id="its default port"),
        pytest.param("http://b.example:8080", "tracker.example", True, id="another port"),
        pytest.param("http://a.example", "tracker.example", False, id="another scheme"),
        pytest.param("https://a.example:444", "tracker.example", False, id="not its port"),
        pytest.param("https://a.example/", "tracker.example", False, id="no browser's"),
        pytest.param("null", "tracker.example", False, id="a sandbox"),
        pytest.param(None, "tracker.example", True, id="a program"),
        pytest.param("https://tracker.example", "tracker.example", True, id="own, by TLS"),
        pytest.param("http://tracker.example", "tracker.example", True, id="own, plain"),
        pytest.param("https://tracker.example", "tracker.example:443", True, id="own, port"),
        pytest.param("http://127.0.0.1:8000", "127.0.0.1:8000", True, id="own, an address"),
        pytest.param("http://[::1]:8000", "[::1]:8000", True, id="own, IPv6"),
        pytest.param("https://TRACKER.example", "Tracker.Example", True, id="own, case"),
        pytest.param(
            "https://tracker.example:8443", "tracker.example", False, id="own, foreign port"
        ),
    ],
)
def test_a_list_adds_to_the_own_host(
    origin: str | None,
    host: str,
    welcome: bool,  # noqa: FBT001 - the table says what it is
) -> None:
    origins = Origins(["https://a.example", "http://b.example:8080"])
    assert origins.permit(origin, host) is welcome


@pytest.mark.parametrize(
    ("listed", "origin"),
    [
        ("https://a.example/", "https://a.example"),
        ("HTTPS://A.Example", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:80/", "http://a.example"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"),
        ("http://[2001:DB8::1]", "http://[2001:db8::1]"),
        ("https://prämien.example", "https://xn--prmien-cua.example"),
    ],
)
def test_an_origin_may_be_listed_as_people_write_it(listed: str, origin: str) -> None:
    assert Origins([listed]).permit(origin, "tracker.example")


def test_a_star_admits_every_page() -> None:
    origins = Origins(["https://a.example", "*"])
    assert origins.permit("https://anywhere.example", "tracker.example")
    assert origins.permit("null", "tracker.example")


@pytest.mark.parametrize(
    "text",
    [
        "a.example",
        "https://",
        "https://a.example/path",
        "https://a.example//",
        "ftp://a.example",
        "https://u@a",
        "",
        "null",
        "https://*.example",
        "https://a.example:0",
        "https://a.example:65536",
        "https://[::1",
        "https://[g::1]",
        "https://a .example",
    ],
)
def test_a_list_with_something_else_in_it_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        Origins([text])


def test_an_origin_knows_the_default_port_of_its_scheme() -> None:
    assert Origin.parse("https://a.example") == Origin("https", "a.example", 443)
