// What an accepted credential says: first in the words that all formats share, then in its own.

import { el, heading, said, terms } from "./elements.js";
import { label } from "./words.js";

// A text longer than this is shown by its beginning; the document below has it whole.
const LONGEST = 400;

// Nothing that the service takes is deeper than this.
const DEEPEST = 40;

/** Core data: one group for each thing that is said. */
export function core(data, level) {
  const groups = Object.entries(data).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((one, at) => [groupName(name, at, value.length), one]) : [[label(name), value]],
  );
  return el(
    "section",
    { class: "says" },
    heading(level, "What it says"),
    ...groups.map(([name, value]) => el("div", { class: "group" }, heading(level + 1, name), members(value, 1))),
  );
}

/** Any JSON. */
export function tree(value, depth = 0) {
  if (depth > DEEPEST) return said("…");
  if (Array.isArray(value)) {
    return value.length === 0 ? el("span", { class: "hint" }, "none") : el("ol", { class: "items" }, ...value.map((one) => el("li", {}, tree(one, depth + 1))));
  }
  return value !== null && typeof value === "object" ? members(value, depth) : scalar(value);
}

function members(value, depth) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return tree(value, depth + 1);
  if (isCoding(value)) return coding(value);
  return terms(Object.entries(value).map(([name, one]) => [said(label(name)), tree(one, depth + 1)]));
}

/** `vaccinations` → `Vaccination`, numbered where there are several. */
function groupName(name, at, count) {
  const one = label(name).replace(/ies$/, "y").replace(/s$/, "");
  return count > 1 ? `${one} ${at + 1}` : one;
}

function isCoding(value) {
  return typeof value.code === "string" && typeof value.system === "string";
}

function coding({ code, system, display }) {
  return el("span", {}, display ? said(display) : said(code), " ", el("span", { class: "hint" }, said(display ? `${code}, ${system}` : system)));
}

function scalar(value) {
  if (value === null) return el("span", { class: "hint" }, "nothing");
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = String(value);
  if (text.length <= LONGEST) return said(text);
  return el("span", {}, said(text.slice(0, LONGEST)), el("span", { class: "hint" }, ` … ${text.length} characters`));
}
