// What the measurement found: rows for JSON, and the table.
import { goalOf } from './contenders.mjs';

// The ways in which vidimus does each row: see vidimus/src/main.rs.
const WAYS = ['one', 'bulk', 'read'];

// One for each rival of each row: microseconds a credential, of the rival and of each of our ways, and how many times longer the
// rival takes.
export function compared(names, ours, rivals) {
  return names.flatMap((row) => {
    const mine = Object.fromEntries(WAYS.map((way) => [way, ours?.median(`${row}/${way}`)]));
    const theirs = rivals.filter((rival) => rival.micros.has(row));
    if (theirs.length === 0) return mine.one === undefined ? [] : [{ row, ...mine }];
    return theirs.map((rival) => beside(row, rival, mine));
  });
}

function beside(row, rival, mine) {
  const micros = rival.median(row);
  const times = Object.fromEntries(WAYS.filter((way) => mine[way]).map((way) => [way, micros / mine[way]]));
  const goal = goalOf(row, rival.name);
  const found = { row, rival: rival.name, micros, ...mine, times };
  return goal && mine.one ? { ...found, goal, reached_by: WAYS.filter((way) => times[way] >= goal) } : found;
}

const WIDTHS = [28, 15, 11, 9, 9, 9, 9, 9, 9, 6];

const columns = (cells) => {
  console.log(cells.map((cell, at) => (at < 2 ? cell.padEnd(WIDTHS[at]) : cell.padStart(WIDTHS[at] ?? 0))).join('').trimEnd());
};

const shown = (number, digits = 1) => (number === undefined ? '-' : number.toFixed(digits));

export function print(machine, rows) {
  console.log(`${machine}\n`);
  columns(['us a credential', 'rival', 'rival', ...WAYS, ...WAYS.map((way) => `x ${way}`), 'goal', '  reached by']);
  for (const { row, rival, micros, times, goal, reached_by: by, ...mine } of rows) {
    const figures = [micros, ...WAYS.map((way) => mine[way]), ...WAYS.map((way) => times?.[way])].map((each) => shown(each));
    columns([row, rival ?? '-', ...figures, shown(goal, Number.isInteger(goal) ? 0 : 1), by ? `  ${by.join(' ') || 'none'}` : '']);
  }
}
