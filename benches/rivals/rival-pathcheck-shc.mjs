// npm `@pathcheck/shc-sdk` as a contender: text of a SMART Health Card in, its checked signature and its claims out.
//
// Its first card makes it fetch its register of issuers; a stand-in for its HTTP client gives it one that has ours. So it fetches
// nothing while it is measured.
import { createRequire } from 'node:module';
import { answer, row, verifying } from './protocol.mjs';

const KIND = 'smart_health_card.es256';
const inputs = row(KIND);
const entries = inputs.issuers.map(({ name, jwk }) => [`${name}#${jwk.kid}`, { status: 'current', didDocument: jwk }]);
const register = JSON.stringify({ SmartHealthCards: Object.fromEntries(entries) });

async function fetchStandIn(url) {
  if (!url.endsWith('/registry.json')) throw new Error(`nothing is fetched: ${url}`);
  return { status: 200, text: async () => register };
}

const require = createRequire(import.meta.url);
const place = require.resolve('cross-fetch', { paths: [require.resolve('@pathcheck/shc-sdk')] });
require.cache[place] = { id: place, filename: place, loaded: true, exports: fetchStandIn };
const { unpackAndVerify } = require('@pathcheck/shc-sdk');

await verifying(KIND, inputs, async (text) => {
  const read = await unpackAndVerify(text);
  if (!read) throw new Error('not verified');
  return read.credential;
});

await answer();
