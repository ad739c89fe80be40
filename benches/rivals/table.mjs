// What the measurement found: rows for JSON, and the table.
import { goalOf } from './contenders.mjs';

// One for each rival of each row: microseconds a credential, and how many times longer the rival takes.
export function compared(names, ours, rivals) {
  return names.flatMap((row) => {
    const one = ours?.median(`${row}/one`);
    const bulk = ours?.median(`${row}/bulk`);
    const theirs = rivals.filter((rival) => rival.micros.has(row));
    if (theirs.length === 0) return one === undefined ? [] : [{ row, one, bulk }];
    return theirs.map((rival) => beside(row, rival, one, bulk));
  });
}

function beside(row, rival, one, bulk) {
  const micros = rival.median(row);
  const times = (ours) => (ours === undefined ? undefined : micros / ours);
  const found = { row, rival: rival.name, micros, one, bulk, ratio_one: times(one), ratio_bulk: times(bulk) };
  const goal = goalOf(row, rival.name);
  if (goal === undefined || one === undefined) return found;
  return { ...found, goal, reached_by: ['one', 'bulk'].filter((way) => found[`ratio_${way}`] >= goal) };
}

const WIDTHS = [28, 19, 11, 10, 10, 9, 9, 6, 10];

const columns = (cells) => {
  console.log(cells.map((cell, at) => (at < 2 ? cell.padEnd(WIDTHS[at]) : cell.padStart(WIDTHS[at]))).join(''));
};

const shown = (number, digits = 1) => (number === undefined ? '-' : number.toFixed(digits));

export function print(machine, rows) {
  console.log(`${machine}\n`);
  columns(['us a credential, medians', 'rival', 'rival', 'one', 'bulk', 'x one', 'x bulk', 'goal', 'reached']);
  for (const { row, rival, micros, one, bulk, ratio_one: one_x, ratio_bulk: bulk_x, goal, reached_by: by } of rows) {
    const reached = by ? by.join(' ') || 'no' : '-';
    columns([row, rival ?? '-', shown(micros), shown(one), shown(bulk), shown(one_x), shown(bulk_x), shown(goal, 0), reached]);
  }
}
