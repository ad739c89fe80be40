// Lets the contenders take turns and prints one table: run.mjs FOLDER SECONDS PROGRAM..
//
// A contender whose program ends in `.mjs` is run by Node. All are warmed up first (libraries that compile while they run need
// it), then each round gives every contender one slice of every kind of work that it knows, and the medians of the rounds stand.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

const [folder, seconds, ...programs] = process.argv.slice(2);
const about = JSON.parse(fs.readFileSync(path.join(folder, 'about.json')));
const ROUNDS = 15;
const OURS = 'vidimus';

class Contender {
  constructor(program) {
    this.name = path.basename(program).replace(/^rival[-_]|\.mjs$/g, '');
    const [command, given] = program.endsWith('.mjs') ? [process.execPath, [program, folder]] : [program, [folder]];
    this.child = spawn(command, given, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.micros = new Map();
  }

  async line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended`);
    return value.split(' ');
  }

  async ready() {
    const [, ...kinds] = await this.line();
    for (const kind of kinds) this.micros.set(kind, []);
    return this;
  }

  // Microseconds a piece of work, over one slice.
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

const contenders = await Promise.all(programs.map((program) => new Contender(program).ready()));
const turns = contenders.flatMap((contender) => [...contender.micros.keys()].map((kind) => ({ contender, kind })));
const milliseconds = Math.max(10, Math.round((Number(seconds) * 1000) / turns.length / (ROUNDS + 5)));
for (const { contender, kind } of turns) await contender.slice(kind, milliseconds * 5);
for (let round = 0; round < ROUNDS; round += 1) {
  // Every round begins with another, so that none always follows the same neighbour.
  const first = (round * 7) % turns.length;
  for (const { contender, kind } of [...turns.slice(first), ...turns.slice(0, first)]) {
    contender.micros.get(kind).push(await contender.slice(kind, milliseconds));
  }
}
for (const { child } of contenders) child.stdin.end();

const ours = contenders.find(({ name }) => name === OURS);
const rivals = contenders.filter((contender) => contender !== ours);
const kinds = [...new Set(turns.map(({ kind }) => kind))];
const processor = os.cpus()[0]?.model ?? 'unknown processor';
console.log(`${os.type()} ${os.arch()}, ${os.cpus().length} cores, ${processor}, Node ${process.versions.node}`);
console.log(`A credential of ${about.statements} statements; selective suites show ${about.shown} of them, `
  + `mandatory ${about.mandatory.join(' ')}, selected ${about.selected.join(' ')}.\n`);
const columns = (cells) => console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(32) : cell.padStart(16))).join(''));
columns(['microseconds, median', ...(ours ? [OURS] : []), ...rivals.flatMap(({ name }) => [name, ...(ours ? ['ratio'] : [])])]);
const shown = (micros, digits) => (micros === undefined ? '-' : micros.toFixed(digits));
for (const kind of kinds) {
  const mine = ours?.median(kind);
  const rest = rivals.flatMap((rival) => {
    const theirs = rival.median(kind);
    const ratio = mine && theirs ? theirs / mine : undefined;
    return [shown(theirs, 1), ...(ours ? [shown(ratio, 1)] : [])];
  });
  columns([kind, ...(ours ? [shown(mine, 1)] : []), ...rest]);
}
