// The libraries of Digital Bazaar judge the W3C credentials that vidimus issued with Data Integrity proofs.
import { verify } from './digitalbazaar.mjs';
import lines from './lines.cjs';

const refusals = {
  signature: /Invalid signature/,
  end: /is after "validUntil"/,
  start: /is before "validFrom"/,
  issuer: /issuer must match the verification method controller/,
  challenge: /challenge is not as expected/,
  domain: /domain is not as expected/,
  'base proof': /does not include a valid "proofValue"/,
  'claim more': /Signature count|Number of disclosed messages/,
  status: /the status bit is set/,
};

await lines.judgeReadings('@digitalbazaar/vc', 'vc_di', refusals, async ({ text, says, ask, documents }) => {
  const document = JSON.parse(text);
  await verify(structuredClone(document), { ...ask, documents });
  return lines.sayingOnly(document, says);
});
