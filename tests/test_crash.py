"""A server killed in the middle of a post has kept every event that it acknowledged."""

import json
import random
import threading
from pathlib import Path

import httpx

from servers import ForkedServer

KILLS = 50
LONGEST_LIFE = 0.12
"""Seconds of posting after which it is killed at the latest."""
HERE = "/api/ceremonies/gala"
EVENTS = f"{HERE}/events"

PROGRAMME = {
    "ceremony": {"id": "gala", "name": "Gala", "starts_at": "2030-02-01T20:00:00.000Z"},
    "works": [{"id": "harbour", "title": "Harbour"}],
    "categories": [
        {
            "key": "film",
            "name": "Best Film",
            "nominees": [{"id": "film/harbour", "work": "harbour", "people": []}],
        }
    ],
}


class Producer:
    """Posts moments one after the other, and remembers which were acknowledged as what."""

    def __init__(self, name: str) -> None:
        self.acknowledged: dict[int, str] = {}
        self.sent: list[str] = []
        self._name = name

    def post_until_killed(self, client: httpx.Client) -> None:
        try:
            while True:
                self.post(client)
        except httpx.TransportError:
            return

    def post(self, client: httpx.Client, text: str | None = None) -> int:
        """Post the next moment, or one again; return the status."""
        if text is None:
            text = f"Moment {len(self.sent) + 1} of {self._name}."
            self.sent.append(text)
        answer = client.post(
            EVENTS,
            json={"type": "moment-noted", "kind": "moment", "text": text},
            headers={"Idempotency-Key": text},
        )
        assert answer.is_success, answer.text
        self.acknowledged[answer.json()["version"]] = text
        return answer.status_code


def logged(client: httpx.Client) -> dict[int, str]:
    """Return the texts of all moments of the log, by version; versions are 1..n without a gap."""
    answer = client.get(EVENTS, headers={"Accept": "application/x-ndjson"}).raise_for_status()
    events = [json.loads(line) for line in answer.content.splitlines()]
    assert [each["version"] for each in events] == list(range(1, len(events) + 1))
    return {
        each["version"]: each["event"]["text"]
        for each in events
        if each["event"]["type"] == "moment-noted"
    }


def kill_often(folder: Path, kills: int, producers: int = 1) -> int:
    """
    Kill a server so often under producers, and hold what it kept against what it acknowledged.

    Returns:
        How many events were acknowledged, each of which is there.
    """
    server = ForkedServer(folder, TRACKER_BUNDLED="0", TRACKER_RATE_LIMIT="100000")
    chance = random.Random(97)
    crowd = [Producer(f"{number}") for number in range(producers)]
    with server, httpx.Client(base_url=server.url, headers=server.headers, timeout=60) as client:
        client.post("/api/ceremonies", json=PROGRAMME).raise_for_status()
        epoch = client.get(HERE).json()["epoch"]
        for _ in range(kills):
            killer = threading.Timer(chance.uniform(0, LONGEST_LIFE), server.kill)
            posting = [
                threading.Thread(target=each.post_until_killed, args=(client,)) for each in crowd
            ]
            for each in (killer, *posting):
                each.start()
            for each in (*posting, killer):
                each.join()
            server.start()
            found = logged(client)
            assert client.get(HERE).json()["epoch"] == epoch, "nothing was lost, so none resyncs"
            for producer in crowd:
                # What was acknowledged is there, at its version; what was not may be there or not.
                assert producer.acknowledged.items() <= found.items()
                # Once each, in the order in which they were sent.
                own = set(producer.sent)
                order = [producer.sent.index(text) for text in found.values() if text in own]
                assert order == sorted(set(order))
                # A post whose answer was lost is answered now, by its key, and not done twice.
                lost = producer.sent[-1]
                assert producer.post(client, lost) == (200 if lost in found.values() else 201)
    return sum(len(each.acknowledged) for each in crowd)


def test_fifty_kills_lose_no_acknowledged_event_and_repeat_none(tmp_path: Path) -> None:
    assert kill_often(tmp_path, KILLS) > KILLS
