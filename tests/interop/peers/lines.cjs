// Lines of the outcome, and the files that the steps hand to each other. The twin of lines.py.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const file = (name) => path.join(process.env.INTEROP_RUN, name);

// Everything that cast.py made: keys, certificates, contents.
const cast = () => JSON.parse(fs.readFileSync(file('cast.json'), 'utf8'));

// Everything that keys_w3c.mjs made: keys of the W3C issuers and holders.
const w3c = () => JSON.parse(fs.readFileSync(file('w3c.json'), 'utf8'));

// What `vidimus issue` made in that format. None is a fault of the run.
function ours(format) {
  const lines = fs.readFileSync(file('ours.jsonl'), 'utf8').split('\n').filter((line) => line);
  const cases = lines.map((line) => JSON.parse(line)).filter((each) => each.format === format);
  if (cases.length === 0) throw new Error(`ours.jsonl holds nothing in ${format}`);
  return cases;
}

function outcome(passed, direction, peer, name, detail) {
  const text = String(detail).split(/\s+/).join(' ').slice(0, 300);
  fs.writeSync(1, `${passed ? 'pass' : 'FAIL'} ${direction} ${peer} ${name}: ${text}\n`);
}

// Of an object only what the case says something of.
const sayingOnly = (document, says) => Object.fromEntries(Object.keys(says).map((name) => [name, document[name]]));

// Writes one case for judge.py.
const emit = (each) => fs.writeSync(1, `${JSON.stringify(each)}\n`);

// Maps of CBOR readers as plain objects, to compare with JSON.
function plain(value) {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

function isSame(one, other) {
  try {
    assert.deepStrictEqual(one, other);
    return true;
  } catch {
    return false;
  }
}

// Lets a peer read our credentials: `read(case)` returns what it says, or throws when it refuses. `refusals` says how the
// peer words each kind of refusal; a refusal in other words is not the one that was due. `isFor` picks the peer's cases.
async function judgeReadings(peer, format, refusals, read, isFor = () => true) {
  for (const each of ours(format).filter(isFor)) {
    const due = each.refused;
    let said;
    try {
      said = plain(await read(each));
    } catch (refusal) {
      outcome(due !== null && refusals[due].test(refusal), 'ours->theirs', peer, each.case, `refused, ${refusal}`);
      continue;
    }
    if (due !== null) outcome(false, 'ours->theirs', peer, each.case, `accepted, but should be refused for its ${due}`);
    else if (!isSame(said, each.says)) outcome(false, 'ours->theirs', peer, each.case, `reads ${JSON.stringify(said)}`);
    else outcome(true, 'ours->theirs', peer, each.case, 'accepted, and reads the same content');
  }
}

// Peers write to the console; only our lines belong on standard output.
console.log = console.info = console.debug = console.warn = (...words) => console.error(...words);

module.exports = { cast, emit, judgeReadings, ours, outcome, plain, sayingOnly, w3c };
