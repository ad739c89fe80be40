// Problems of a request, for whoever asked: what is wrong, and what to do about it.

import { el, said, sentence, terms } from "./elements.js";

/** A problem of the service (RFC 9457), of the browser or of this page. */
export function drawTrouble(trouble) {
  const { title, detail, hint, code, instance, faults } = trouble.problem ?? { title: String(trouble.message) };
  return el(
    "div",
    { class: "alert" },
    el("p", {}, el("strong", {}, title ?? "It did not work.")),
    detail && el("p", {}, said(detail)),
    hint && el("p", {}, sentence(hint)),
    faults && el("ul", {}, ...faults.map(({ member, problem }) => el("li", {}, el("code", {}, said(member)), ": ", sentence(problem)))),
    terms([["Code", code], ["Occurrence", instance]]),
  );
}
