// Reports: the verdict, who issued, what an accepted one says, every stage with its reason; the same for each part.

import { core, tree } from "./claims.js";
import { button, el, heading, link, said, sentence, sign, terms } from "./elements.js";
import { count, duration, label, moment, outcomeWord, question, verdictWords } from "./words.js";

/** One report. `titles` has the formats' titles by name; `level` is that of its heading. */
export function drawReport(report, titles, { level = 2, name = "" } = {}) {
  const parts = report.parts ?? [];
  // A presentation alone is a list of one: what it comes to stands once.
  if (!report.checks && parts.length === 1 && parts[0].verdict === report.verdict) return drawReport(parts[0], titles, { level, name });
  const partName = report.checks ? insideName : inputName;
  const checks = report.checks && drawChecks(report.checks, level + 1);
  const says = report.checks && contents(report, level + 1);
  return el(
    "article",
    { class: `report report-${report.verdict}` },
    verdict(report, titles, level, name),
    // Of an accepted one people want to know what it says, of another why it is not.
    ...(report.verdict === "accepted" ? [says, checks] : [checks, says]),
    report.notes && notes(report.notes, level + 1),
    report.evidence && evidence(report.evidence, level + 1),
    ...parts.map((part, at) => drawReport(part, titles, { level: level + 1, name: partName(at, parts.length) })),
  );
}

/** The verdict in one line, for those who do not see the page. */
export function spoken(report) {
  const words = verdictWords(report.verdict);
  const faults = report.verdict === "accepted" ? [] : faultsOf(report);
  return `${words.word}. ${faults.length === 0 ? words.meaning : faults.map((fault) => fault.sentence ?? fault.code).slice(0, 3).join(" ")}`;
}

/** The stages and what each came to, with everything that is known about a fault. */
export function drawChecks(checks, level, title = "Checks") {
  return el(
    "section",
    { class: "checks" },
    heading(level, title),
    el("ol", {}, ...checks.map(drawCheck)),
  );
}

/** The document as it came, to look at and to take along. */
export function drawDocument(document) {
  const text = JSON.stringify(document, null, 2);
  const copied = el("span", { class: "hint", role: "status" });
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = "Copied.";
    } catch {
      copied.textContent = "The browser did not allow it.";
    }
  });
  return el(
    "details",
    { class: "raw" },
    el("summary", {}, "As JSON"),
    el("div", { class: "actions" }, copy, copied),
    el("pre", { tabindex: "0", role: "region", "aria-label": "The answer as JSON" }, text),
  );
}

function verdict(report, titles, level, name) {
  const title = report.format ? (titles.get(report.format) ?? report.format) : "";
  const several = !report.checks && report.parts && `${count(report.parts.length, "credential")}, each judged by itself.`;
  return drawVerdict(report, level, { name, remarks: [title, several] });
}

/** The head of a report: the word, what it means, what is wrong, and remarks. */
export function drawVerdict(report, level, { name = "", remarks = [] } = {}) {
  const words = verdictWords(report.verdict);
  const faults = report.verdict === "accepted" ? [] : faultsOf(report);
  const head = heading(level, name && `${name}: `, words.word);
  head.tabIndex = -1;
  head.classList.add("verdict-word");
  return el(
    "header",
    { class: "verdict" },
    sign(words.sign),
    el(
      "div",
      {},
      head,
      el("p", {}, words.meaning, report.verdict === "rejected" && faults.length > 0 && ` ${count(faults.length, "fault")}:`),
      faults.length > 0 && el("ul", {}, ...faults.map((fault) => el("li", {}, sentence(fault.sentence ?? fault.code)))),
      ...remarks.filter(Boolean).map((remark) => el("p", { class: "hint" }, remark)),
    ),
  );
}

/** What is wrong, or could not be told, in this report and its parts. */
function faultsOf(report) {
  const own = (report.checks ?? []).filter((check) => check.code);
  return [...own, ...(report.parts ?? []).flatMap(faultsOf)];
}

function inputName(at, count) {
  return count > 1 ? `Part ${at + 1} of ${count}` : "The presentation";
}

function insideName(at, count) {
  return count > 1 ? `Credential ${at + 1} of ${count} inside` : "The credential inside";
}

function drawCheck(check) {
  const outcome = check.outcome ?? (check.code ? "fail" : "pass");
  return el(
    "li",
    { class: `check check-${outcome}` },
    sign(outcome),
    el(
      "div",
      {},
      el(
        "p",
        { class: "stage" },
        el("strong", {}, label(check.stage)),
        " ",
        el("span", { class: "hint" }, question(check.stage)),
        " ",
        el("span", { class: "outcome" }, outcomeWord(outcome)),
      ),
      check.code && drawReason(check),
    ),
  );
}

function drawReason(check) {
  return el(
    "div",
    { class: "reason" },
    check.sentence && el("p", { class: "sentence" }, sentence(check.sentence)),
    terms([
      ["Code", code(check)],
      ["Expected", check.expected && value(check.expected)],
      ["Got", check.got && value(check.got)],
      ["What to do", check.hint && sentence(check.hint)],
      ["Rule", check.spec ? rule(check.spec) : check.section],
      ["Would be settled by", check.locator && value(check.locator)],
    ]),
  );
}

/** The code. Those of credentials stand in the table of reasons; those of a session's protocol bring all there is to say. */
function code({ code, spec }) {
  const text = el("code", {}, code);
  return spec ? link(`/v1/reasons/${encodeURIComponent(code)}`, text) : text;
}

function value(fact) {
  return el("code", { class: "fact" }, said(fact));
}

function rule(spec) {
  return link(spec.url, `${spec.document}, ${spec.section}`);
}

/** Who issued it and what it says. A refused credential says nothing here, and its issuer is only who it names. */
function contents(report, level) {
  const signed = ["key", "signature"].every((stage) => report.checks.some((check) => check.stage === stage && check.outcome === "pass"));
  return el(
    "div",
    {},
    report.core && Object.keys(report.core).length > 0 && core(report.core, level),
    report.issuer && issuer(report.issuer, signed, level),
    report.times && times(report.times, level),
    report.claims && el("details", { class: "claims" }, el("summary", {}, "Everything it says, in its own terms"), tree(report.claims)),
  );
}

function issuer(issuer, signed, level) {
  const chain = issuer.chain ?? [];
  return el(
    "section",
    {},
    heading(level, signed ? "Issued by" : "Named as issuer, not proven"),
    terms([
      ["Name", said(issuer.name)],
      ["Country", issuer.country && said(issuer.country)],
      ["Trust list", issuer.list && said(issuer.list)],
      ["Environment", said(issuer.environment)],
      ["Key", issuer.key_id && value(issuer.key_id)],
    ]),
    chain.length > 0 && el(
      "details",
      {},
      el("summary", {}, count(chain.length, "certificate")),
      el("ol", { class: "chain" }, ...chain.map((one) => el("li", {}, said(one.subject), " ", value(one.sha256)))),
    ),
  );
}

function times(times, level) {
  const at = (text) => text && el("time", { datetime: text }, moment(text));
  return el(
    "section",
    {},
    heading(level, "Times"),
    terms([["Issued", at(times.issued_at)], ["Not before", at(times.not_before)], ["Ends", at(times.expires)]]),
  );
}

function notes(notes, level) {
  return el(
    "section",
    {},
    heading(level, "Notes"),
    el("p", { class: "hint" }, "They change no verdict."),
    el("ul", {}, ...notes.map((note) => el("li", {}, sentence(note.sentence), " ", value(note.code)))),
  );
}

function evidence(used, level) {
  const age = (one) => one.age_seconds !== undefined && ` – ${duration(one.age_seconds)} old`;
  return el(
    "section",
    {},
    heading(level, "Evidence looked at"),
    el("ul", {}, ...used.map((one) => el("li", {}, value(one.locator), age(one)))),
  );
}
