// Elements, made by hand: text is only ever text. Whatever a credential says ends in a text node or an attribute of this list.

const SVG = "http://www.w3.org/2000/svg";

// What may be set from here. No handler and no style is among them; a link goes through `link`.
const ATTRIBUTES = new Set([
  "alt", "aria-current", "aria-hidden", "aria-label", "aria-labelledby", "class", "datetime", "dir", "height", "id", "open", "role",
  "src", "start", "tabindex", "type", "width",
]);

/** An element with these attributes and children. A child is an element, a text, or nothing at all. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (!ATTRIBUTES.has(attribute)) throw new TypeError(`attribute ${attribute}`);
    if (value !== undefined && value !== null) element.setAttribute(attribute, value);
  }
  append(element, children);
  return element;
}

/** A text of a stranger: set apart from what is around it, so that its direction of writing turns nothing else round. */
export function said(text) {
  return el("bdi", {}, String(text));
}

/** A sentence of the service: what stands in backticks is code. */
export function sentence(text) {
  const pieces = String(text).split("`");
  const isWhole = pieces.length % 2 === 1;
  return el("bdi", {}, ...pieces.map((piece, at) => (isWhole && at % 2 === 1 ? el("code", {}, piece) : piece)));
}

/** A link, where the address is one to follow; the text alone otherwise. */
export function link(address, text) {
  if (!isPlace(address)) return el("span", {}, text);
  const anchor = el("a", {}, text);
  anchor.href = address;
  anchor.rel = "noreferrer";
  return anchor;
}

/** A heading of that level; there are no deeper ones than the sixth. */
export function heading(level, ...children) {
  return el(`h${Math.min(level, 6)}`, {}, ...children);
}

/** A list of terms and what belongs to each. Terms without anything are left out. */
export function terms(pairs) {
  const rows = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return el("dl", { class: "terms" }, ...rows.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));
}

/** A button that does that. */
export function button(text, action, kind = "") {
  const made = el("button", { type: "button", class: kind || undefined }, text);
  made.addEventListener("click", action);
  return made;
}

/** The sign of an outcome. It differs in shape, and stands beside the word. */
export function sign(outcome) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", `sign sign-${outcome}`);
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("focusable", "false");
  for (const [shape, way] of SIGNS[outcome] ?? SIGNS["not-declared"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", way);
    path.setAttribute("class", shape);
    drawing.append(path);
  }
  return drawing;
}

/** Everything out of the element, and these in. */
export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** The element with that identifier. */
export function byId(id) {
  return document.getElementById(id);
}

function append(element, children) {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

// What a link may lead to: secure addresses, this service, and wallets. Nothing that would run here.
const WALLET = /^(haip|mdoc|[a-z0-9.-]*openid4vp|[a-z0-9.-]*-vp):$/;

function isPlace(address) {
  try {
    const { protocol, origin } = new URL(address, location.href);
    return protocol === "https:" || origin === location.origin || WALLET.test(protocol);
  } catch {
    return false;
  }
}

const ROUND = "M12 2a10 10 0 1 1 0 20a10 10 0 1 1 0-20z";
const SIGNS = {
  pass: [["body", ROUND], ["mark", "M7 12.5l3.4 3.4L17 9"]],
  fail: [["body", "M8 2h8l6 6v8l-6 6H8l-6-6V8z"], ["mark", "M8.2 8.2l7.6 7.6M15.8 8.2l-7.6 7.6"]],
  unknown: [["body", "M12 1.5L22.5 12L12 22.5L1.5 12z"], ["mark", "M9.4 9.6a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.3 1-1.3 2M12 16.6v.4"]],
  "not-declared": [["ring", ROUND], ["mark", "M8 12h8"]],
  "not-reached": [["ring dashed", ROUND]],
};
