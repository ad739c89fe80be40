// did-jwt-vc and jose judge the W3C credentials that vidimus issued as JWT: those of data model 1.1 and of 2.0.
import lines from './lines.cjs';
import { read, readJose } from './vc_jwt.mjs';

const refusals = {
  signature: /no matching public key found|signature verification failed/,
  end: /JWT has expired/,
  start: /JWT not valid before/,
  challenge: /does not contain the mandatory challenge/,
  domain: /audience does not match/,
  issuer: /the key is not the issuer's/,
};

const isOld = ({ version }) => version === '1.1';

await lines.judgeReadings('did-jwt-vc', 'vc_jwt', refusals, async ({ text, says, ask }) => {
  return lines.sayingOnly(await read(text, ask && { nonce: ask.challenge, audience: ask.domain }), says);
}, isOld);

await lines.judgeReadings('jose', 'vc_jwt', refusals, async ({ text, says, typ }) => {
  return lines.sayingOnly(await readJose(text, { typ }), says);
}, (each) => !isOld(each));
