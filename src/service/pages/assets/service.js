// The service: every request of this page goes through here, to where the page came from and nowhere else.

/** The problem that the service answered with, or why there was no answer. */
export class Trouble extends Error {
  /** A problem document (RFC 9457), and its status; 0 = there was no answer. */
  constructor(problem, status) {
    super(problem.title ?? "The service did not do it.");
    this.problem = problem;
    this.status = status;
  }
}

/** Asks, and gives the answer as it comes: its status is a good one. `accept` is the media type that is due. */
export async function request(method, path, { body, media, accept = "application/json", key, signal } = {}) {
  const headers = { accept };
  if (media) headers["content-type"] = media;
  if (key) headers.authorization = `Bearer ${key}`;
  let response;
  try {
    response = await fetch(path, { method, headers, body, signal, credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble({ title: "The service cannot be reached.", hint: "Try again in a moment." }, 0);
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => undefined);
  throw new Trouble(problem ?? { title: `The service answered ${response.status}.` }, response.status);
}

/** Asks, and gives the JSON that comes back; nothing when there is no content. */
export async function ask(method, path, options = {}) {
  const text = await (await request(method, path, options)).text();
  return text === "" ? undefined : JSON.parse(text);
}

/** The same with a body of JSON. */
export function askJson(method, path, value, options = {}) {
  return ask(method, path, { ...options, body: JSON.stringify(value), media: "application/json" });
}

/** The report on a credential: `{ text }` or `{ bytes, media }`, with `nonce`, `audience`, `format` where they are asked about. */
export async function verify({ text, bytes, media }, occasion = {}, options = {}) {
  const asked = Object.fromEntries(Object.entries(occasion).filter(([, value]) => value));
  if (Object.keys(asked).length === 0) {
    const body = text ?? bytes;
    return ask("POST", "/v1/verify", { ...options, body, media: media ?? "text/plain;charset=utf-8" });
  }
  const input = text === undefined ? { input_base64: await base64(bytes) } : { input: text };
  return askJson("POST", "/v1/verify", { ...input, ...asked }, options);
}

async function base64(bytes) {
  const whole = new Uint8Array(await new Blob([bytes]).arrayBuffer());
  let text = "";
  for (let at = 0; at < whole.length; at += 0x8000) text += String.fromCharCode(...whole.subarray(at, at + 0x8000));
  return btoa(text);
}
