import pytest

from web.sockets.crowd import Crowd, Seat
from web.sockets.handshake import HandshakeRefused

GUEST = "192.0.2.1"
PROXY = "10.0.0.7"


def crowd(most: int = 100, most_each: int = 2) -> Crowd:
    return Crowd(most, most_each, trusted="127.0.0.1, 10.0.0.0/8")


def refusal(crowd_: Crowd, *addresses: str) -> HandshakeRefused:
    """Return how the last of these is turned away."""
    *before, last = addresses
    for address in before:
        crowd_.enter(address, 1)
    with pytest.raises(HandshakeRefused) as refused:
        crowd_.enter(last, 1)
    return refused.value


def test_one_address_holds_so_many_connections_and_no_more() -> None:
    here = crowd()
    seats = [here.enter(GUEST, 1) for _ in range(2)]
    refused = refusal(here, GUEST)
    assert (refused.status, refused.name) == (429, "too-many-requests")
    assert refused.headers["Retry-After"] == "10"
    assert b"One address may hold 2 connections here" in refused.body
    here.enter("192.0.2.2", 1)
    seats[0].leave()
    here.enter(GUEST, 1)


def test_a_seat_is_given_back_once_however_often_it_is_left() -> None:
    here = crowd()
    first, _ = here.enter(GUEST, 1), here.enter(GUEST, 1)
    first.leave()
    first.leave()
    here.enter(GUEST, 1)
    assert refusal(here, GUEST).status == 429


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", PROXY, None])
def test_this_machine_and_trusted_proxies_are_left_out(address: str | None) -> None:
    here = crowd()
    assert all(here.enter(address, 1).guest is None for _ in range(5))


def test_an_ipv6_guest_is_a_network_of_64_bits() -> None:
    refused = refusal(crowd(), "2001:db8::1", "2001:db8::2", "2001:db8::3")
    assert refused.status == 429


def test_behind_a_trusted_proxy_viewers_are_counted_by_the_address_it_forwards() -> None:
    here = crowd()
    for _ in range(2):
        # What the guest claims stands before what the proxy adds.
        here.enter_behind(PROXY, [f"203.0.113.9, {GUEST}"])
    with pytest.raises(HandshakeRefused):
        here.enter_behind(PROXY, ["203.0.113.10", GUEST])
    assert here.enter_behind(PROXY, []).guest is None
    assert here.enter_behind(PROXY, ["127.0.0.1"]).guest is None


def test_what_a_stranger_forwards_is_not_believed() -> None:
    assert crowd().enter_behind("203.0.113.1", [GUEST]).guest is None


def test_no_more_come_in_than_there_is_room_for() -> None:
    here = crowd(most=3)
    assert isinstance(here.enter(GUEST, 3), Seat)
    with pytest.raises(HandshakeRefused) as refused:
        here.enter("127.0.0.1", 4)
    assert (refused.value.status, refused.value.name) == (503, "unavailable")
    assert b"room for 3 connections" in refused.value.body
    assert refused.value.headers["Retry-After"] == "10"
