// Where it was measured, and the versions of what was measured.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const said = (program) => execFileSync(program, ['--version'], { encoding: 'utf8' }).split(' (')[0].trim();

export function machine({ python }) {
  const processor = os.cpus()[0]?.model ?? 'unknown processor';
  const tools = `${said('rustc')}, Node ${process.versions.node}, ${said(python)}`;
  return `${os.type()} ${os.arch()}, ${os.cpus().length} cores, ${processor}, ${tools}`;
}

// The versions of a contender's packages: those that were built or installed.
export function versions({ cargo, node, packages }, places) {
  return Object.fromEntries(packages.map((name) => [name, cargo ? ofCrate(name, cargo, places) : ofPackage(name, node, places)]));
}

function ofCrate(name, program, { scripts }) {
  const own = path.join(scripts, program.replace('rival-', ''), 'Cargo.lock');
  const lock = fs.readFileSync(fs.existsSync(own) ? own : path.join(scripts, 'Cargo.lock'), 'utf8');
  const found = [...lock.matchAll(/name = "(.+)"\nversion = "(.+)"/g)].filter(([, each]) => each === name);
  return found.map(([, , version]) => version).join(' or ');
}

function ofPackage(name, node, { modules, requirements }) {
  if (node) return JSON.parse(fs.readFileSync(path.join(modules, name, 'package.json'))).version;
  const line = fs.readFileSync(requirements, 'utf8').split('\n').find((each) => each.startsWith(`${name}==`));
  return line.split('==')[1];
}
