// Problems of a request, for whoever asked: what is wrong, and what to do about it.

import { el, said, terms } from "./elements.js";

/** A problem of the service (RFC 9457), of the browser or of this page. */
export function drawTrouble(trouble) {
  const { title, detail, hint, code, instance, errors } = trouble.problem ?? { title: String(trouble.message) };
  return el(
    "div",
    { class: "alert" },
    el("p", {}, el("strong", {}, title ?? "It did not work.")),
    detail && el("p", {}, said(detail)),
    hint && el("p", {}, hint),
    Array.isArray(errors) && el("ul", {}, ...errors.map((error) => el("li", {}, said(sentence(error))))),
    terms([["Code", code], ["Occurrence", instance]]),
  );
}

function sentence(error) {
  return typeof error === "string" ? error : JSON.stringify(error);
}
