// The words for what reports say: verdicts, stages, outcomes, times, names of members.

/** What each verdict means for whoever reads it. */
export const VERDICTS = {
  accepted: { word: "Accepted", sign: "pass", meaning: "Everything that it declares was looked at and is in order." },
  rejected: { word: "Rejected", sign: "fail", meaning: "Do not rely on it." },
  indeterminate: {
    word: "Could not tell",
    sign: "unknown",
    meaning: "Something that is needed to judge it was not at hand. This is not an acceptance.",
  },
};

/** The question that each stage answers. */
const STAGES = {
  decode: "Can it be read?",
  key: "Who signed, and may they?",
  signature: "Is the signature right?",
  digests: "Are the disclosed values the signed ones?",
  validity: "Is it in its time?",
  status: "Was it withdrawn?",
  holder: "Is it shown by its holder?",
  policy: "Does it say what is demanded?",
};

const OUTCOMES = {
  pass: "passed",
  fail: "failed",
  unknown: "could not tell",
  "not-declared": "nothing to look at",
  "not-reached": "not reached",
};

/** The verdict's words; an unknown verdict is none to rely on. */
export function verdictWords(verdict) {
  return VERDICTS[verdict] ?? VERDICTS.indeterminate;
}

/** The question that a stage answers. */
export function question(stage) {
  return STAGES[stage] ?? "";
}

/** An outcome in words. */
export function outcomeWord(outcome) {
  return OUTCOMES[outcome] ?? outcome;
}

/** A count and its noun. */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

/** A member's name for people: `birth_date`, `birthDate` → `Birth date`. Names with other signs stay as they are. */
export function label(name) {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) return name;
  const words = name.replaceAll("_", " ").replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const WHEN = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** A time of a report (RFC 3339) for people, in UTC; as it came when it is none. */
export function moment(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? String(text) : `${WHEN.format(time)} UTC`;
}

/** So many seconds, roughly. */
export function duration(seconds) {
  const [size, unit] = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]].find(([size]) => seconds >= size) ?? [1, "second"];
  return count(Math.floor(seconds / size), unit);
}
