// The beginning: which of the two views is shown, and what both need.

import { setUpAsk } from "./ask.js";
import { setUpCheck } from "./check.js";
import { byId } from "./elements.js";
import { ask } from "./service.js";

const VIEWS = ["check", "ask"];

/** Titles of the formats by name, for both views; empty until they came. */
const titles = new Map();

setUpCheck(titles);
const isBack = setUpAsk(titles);
if (isBack) location.hash = "#ask";
show(false);
addEventListener("hashchange", () => show(true));
fillFormats();

/** Shows the view that the address names. */
function show(moveFocus) {
  const named = location.hash.slice(1);
  if (moveFocus && !VIEWS.includes(named)) return;
  const wanted = VIEWS.includes(named) ? named : VIEWS[0];
  for (const view of VIEWS) {
    byId(`${view}-view`).hidden = view !== wanted;
    if (view === wanted) byId(`go-${view}`).setAttribute("aria-current", "page");
    else byId(`go-${view}`).removeAttribute("aria-current");
  }
  const title = byId(`${wanted}-title`);
  document.title = `${title.textContent} – vidimus`;
  if (moveFocus) title.focus();
}

async function fillFormats() {
  try {
    for (const format of await ask("GET", "/v1/formats")) {
      titles.set(format.name, format.title);
      byId("format").append(new Option(format.title, format.name));
    }
  } catch {
    // Without them the page shows their names.
  }
}
