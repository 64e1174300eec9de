"""
What an integrator writes against the client that openapi-python-client makes.

    python post_event.py URL TOKEN

Prints, as JSON, what came of it.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any

from night_client import AuthenticatedClient
from night_client.api.ceremonies import get_board, get_ceremony
from night_client.api.events import list_events, post_event
from night_client.api.production import schedule_ceremony
from night_client.models import (
    MomentNotedBody,
    MomentNotedBodyType,
    Programme,
    WinnerAnnouncedBody,
    WinnerAnnouncedBodyType,
)

ID = "festival-1"
PROGRAMME = {
    "ceremony": {"id": ID, "name": "The first festival", "starts_at": "2027-03-14T00:00:00Z"},
    "works": [{"id": "meadow", "title": "Meadow"}, {"id": "harbour", "title": "Harbour"}],
    "categories": [
        {
            "key": "best-film",
            "name": "Best Film",
            "nominees": [
                {"id": "best-film/meadow", "work": "meadow", "people": []},
                {"id": "best-film/harbour", "work": "harbour", "people": []},
            ],
        }
    ],
}


def main(url: str, token: str) -> dict[str, Any]:
    client = AuthenticatedClient(base_url=url, token=token)
    programme = Programme.from_dict(PROGRAMME)
    scheduled = schedule_ceremony.sync(client=client, body=programme)

    speech = MomentNotedBody(
        type_=MomentNotedBodyType.MOMENT_NOTED,
        kind="speech",
        text="Before the start.",
        occurred_at=datetime(2025, 3, 3, 0, 1, tzinfo=UTC),
    )
    posted = [
        post_event.sync_detailed(ID, client=client, body=speech, idempotency_key="speech-1")
        for _ in range(2)
    ]
    winner = WinnerAnnouncedBody(
        type_=WinnerAnnouncedBodyType.WINNER_ANNOUNCED,
        category="best-film",
        nominees=["best-film/meadow"],
    )
    refused = post_event.sync_detailed(ID, client=client, body=winner)
    stale = post_event.sync_detailed(ID, client=client, body=speech, if_match='"1"')

    head = get_ceremony.sync(ID, client=client)
    board = get_board.sync(ID, client=client)
    events = list_events.sync(ID, client=client, limit=500)
    return {
        "scheduled": scheduled.version,
        "statuses": [each.status_code for each in posted],
        "versions": [each.parsed.version for each in posted],
        "kind": type(posted[0].parsed.frame.event).__name__,
        "refused": [refused.status_code, refused.parsed.rule],
        "stale": [stale.status_code, stale.parsed.head, len(stale.parsed.frames)],
        "phase": head.phase,
        "works": sorted(board.works.additional_properties),
        "events": [type(each.event).__name__ for each in events.events],
    }


if __name__ == "__main__":
    json.dump(main(*sys.argv[1:]), sys.stdout)
