// One session with a wallet: its QR code and link, how far it is, and what came of it.

import { askBrowser } from "./browser_wallet.js";
import { button, byId, el, link, replace, said, sign } from "./elements.js";
import { events } from "./events.js";
import { drawChecks, drawDocument, drawReport, drawVerdict, spoken } from "./report.js";
import { ask, askJson, request, Trouble } from "./service.js";
import { drawTrouble } from "./trouble.js";
import { count, moment } from "./words.js";

// What each state is, as a step that is done, and said aloud.
const STEPS = [
  ["created", "The request is made", "Waiting for a wallet."],
  ["requested", "A wallet has fetched it", "The wallet has the request."],
  ["answered", "The wallet has answered", "The wallet has answered."],
];
const ENDS = { read: "The result was given already, and is given once only.", failed: "It came to no answer." };

// Where a session waits for the person to come back from a wallet on this device, perhaps in another tab.
const WAITING = "vidimus.waiting";

/** The session that a wallet sent the person back from, when this page's address says so; the address is cleared of it. */
export function cameBack() {
  const code = [location.search, location.hash].map((part) => new URLSearchParams(part.slice(1)).get("response_code")).find(Boolean);
  if (!code) return undefined;
  history.replaceState(null, "", location.pathname);
  const begun = waiting();
  return { begun: begun ?? {}, code, flow: "same_device" };
}

/** A session from its beginning to its result. */
export class Session {
  /** `true` when there is a result that was refused for want of the API key. */
  needsKey = false;
  #begun;
  #key;
  #flow;
  #code;
  #titles;
  #isFetched = false;
  #left = new AbortController();
  #state = "";
  #picture = null;

  /** `begun` is the answer of `POST /v1/presentations`; `code` is the wallet's response code, if it sent the person back. */
  constructor({ begun, key, flow, code, titles }) {
    this.#begun = begun;
    this.#key = key;
    this.#flow = flow;
    this.#code = code;
    this.#titles = titles;
  }

  /** Shows how to answer, and follows what happens. */
  show() {
    if (this.#flow === "same_device") keepWaiting(this.#begun);
    this.#drawTurn();
    this.#draw(this.#begun.state ?? "created");
    byId("session").hidden = false;
    byId("session-title").focus();
    this.#follow();
  }

  /** Fetches the result for the person who came back. The API key did not come back with them. */
  async finish(key) {
    if (!this.#begun.result) {
      this.#alert(new Trouble({ title: "The wallet sent you here, but this browser waits for no answer.", hint: "Ask again." }, 0));
      return;
    }
    this.#key = key;
    this.needsKey = false;
    this.#isFetched = false;
    replace(byId("ask-alert"));
    await this.#result();
  }

  /** Ends it at the service too. */
  async cancel() {
    forgetWaiting();
    await ask("DELETE", this.#begun.result, { key: this.#key });
  }

  /** Stops following and showing it. */
  leave() {
    this.#left.abort();
    if (this.#picture) URL.revokeObjectURL(this.#picture);
    byId("session").hidden = true;
    byId("qr").hidden = true;
    replace(byId("qr"));
    replace(byId("open"));
    replace(byId("refusals"));
  }

  #drawTurn() {
    const { authorization_request: address, expires } = this.#begun;
    byId("expires").textContent = expires ? `It waits until ${moment(expires)}.` : "";
    replace(byId("open"), address && openingLink(address, this.#flow), this.#begun.dc_api && this.#browserButton());
    if (this.#flow === "cross_device" && this.#begun.qr) this.#drawCode();
  }

  /** The QR code. It is fetched like everything else, since the API key has to go along. */
  async #drawCode() {
    try {
      const response = await request("GET", this.#begun.qr, { accept: "image/svg+xml", key: this.#key, signal: this.#left.signal });
      this.#picture = URL.createObjectURL(await response.blob());
    } catch (error) {
      if (error.name !== "AbortError") this.#alert(error);
      return;
    }
    const alt = "QR code of the request, to be scanned with the wallet";
    replace(byId("qr"), el("img", { src: this.#picture, alt, width: "280", height: "280" }));
    byId("qr").hidden = false;
  }

  #browserButton() {
    return button("Ask through the browser", async () => {
      this.#say("The browser asks.");
      try {
        const answer = await askBrowser(this.#begun.dc_api, this.#left.signal);
        await askJson("POST", `${this.#begun.result}/response`, answer, { key: this.#key });
        await this.#result();
      } catch (error) {
        if (error.name !== "AbortError") this.#alert(error);
      }
    }, "primary");
  }

  async #follow() {
    try {
      for await (const { name, data } of events(this.#begun.events, { key: this.#key, signal: this.#left.signal })) {
        if (name === "state" && this.#heard(JSON.parse(data))) return;
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      if (Date.parse(this.#begun.expires) < Date.now()) this.#say("Nobody answered in time.");
      else this.#alert(error);
    }
  }

  /** Shows what became of the session; tells whether nothing more will. */
  #heard(told) {
    if (this.#left.signal.aborted) return true;
    if (told.state !== this.#state) this.#draw(told.state);
    this.#drawRefusals(told.refusals ?? []);
    if (!isEnd(told.state)) return false;
    if (told.state !== "answered") this.#say(ENDS[told.state]);
    else if (this.#flow === "same_device") this.#say("The wallet answered. Go on in the page that it opened.");
    else this.#result();
    return true;
  }

  /** Fetches the result, which is given once. */
  async #result() {
    if (this.#isFetched) return;
    this.#isFetched = true;
    const place = this.#code ? `${this.#begun.result}?response_code=${encodeURIComponent(this.#code)}` : this.#begun.result;
    try {
      const told = await ask("GET", place, { key: this.#key, signal: this.#left.signal });
      if (told.outcome) this.#show(told);
      else this.#say(ENDS[told.state] ?? "There is no result yet.");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#alert(error);
      if (this.#code && [401, 404].includes(error.status)) this.#askForKey();
    }
  }

  #askForKey() {
    this.needsKey = true;
    byId("key-field").hidden = false;
    byId("api-key").focus();
    byId("ask-alert").append(button("Show the result", () => this.finish(byId("api-key").value.trim())));
  }

  #show({ outcome }) {
    forgetWaiting();
    this.leave();
    replace(byId("ask-report"), drawOutcome(outcome, this.#titles), drawDocument(outcome));
    this.#say(spoken(whole(outcome)), "aloud");
  }

  #draw(state) {
    this.#state = state;
    const reached = STEPS.findIndex(([name]) => name === state);
    replace(byId("steps"), ...STEPS.map(([, words], at) => drawStep(words, at, reached)));
    if (reached >= 0) this.#say(STEPS[reached][2], "aloud");
  }

  /** What came and was turned away, while the session goes on waiting. */
  #drawRefusals(refusals) {
    const title = "Turned away, since it does not belong to this session";
    replace(byId("refusals"), refusals.length > 0 && drawChecks(refusals, 3, title));
  }

  #alert(error) {
    this.#say("");
    replace(byId("ask-alert"), drawTrouble(error));
  }

  #say(words, how = "") {
    byId("ask-status").className = `status ${how}`;
    byId("ask-status").textContent = words;
  }
}

function isEnd(state) {
  return state === "answered" || state in ENDS;
}

/** What the wallet's answer comes to: as a whole, of the protocol, and of each credential. */
function drawOutcome(outcome, titles) {
  const shown = outcome.presentations ?? [];
  const checks = outcome.checks ?? [];
  const remark = `The wallet showed ${shown.length === 0 ? "no credential" : count(shown.length, "credential")}.`;
  return el(
    "article",
    { class: `report report-${outcome.verdict}` },
    drawVerdict(whole(outcome), 2, { remarks: [remark] }),
    checks.length > 0 && drawChecks(checks, 3),
    ...shown.map(({ id, report }) =>
      el("section", {}, el("p", { class: "asked" }, "Asked for as ", el("code", {}, said(id))), drawReport(report, titles, { level: 3 })),
    ),
  );
}

/** The outcome in the form of a report, for what is said aloud. */
function whole(outcome) {
  return { verdict: outcome.verdict, checks: outcome.checks ?? [], parts: (outcome.presentations ?? []).map(({ report }) => report) };
}

function openingLink(request, flow) {
  const opening = link(request, flow === "same_device" ? "Open the wallet" : "Open in a wallet on this device");
  opening.id = "wallet-link";
  if (flow === "same_device") opening.className = "button primary";
  return opening;
}

function drawStep(words, at, reached) {
  const kind = at === reached ? { class: "now", "aria-current": "step" } : {};
  const isDone = at <= reached;
  return el("li", kind, sign(isDone ? "pass" : "not-reached"), el("span", {}, words), !isDone && el("span", { class: "hint" }, "not yet"));
}

function keepWaiting({ result, expires }) {
  try {
    localStorage.setItem(WAITING, JSON.stringify({ result, expires }));
  } catch {
    // Then the person cannot come back in another tab; the same tab is lost with it.
  }
}

function waiting() {
  try {
    const kept = JSON.parse(localStorage.getItem(WAITING));
    return kept && Date.parse(kept.expires) > Date.now() ? kept : undefined;
  } catch {
    return undefined;
  }
}

function forgetWaiting() {
  try {
    localStorage.removeItem(WAITING);
  } catch {
    // There was nothing to forget.
  }
}
