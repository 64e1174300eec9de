// Follow a ceremony: keep its board up to date over the event stream, across every broken connection.
//
//     node follow.mjs http://localhost:8000 oscars-97
//
// Node.js 20 or newer, or a browser; no package is needed. `follow` is made to be copied.

const SILENCE_MS = 30_000; // a heartbeat comes every 10 s: after three that are missing, it is dead

/** Return `board` with a JSON merge patch (RFC 7396) applied; `board` itself stays. */
export function merge(board, patch) {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const known = board !== null && typeof board === "object" && !Array.isArray(board) ? board : {};
  // A map, since an id may be a name that objects have by themselves, such as `constructor`.
  const merged = new Map(Object.entries(known));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/**
 * Yield `{ version, board }`, at first and after each change, until `signal` is aborted.
 *
 * A version is yielded once. Only where the history itself was replaced, by a rehearsal begun anew or
 * a log restored, do the versions start again. Throws where the server refuses for good.
 */
export async function* follow(url, ceremony, { signal } = {}) {
  let board;
  let version = 0;
  let epoch = "";
  let coming = "";
  let pause = 1000;
  while (!signal?.aborted) {
    // The cursor: whose history it is, and up to where this program knows it.
    const cursor = board === undefined ? "" : `?${new URLSearchParams({ epoch, after: version })}`;
    const silence = new AbortController();
    const stop = () => silence.abort();
    signal?.addEventListener("abort", stop);
    let timer = setTimeout(stop, SILENCE_MS);
    try {
      const answer = await fetch(`${url}/api/ceremonies/${ceremony}/live${cursor}`, {
        headers: { Accept: "text/event-stream" },
        signal: silence.signal,
      });
      if (!answer.ok) {
        if (answer.status < 500 && answer.status !== 429) throw new Refused(await answer.text());
        pause = 1000 * (Number(answer.headers.get("Retry-After")) || 1);
      } else {
        for await (const line of lines(answer.body)) {
          clearTimeout(timer);
          timer = setTimeout(stop, SILENCE_MS);
          if (line.startsWith("retry:")) pause = Number(line.slice(6)); // the server stops
          if (!line.startsWith("data:")) continue;
          const message = JSON.parse(line.slice(5));
          if (message.type === "hello" || message.type === "resync") {
            coming = message.epoch;
          } else if (message.type === "keyframe") {
            // The whole board; it ends what was known before.
            epoch = coming;
            ({ version, board } = message);
            yield { version, board };
          } else if (message.type === "frame") {
            // What one event changed.
            version = message.version;
            board = merge(board, message.patch);
            yield { version, board };
          } else if (message.type === "caught-up") {
            pause = 1000;
          }
        }
      }
    } catch (problem) {
      if (problem instanceof Refused) throw problem;
      // Cut, refused or silent: come back with the cursor.
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      silence.abort(); // lets go of a stream that was left in the middle
    }
    if (!signal?.aborted) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The server refuses for good: no such ceremony, for example. */
export class Refused extends Error {}

async function* lines(body) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = parts.pop();
    yield* parts;
  }
}

if (globalThis.process?.argv[1] && import.meta.url.endsWith(process.argv[1].split("/").at(-1))) {
  const [url, ceremony] = process.argv.slice(2);
  for await (const { version, board } of follow(url.replace(/\/$/, ""), ceremony)) {
    const leaders = board.ranking.works.filter(([, rank]) => rank === 1);
    const said = leaders.map(([id]) => `${board.works[id].title} (${board.works[id].wins})`);
    console.log(`${version}  ${board.phase}  ${said.join(", ") || "no film yet"}`);
  }
}
