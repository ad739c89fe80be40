// One session with a wallet: its QR code and link, how far it is, and what came of it.

import { askBrowser } from "./browser_wallet.js";
import { button, byId, el, heading, link, replace, said, sign } from "./elements.js";
import { drawChecks, drawDocument, drawReport, spoken } from "./report.js";
import { ask, askJson } from "./service.js";
import { drawTrouble } from "./trouble.js";
import { count, moment, verdictWords } from "./words.js";

const STEPS = [
  ["created", "Waiting for a wallet"],
  ["requested", "The wallet has the request"],
  ["answered", "The wallet answered"],
];
const ENDS = { read: "The result was given already, and is given once only.", failed: "It came to no answer." };
const POLL_MS = 2000;

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
  #begun;
  #key;
  #flow;
  #code;
  #titles;
  #source = null;
  #left = new AbortController();
  #state = "";

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

  /** Fetches the result for the person who came back. */
  async finish() {
    if (!this.#begun.result) {
      replace(byId("ask-alert"), el("div", { class: "alert" }, el("p", {}, "The wallet sent you here, but this browser waits for no answer.")));
      return;
    }
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
    this.#source?.close();
    byId("session").hidden = true;
    replace(byId("qr"));
    replace(byId("open"));
  }

  #drawTurn() {
    const { authorization_request: request, qr, expires } = this.#begun;
    byId("qr").hidden = !(qr && this.#flow === "cross_device");
    if (qr && this.#flow === "cross_device") {
      replace(byId("qr"), el("img", { src: qr, alt: "QR code of the request, to be scanned with the wallet", width: "280", height: "280" }));
    }
    byId("expires").textContent = expires ? `It waits until ${moment(expires)}.` : "";
    replace(byId("open"), request && openingLink(request, this.#flow), this.#begun.dc_api && this.#browserButton());
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

  #follow() {
    this.#source = new EventSource(this.#begun.events);
    this.#source.addEventListener("state", (event) => this.#heard(JSON.parse(event.data)));
    this.#source.addEventListener("error", () => {
      // The browser tries again by itself unless it was refused for good.
      if (this.#source.readyState === EventSource.CLOSED) this.#poll();
    });
  }

  /** Looks again and again, where events do not come through. */
  async #poll() {
    while (!this.#left.signal.aborted && !isEnd(this.#state)) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      try {
        if (!this.#left.signal.aborted) this.#heard(await ask("GET", this.#begun.result, { key: this.#key, signal: this.#left.signal }));
      } catch (error) {
        if (error.name === "AbortError") return;
        if (error.status === 0 || error.status === 503) continue;
        this.#alert(error);
        return;
      }
    }
  }

  #heard(told) {
    if (this.#left.signal.aborted || told.state === this.#state) return;
    this.#draw(told.state);
    if (!isEnd(told.state)) return;
    this.#source?.close();
    if (told.outcome) this.#show(told);
    else if (told.state === "answered" && this.#flow !== "same_device") this.#result();
    else if (told.state === "answered") this.#say("The wallet answered. Go on in the page that it opened.");
    else this.#say(ENDS[told.state] ?? told.state);
  }

  async #result() {
    const place = this.#code ? `${this.#begun.result}?response_code=${encodeURIComponent(this.#code)}` : this.#begun.result;
    try {
      const told = await ask("GET", place, { key: this.#key, signal: this.#left.signal });
      if (told.outcome) this.#show(told);
      else this.#say(ENDS[told.state] ?? "There is no result yet.");
    } catch (error) {
      if (error.name !== "AbortError") this.#alert(error);
    }
  }

  #show({ outcome }) {
    forgetWaiting();
    this.#source?.close();
    byId("session").hidden = true;
    replace(byId("ask-report"), drawOutcome(outcome, this.#titles), drawDocument(outcome));
    this.#say(spoken(whole(outcome)));
  }

  #draw(state) {
    this.#state = state;
    const reached = STEPS.findIndex(([name]) => name === state);
    replace(byId("steps"), ...STEPS.map(([, words], at) => drawStep(words, at, reached)));
    if (reached >= 0) this.#say(`${STEPS[reached][1]}.`);
  }

  #alert(error) {
    this.#say("");
    replace(byId("ask-alert"), drawTrouble(error));
  }

  #say(words) {
    byId("ask-status").textContent = words;
  }
}

function isEnd(state) {
  return state === "answered" || state in ENDS;
}

/** What the wallet's answer comes to: as a whole, of the protocol, and of each credential. */
function drawOutcome(outcome, titles) {
  const words = verdictWords(outcome.verdict);
  const head = heading(2, words.word);
  head.classList.add("verdict-word");
  head.tabIndex = -1;
  const shown = outcome.presentations ?? [];
  return el(
    "article",
    { class: `report report-${outcome.verdict}` },
    el(
      "header",
      { class: "verdict" },
      sign(words.sign),
      el("div", {}, head, el("p", {}, `The wallet showed ${count(shown.length, "credential")}.`)),
    ),
    (outcome.checks ?? []).length > 0 && drawChecks(outcome.checks, 3),
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
  const outcome = at < reached || reached === STEPS.length - 1 ? "pass" : "not-reached";
  return el(
    "li",
    { class: at === reached ? "now" : undefined, "aria-current": at === reached ? "step" : undefined },
    sign(at === reached && reached < STEPS.length - 1 ? "not-declared" : outcome),
    el("span", {}, words),
  );
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
