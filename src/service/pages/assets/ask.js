// Asking a wallet: what for, where it is; then a session by `POST /v1/presentations`.

import { isWithWallets } from "./browser_wallet.js";
import { byId, replace } from "./elements.js";
import { ask, askJson, Trouble } from "./service.js";
import { cameBack, Session } from "./session.js";
import { drawTrouble } from "./trouble.js";

/** The view's behaviour. `titles` has the formats' titles by name. Tells whether a wallet sent the person back here. */
export function setUpAsk(titles) {
  const view = new AskView(titles);
  byId("ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    view.ask();
  });
  byId("template").addEventListener("change", () => view.choose());
  byId("ask-form").addEventListener("change", (event) => {
    if (event.target.name === "flow") byId("protocol-field").hidden = flow() !== "dc_api";
  });
  byId("cancel").addEventListener("click", () => view.cancel());
  byId("flow-browser").hidden = !isWithWallets();
  byId("protocol-field").hidden = true;
  view.fill();
  return view.goOn();
}

class AskView {
  #titles;
  #templates = new Map();
  #session = null;
  #isAsking = false;

  constructor(titles) {
    this.#titles = titles;
  }

  /** The templates of the service, into the list. */
  async fill() {
    try {
      const templates = await ask("GET", "/v1/templates");
      for (const template of templates) {
        this.#templates.set(template.name, template);
        byId("template").append(new Option(template.title, template.name));
      }
      if (templates.length > 0) byId("template").value = templates[0].name;
    } catch {
      // Then one writes the query oneself.
    }
    this.choose();
  }

  /** Shows what belongs to the chosen template. */
  choose() {
    const template = this.#templates.get(byId("template").value);
    const query = byId("query");
    // To write one's own one begins with the one before.
    if (!template && query.value === "") query.value = byId("template-json").textContent;
    byId("query-field").hidden = template !== undefined;
    byId("template-query").hidden = template === undefined;
    byId("template-json").textContent = template ? JSON.stringify(template.dcql_query, null, 2) : "";
  }

  /** Begins a session. */
  async ask() {
    if (this.#isAsking) return;
    if (this.#session?.needsKey) return this.#session.finish(byId("api-key").value.trim());
    this.#end();
    this.#isAsking = true;
    this.#say("Asking…");
    try {
      const key = byId("api-key").value.trim() || undefined;
      const begun = await askJson("POST", "/v1/presentations", question(), { key });
      this.#say("");
      this.#session = new Session({ begun, key, flow: flow(), titles: this.#titles });
      this.#session.show();
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#isAsking = false;
    }
  }

  /** Ends the session for good. */
  async cancel() {
    const session = this.#session;
    if (!session) return;
    this.#end();
    byId("template").focus();
    try {
      await session.cancel();
      this.#say("Cancelled.");
    } catch (error) {
      this.#alert(error);
    }
  }

  /** Goes on where a wallet on this device sent the person back to. */
  goOn() {
    const back = cameBack();
    if (!back) return false;
    this.#session = new Session({ ...back, titles: this.#titles });
    this.#session.finish();
    return true;
  }

  #refused(error) {
    if (error.status !== 401) return this.#alert(error);
    const title = byId("api-key").value ? "The service does not know that API key." : "The service asks for an API key.";
    this.#alert(new Trouble({ title, hint: "Enter it and ask again." }, 401));
    byId("key-field").hidden = false;
    byId("api-key").focus();
  }

  #end() {
    this.#session?.leave();
    this.#session = null;
    this.#say("");
    replace(byId("ask-alert"));
    replace(byId("ask-report"));
  }

  #alert(error) {
    this.#say("");
    replace(byId("ask-alert"), drawTrouble(error));
  }

  #say(words) {
    byId("ask-status").className = "status";
    byId("ask-status").textContent = words;
  }
}

function flow() {
  return byId("ask-form").elements.flow.value;
}

/** What the form asks, as the body of `POST /v1/presentations`. */
function question() {
  const asked = { flow: flow(), ...subject() };
  if (byId("haip").checked) asked.profile = "haip";
  if (asked.flow === "same_device") asked.redirect_uri = `${location.origin}/`;
  if (asked.flow === "dc_api") {
    asked.expected_origins = [location.origin];
    if (byId("protocol").value) asked.protocol = byId("protocol").value;
  }
  return asked;
}

function subject() {
  const template = byId("template").value;
  if (template) return { template };
  try {
    return { dcql_query: JSON.parse(byId("query").value) };
  } catch {
    byId("query").focus();
    throw new Trouble({ title: "The query is no JSON.", hint: "A DCQL query is an object with `credentials`." }, 0);
  }
}
