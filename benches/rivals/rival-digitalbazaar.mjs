// The libraries of Digital Bazaar as a contender: the protocol is that of protocol/src/lib.rs.
//
// Suites, verifiers' documents and the loader are made once; a step is from the text of a credential to its verification, or to
// the text of a derived credential.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import * as vc from '@digitalbazaar/vc';
import { derivingSuite, verifyingSuite } from './digitalbazaar.mjs';
import { loader } from './w3c.mjs';

const folder = process.argv[2];
const input = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
const { selected } = JSON.parse(input('about.json'));

// Documents of keys are computed once, as a resolver with a memory would.
function remembering(load) {
  const known = new Map();
  return async (url) => {
    if (!known.has(url)) known.set(url, await load(url));
    return known.get(url);
  };
}
const documentLoader = remembering(loader());

const works = new Map();
for (const kind of ['eddsa-rdfc-2022', 'eddsa-jcs-2022', 'ecdsa-rdfc-2019', 'ecdsa-sd-2023', 'bbs-2023']) {
  const suite = verifyingSuite(kind);
  const verify = async (text) => {
    const { verified, error } = await vc.verifyCredential({ credential: JSON.parse(text), suite, documentLoader });
    if (!verified) throw error;
  };
  const text = input(`${kind}.json`);
  works.set(`${kind}.verify`, () => verify(text));
  const spoilt = input(`${kind}.spoilt.json`);
  if (await verify(spoilt).then(() => true, () => false)) throw new Error(`${kind}: takes what is spoilt`);
  if (!fs.existsSync(path.join(folder, `${kind}.base.json`))) continue;
  const base = input(`${kind}.base.json`);
  const deriving = derivingSuite(kind, selected);
  works.set(`${kind}.derive`, async () => {
    return JSON.stringify(await vc.derive({ verifiableCredential: JSON.parse(base), suite: deriving, documentLoader }));
  });
}

const say = (line) => fs.writeSync(1, `${line}\n`);
for (const step of works.values()) await step();
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
