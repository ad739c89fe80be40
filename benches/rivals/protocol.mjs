// The protocol of the measurement for contenders that Node runs: see protocol/src/lib.rs.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

// The inputs of that row in this run: `credentials`, `spoilt`, `issuers` and more.
export const row = (name) => JSON.parse(fs.readFileSync(path.join(process.argv[2], `${name}.json`), 'utf8'));

// DER in base64 as PEM.
export const pem = (label, base64) => {
  return `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g).join('\n')}\n-----END ${label}-----\n`;
};

// The works of this contender by their kinds.
const works = new Map();

// Work on one credential of the row after another; every one of them must succeed.
export async function each(kind, credentials, act) {
  for (const [number, credential] of credentials.entries()) {
    await act(credential).catch((fault) => { throw new Error(`${kind}, credential ${number}: ${fault}`); });
  }
  let number = 0;
  works.set(kind, () => {
    number = (number + 1) % credentials.length;
    return act(credentials[number]);
  });
}

// The same for verifying: `verify` throws what it has against a credential, and must have something against the spoilt one.
// Where holders prove that they are there, so it is with the one that was shown to somebody else.
export async function verifying(kind, { credentials, spoilt, replayed }, verify) {
  if (!spoilt) throw new Error(`${kind}: no spoilt credential`);
  const isTaken = (text) => verify(text).then(() => true, () => false);
  if (await isTaken(spoilt)) throw new Error(`${kind}: takes what is spoilt`);
  if (replayed && await isTaken(replayed)) throw new Error(`${kind}: takes what was shown to somebody else`);
  await each(kind, credentials, verify);
}

// Answers until the asker closes the pipe.
export async function answer() {
  const say = (line) => fs.writeSync(1, `${line}\n`);
  say(`ready ${[...works.keys()].join(' ')}`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [kind, milliseconds] = line.split(' ');
    const step = works.get(kind);
    const begun = process.hrtime.bigint();
    const end = begun + BigInt(milliseconds) * 1_000_000n;
    let count = 0;
    do {
      await step();
      count += 1;
    } while (process.hrtime.bigint() < end);
    say(`${count} ${process.hrtime.bigint() - begun}`);
  }
}

// Libraries write to the console; only the protocol belongs on standard output.
console.log = console.info = console.debug = console.warn = () => {};
