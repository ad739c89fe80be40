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
    ...groups.map(([name, value]) => el("div", { class: "group" }, heading(level + 1, name), thing(value))),
  );
}

/** Any JSON, in its own words; `naming` makes of a member's name what is shown. */
export function tree(value, naming = (name) => el("code", {}, said(name)), depth = 0) {
  if (depth > DEEPEST) return said("…");
  if (value === null || typeof value !== "object") return scalar(value);
  const below = (one) => tree(one, naming, depth + 1);
  if (!Array.isArray(value)) return terms(Object.entries(value).map(([name, one]) => [naming(name), below(one)]));
  if (value.length === 0) return el("span", { class: "hint" }, "none");
  return el("ol", { class: "items" }, ...value.map((one) => el("li", {}, below(one))));
}

/** A thing of core data. Its members are named for people, and a code is shown with the system that gives it its meaning. */
function thing(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return tree(value, label);
  if (isCoding(value)) return coding(value);
  return terms(Object.entries(value).map(([name, one]) => [said(label(name)), thing(one)]));
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
  const known = el("span", { class: "hint" }, said(display ? `${code}, ${system}` : system));
  return el("span", {}, said(display ?? code), " ", known);
}

function scalar(value) {
  if (value === null) return el("span", { class: "hint" }, "nothing");
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = String(value);
  if (text.length <= LONGEST) return said(text);
  return el("span", {}, said(text.slice(0, LONGEST)), el("span", { class: "hint" }, ` … ${text.length} characters`));
}
