// The inputs of one measurement: the credential of credential.json, signed in each suite by the libraries of Digital Bazaar.
//
// mint.mjs CREDENTIAL FOLDER writes `SUITE.json`, `SUITE.spoilt.json` (one letter changed) and, of the suites that show a part,
// `SUITE.base.json`; and `about.json`, which says how many statements there are and how many of them are shown.
import fs from 'node:fs';
import path from 'node:path';
import jsonld from 'jsonld';
import { derive, issue, verify } from './digitalbazaar.mjs';
import { edited, freshKey, loader } from './w3c.mjs';

const [credentialFile, folder] = process.argv.slice(2);
const credential = JSON.parse(fs.readFileSync(credentialFile));
const SUITES = [
  ['eddsa-rdfc-2022', 'ed25519'],
  ['eddsa-jcs-2022', 'ed25519'],
  ['ecdsa-rdfc-2019', 'p256'],
  ['ecdsa-sd-2023', 'p256'],
  ['bbs-2023', 'bls'],
];
const MANDATORY = ['/issuer', '/validFrom', '/validUntil'];
const SELECTED = ['/credentialSubject/givenName', '/credentialSubject/familyName', '/credentialSubject/membership'];

const write = (name, value) => fs.writeFileSync(path.join(folder, name), JSON.stringify(value));

// How many statements a document makes, its proof apart.
async function statements({ proof, ...document }) {
  const options = { algorithm: 'RDFC-1.0', format: 'application/n-quads', documentLoader: loader(), safe: true };
  return (await jsonld.canonize(document, options)).trim().split('\n').length;
}

const about = { mandatory: MANDATORY, selected: SELECTED, statements: await statements(credential) };
for (const [suite, kind] of SUITES) {
  const key = await freshKey(kind);
  const unsigned = edited(credential, ({ issuer }) => { issuer.id = key.did; });
  const isSelective = suite === 'ecdsa-sd-2023' || suite === 'bbs-2023';
  let signed = await issue(unsigned, suite, key, { mandatory: MANDATORY });
  if (isSelective) {
    write(`${suite}.base.json`, signed);
    signed = await derive(signed, suite, SELECTED);
    about.shown = await statements(signed);
  }
  await verify(signed);
  write(`${suite}.json`, signed);
  write(`${suite}.spoilt.json`, edited(signed, ({ credentialSubject }) => { credentialSubject.familyName = 'Lindqvisu'; }));
}
write('about.json', about);
