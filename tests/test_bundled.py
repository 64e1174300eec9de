from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from doors import programme
from replay.recording import bundled, bundled_ids
from servers import ForkedServer

NIGHT = "oscars-97"
DOORS = (
    f"/{NIGHT}",
    f"/{NIGHT}/winners",
    f"/{NIGHT}/tv",
    *(
        f"/api/ceremonies/{NIGHT}{path}"
        for path in ("", "/board", "/events", "/winners.json", "/winners.rss", "/ceremony.ics")
    ),
    f"/api/ceremonies/{NIGHT}/live",
    f"/api/ceremonies/{NIGHT}/log",
)


def test_the_bundled_recordings_are_named_after_their_ceremonies() -> None:
    assert bundled_ids() == set(bundled()) == {"oscars-89", NIGHT}


def test_what_an_earlier_start_put_into_the_log_is_shown_nowhere_where_it_is_not_wanted(
    tmp_path: Path,
) -> None:
    with ForkedServer(tmp_path) as server:
        before = httpx.get(f"{server.url}/api/ceremonies/{NIGHT}/events/1").json()["id"]
        rehearsals = f"{server.url}/api/ceremonies/{NIGHT}/rehearsals"
        assert httpx.post(rehearsals, headers=server.headers).status_code == 201
    with ForkedServer(tmp_path, TRACKER_BUNDLED="off") as server:
        assert httpx.get(f"{server.url}/api/ceremonies").json() == {"ceremonies": []}
        assert "97" not in httpx.get(f"{server.url}/").text.partition("<noscript>")[2]
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        assert NIGHT not in httpx.get(f"{server.url}/metrics").text
        for path in DOORS:
            answer = httpx.get(server.url + path, headers=server.headers)
            assert answer.status_code == 404, path
        for stream in ("live", "replay"):
            address = f"{server.url.replace('http', 'ws')}/api/ceremonies/{NIGHT}/{stream}"
            with pytest.raises(InvalidStatus) as refused, connect(address):
                pass
            assert refused.value.response.status_code == 404
        for path in (f"/api/ceremonies/{NIGHT}/events", f"/api/ceremonies/{NIGHT}/rehearsals"):
            answer = httpx.post(
                server.url + path, json={"type": "ceremony-started"}, headers=server.headers
            )
            assert answer.status_code == 404
        # Another night goes on as ever, also one that begins meanwhile.
        answer = httpx.post(
            f"{server.url}/api/ceremonies", json=programme(), headers=server.headers
        )
        assert answer.status_code == 201
        listed = httpx.get(f"{server.url}/api/ceremonies").json()["ceremonies"]
        assert [each["id"] for each in listed] == ["made-up"]
        assert httpx.get(f"{server.url}/readyz").status_code == 200
    with ForkedServer(tmp_path) as server:
        listed = httpx.get(f"{server.url}/api/ceremonies").json()["ceremonies"]
        known = {"made-up", "oscars-89", NIGHT, f"{NIGHT}-rehearsal"}
        assert {each["id"] for each in listed} == known
        after = httpx.get(f"{server.url}/api/ceremonies/{NIGHT}/events/1").json()["id"]
    assert after == before, "it stayed in the log, and was not imported anew"


def test_a_night_that_a_producer_scheduled_under_such_an_id_is_shown(tmp_path: Path) -> None:
    with ForkedServer(tmp_path, TRACKER_BUNDLED="0") as server:
        httpx.post(
            f"{server.url}/api/ceremonies", json=programme(NIGHT), headers=server.headers
        ).raise_for_status()
        server.stop()
        server.start()
        listed = httpx.get(f"{server.url}/api/ceremonies").json()["ceremonies"]
        assert [each["id"] for each in listed] == [NIGHT]
