// Server-sent events, read by `fetch`: an API key has to go along, which `EventSource` cannot carry.

import { request, Trouble } from "./service.js";

const PAUSE_MS = 2000;
// Nothing that the service sends is longer.
const LONGEST = 1 << 16;

/** Every event of that place: its name and its data. Asks again when the connection breaks, until `signal` says otherwise. */
export async function* events(path, { key, signal }) {
  while (!signal.aborted) {
    try {
      yield* once(path, key, signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      // Refused for good, unless it cannot be reached or is full just now.
      if (error instanceof Trouble && ![0, 503].includes(error.status)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function* once(path, key, signal) {
  const response = await request("GET", path, { accept: "text/event-stream", key, signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    rest += read.value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    if (rest.length > LONGEST) throw new Trouble({ title: "The service sent what is no event." }, 200);
    yield* blocks.map(event).filter(Boolean);
  }
}

/** One event out of its lines; nothing for a comment. */
function event(block) {
  const fields = block.split("\n").map((line) => line.match(/^(event|data): ?(.*)$/)).filter(Boolean);
  const of = (name) => fields.filter(([, field]) => field === name).map(([, , value]) => value);
  const data = of("data");
  return data.length === 0 ? undefined : { name: of("event")[0] ?? "message", data: data.join("\n") };
}
