// Keys of the W3C issuers and holders of one run: `w3c.json` for the peers, PEM and Multikey files for vidimus. The issuer of
// SD-JWT VCs stands on a trust list, as that format demands of every issuer.
import fs from 'node:fs';
import path from 'node:path';
import { freshKey } from './w3c.mjs';

const KINDS = {
  ed25519: 'ed25519',
  p256: 'p256',
  p384: 'p384',
  bls: 'bls',
  'other-ed25519': 'ed25519',
  'other-p256': 'p256',
  'other-p384': 'p384',
  'other-bls': 'bls',
  holder: 'ed25519',
  members: 'p256',
};

const write = (name, text) => fs.writeFileSync(path.join(process.env.INTEROP_RUN, name), text, { mode: 0o600, flag: 'wx' });

const keys = {};
for (const [name, kind] of Object.entries(KINDS)) {
  keys[name] = await freshKey(kind);
  write(`w3c-${name}.key`, keys[name].pem ?? `${keys[name].secretKeyMultibase}\n`);
}
write('w3c.json', JSON.stringify({ keys }, null, 1));

const members = { kind: 'issuer', issuer: keys.members.did, formats: ['sd_jwt_vc'], environment: 'test' };
write('trust/members.json', JSON.stringify({ vidimus_trust: 1, entries: [members] }, null, 1));
