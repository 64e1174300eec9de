// What an integrator writes against the types that openapi-typescript makes.
//
//     node post-event.js URL TOKEN
//
// Prints, as JSON, what came of it. A wrong field, path or header does not compile.

import createClient from "openapi-fetch";
import type { components, paths } from "./night-client.js";

const id = "festival-1";
const programme: components["schemas"]["Programme"] = {
  ceremony: { id, name: "The first festival", starts_at: "2027-03-14T00:00:00Z" },
  works: [
    { id: "meadow", title: "Meadow" },
    { id: "harbour", title: "Harbour" },
  ],
  categories: [
    {
      key: "best-film",
      name: "Best Film",
      nominees: [
        { id: "best-film/meadow", work: "meadow", people: [] },
        { id: "best-film/harbour", work: "harbour", people: [] },
      ],
    },
  ],
};

const [url, token] = process.argv.slice(2);
const client = createClient<paths>({
  baseUrl: url,
  headers: { Authorization: `Bearer ${token}` },
});
const path = { ceremony: id };

const scheduled = await client.POST("/api/ceremonies", { body: programme });

const speech: components["schemas"]["EventBody"] = {
  type: "moment-noted",
  kind: "speech",
  text: "Before the start.",
  occurred_at: "2025-03-03T00:01:00Z",
};
const post = (
  body: components["schemas"]["EventBody"],
  header: { "Idempotency-Key"?: string; "If-Match"?: string } = {},
) => client.POST("/api/ceremonies/{ceremony}/events", { params: { path, header }, body });

// @ts-expect-error: an event of a type that there is not
void (() => post({ type: "winner-guessed", category: "best-film" }));
// @ts-expect-error: a winner without nominees
void (() => post({ type: "winner-announced", category: "best-film" }));

const first = await post(speech, { "Idempotency-Key": "speech-1" });
const again = await post(speech, { "Idempotency-Key": "speech-1" });
const refused = await post({
  type: "winner-announced",
  category: "best-film",
  nominees: ["best-film/meadow"],
});
const stale = await post(speech, { "If-Match": '"1"' });

const head = await client.GET("/api/ceremonies/{ceremony}", { params: { path } });
const board = await client.GET("/api/ceremonies/{ceremony}/board", { params: { path } });
// The log comes as lines too, where one asks for them.
const { data: log } = await client.GET("/api/ceremonies/{ceremony}/events", {
  params: { path, query: { limit: 500 } },
});

console.log(
  JSON.stringify({
    scheduled: scheduled.data?.version,
    statuses: [first.response.status, again.response.status],
    versions: [first.data?.version, again.data?.version],
    kind: first.data?.frame.event.type,
    refused: [
      refused.response.status,
      refused.error && "rule" in refused.error ? refused.error.rule : "",
    ],
    stale: [
      stale.response.status,
      stale.error && "head" in stale.error ? stale.error.head : 0,
      stale.error && "frames" in stale.error ? stale.error.frames.length : 0,
    ],
    phase: head.data?.phase,
    works: Object.keys(board.data?.works ?? {}).sort(),
    events: log && "events" in log ? log.events.map((each) => each.event.type) : [],
  }),
);
