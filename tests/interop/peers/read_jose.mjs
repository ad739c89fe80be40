// npm `jose` and Node's zlib read the SMART Health Cards that vidimus issued.
import zlib from 'node:zlib';
import { compactVerify, createLocalJWKSet } from 'jose';
import lines from './lines.cjs';

const keys = createLocalJWKSet(lines.cast().shc.key_set);

const unpack = (text) => {
  const pairs = text.replace(/^shc:\//, '').match(/\d\d/g);
  return pairs.map((pair) => String.fromCharCode(Number(pair) + 45)).join('');
};

const refusals = { signature: /signature verification failed/, key: /no applicable key/ };

await lines.judgeReadings('jose', 'smart_health_card', refusals, async ({ text }) => {
  const { payload, protectedHeader } = await compactVerify(unpack(text), keys, { algorithms: ['ES256'] });
  if (protectedHeader.zip !== 'DEF') throw new Error('not compressed');
  const claims = JSON.parse(zlib.inflateRawSync(payload).toString());
  return { iss: claims.iss, content: claims.vc };
});
