// Lets the contenders take turns and prints one table. run.sh calls it: run.mjs PLACES [--seconds N] [--json FILE] [--row PREFIX]
// [--without NAME]. PLACES is a JSON object: where the inputs, the built programs, the scripts, Python and what was installed are.
//
// All are warmed up first (libraries that compile while they run need it), then each round gives every contender one slice of
// every kind of work that it knows, and the medians of the rounds stand.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { CONTENDERS, OURS, ROWS } from './contenders.mjs';
import { compared, print } from './table.mjs';
import { machine, versions } from './versions.mjs';

const ROUNDS = 15;
// The warming up of a kind takes as long as so many rounds.
const WARM = 5;

const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '180' },
    json: { type: 'string' },
    row: { type: 'string', multiple: true, default: [''] },
    without: { type: 'string', multiple: true, default: [] },
  },
});
const places = JSON.parse(positionals[0]);
const seconds = Number(asked.seconds);
if (!(seconds > 0)) throw new Error('--seconds wants a number');
const isAsked = (row) => asked.row.some((prefix) => row.startsWith(prefix));

function command({ cargo, node, python }) {
  if (cargo) return [path.join(places.programs, cargo)];
  if (node) return [process.execPath, path.join(places.node, node)];
  return [places.python, path.join(places.scripts, python)];
}

class Contender {
  constructor(about) {
    this.name = about.name;
    const [program, ...given] = command(about);
    this.child = spawn(program, [...given, places.inputs], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    // Microseconds a credential of each round, by kind.
    this.micros = new Map();
  }

  async line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended`);
    return value.split(' ');
  }

  async ready() {
    const [, ...kinds] = await this.line();
    for (const kind of kinds) {
      const [row] = kind.split('/');
      if (!ROWS.has(row)) throw new Error(`${this.name}: no such row: ${row}`);
      if (isAsked(row)) this.micros.set(kind, []);
    }
    return this;
  }

  async slice(kind, milliseconds) {
    this.child.stdin.write(`${kind} ${milliseconds}\n`);
    const [count, nanoseconds] = (await this.line()).map(Number);
    return nanoseconds / count / 1000;
  }

  median(kind) {
    const sorted = [...(this.micros.get(kind) ?? [])].sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
  }
}

async function measure(contenders) {
  const turns = contenders.flatMap((contender) => [...contender.micros.keys()].map((kind) => ({ contender, kind })));
  if (turns.length === 0) throw new Error('nothing to measure');
  const milliseconds = Math.max(10, Math.round((seconds * 1000) / turns.length / (ROUNDS + WARM)));
  for (const { contender, kind } of turns) await contender.slice(kind, milliseconds * WARM);
  for (let round = 0; round < ROUNDS; round += 1) {
    // Every round begins with another, so that none always follows the same neighbour.
    const first = (round * 7) % turns.length;
    for (const { contender, kind } of [...turns.slice(first), ...turns.slice(0, first)]) {
      contender.micros.get(kind).push(await contender.slice(kind, milliseconds));
    }
  }
}

for (const name of asked.without) {
  if (!CONTENDERS.some((about) => about.name === name)) throw new Error(`no such contender: ${name}`);
}
const taking = CONTENDERS.filter(({ name }) => !asked.without.includes(name));
const load = os.loadavg()[0];
const contenders = await Promise.all(taking.map((about) => new Contender(about).ready()));
await measure(contenders);
for (const { child } of contenders) child.stdin.end();

const ours = contenders.find(({ name }) => name === OURS);
const rows = compared([...ROWS.keys()].filter(isAsked), ours, contenders.filter((contender) => contender !== ours));
print(machine(places), rows);
if (asked.json) {
  const packages = Object.fromEntries(taking.map((about) => [about.name, versions(about, places)]));
  const at = new Date().toISOString();
  const found = { machine: machine(places), at, load, seconds, rounds: ROUNDS, packages, rows };
  fs.writeFileSync(asked.json, `${JSON.stringify(found, null, 1)}\n`);
}
