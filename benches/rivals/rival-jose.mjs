// npm `jose` as a contender: SMART Health Cards, with Node's zlib, and credentials of data model 2.0 as JWT. Keys are imported once.
import zlib from 'node:zlib';
import { compactVerify, createLocalJWKSet, importJWK, jwtVerify } from 'jose';
import { answer, row, verifying } from './protocol.mjs';

const cards = row('smart_health_card.es256');
const cardKeys = createLocalJWKSet({ keys: cards.issuers.map(({ jwk }) => jwk) });
await verifying('smart_health_card.es256', cards, async (text) => {
  const pairs = text.slice('shc:/'.length).match(/\d\d/g);
  const token = pairs.map((pair) => String.fromCharCode(Number(pair) + 45)).join('');
  const { payload } = await compactVerify(token, cardKeys, { algorithms: ['ES256'] });
  return JSON.parse(zlib.inflateRawSync(payload).toString());
});

for (const [kind, alg] of [['vc_jwt.es256', 'ES256'], ['vc_jwt.eddsa', 'EdDSA']]) {
  const inputs = row(kind);
  const issuers = new Map();
  for (const { kid, name, jwk } of inputs.issuers) issuers.set(kid, { name, key: await importJWK(jwk, alg) });
  await verifying(kind, inputs, async (token) => {
    const keyOf = ({ kid }) => issuers.get(kid)?.key;
    const { payload, protectedHeader } = await jwtVerify(token, keyOf, { typ: 'vc+jwt', algorithms: [alg] });
    if (payload.issuer.id !== issuers.get(protectedHeader.kid).name) throw new Error('the key is not the issuer\'s');
    return payload;
  });
}

await answer();
