// npm `@sd-jwt/sd-jwt-vc` as a contender: SD-JWT VCs with everything shown, without and with key binding. Issuers' keys are imported once.
import crypto from 'node:crypto';
import { digest } from '@sd-jwt/crypto-nodejs';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { answer, row, verifying } from './protocol.mjs';

// The library leaves signatures to its caller. Node's own check is faster here than the one of `@sd-jwt/crypto-nodejs`.
const verifierOf = (jwk) => {
  const key = crypto.createPublicKey({ key: jwk, format: 'jwk' });
  return (data, signature) => {
    return crypto.verify('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  };
};
const kbVerifier = (data, signature, { cnf }) => verifierOf(cnf.jwk)(data, signature);

for (const kind of ['sd_jwt_vc.es256', 'sd_jwt_vc.es256.kb']) {
  const inputs = row(kind);
  const issuers = new Map();
  for (const { kid, name, jwk } of inputs.issuers) {
    const library = new SDJwtVcInstance({ verifier: verifierOf(jwk), hasher: digest, hashAlg: 'sha-256', kbVerifier });
    issuers.set(kid, { name, library });
  }
  const { nonce, audience } = inputs.occasion ?? {};
  await verifying(kind, inputs, async (text) => {
    const { kid } = JSON.parse(Buffer.from(text.slice(0, text.indexOf('.')), 'base64url'));
    const { name, library } = issuers.get(kid);
    const { payload, kb } = await library.verify(text, nonce ? { keyBindingNonce: nonce } : {});
    if (payload.iss !== name) throw new Error('the key is not the issuer\'s');
    // The library compares no audience.
    if (audience && kb.payload.aud !== audience) throw new Error('bound for somebody else');
    // It takes a disclosure that no digest refers to, and leaves it out.
    if (typeof payload.family_name !== 'string') throw new Error('the family name is not disclosed');
    return payload;
  });
}

await answer();
