// SD-JWT VCs by @sd-jwt: the issuer and the holder of this run, and what both share with the tests.
import { ES256, digest, generateSalt } from '@sd-jwt/crypto-nodejs';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import lines from './lines.cjs';
import { keys } from './w3c.mjs';

export const ISSUER = 'members';
export const HOLDER = 'other-p256';
export const ASK = { nonce: 'c0ffee-17', audience: 'https://desk.example' };

const publicOf = ({ jwk: { d, ...jwk } }) => jwk;
export const holderKey = () => publicOf(keys()[HOLDER]);

// A credential about nobody. The family name stands in it once.
export function claims(changed = {}) {
  const { now } = lines.cast();
  return {
    iss: keys()[ISSUER].did,
    vct: 'urn:example:membership:1',
    iat: now - 86_400,
    exp: now + 86_400,
    cnf: { jwk: holderKey() },
    familyName: 'Person',
    address: { locality: 'Harbour City', country: 'XX' },
    branches: ['Harbour', 'Old Town'],
    ...changed,
  };
}

// The library with these keys; the key of a credential's holder is looked up in its `cnf`, unless a test says otherwise.
export async function library({ signer = ISSUER, binder = HOLDER } = {}) {
  return new SDJwtVcInstance({
    signer: await ES256.getSigner(keys()[signer].jwk),
    verifier: await ES256.getVerifier(publicOf(keys()[ISSUER])),
    signAlg: 'ES256',
    hasher: digest,
    hashAlg: 'sha-256',
    saltGenerator: generateSalt,
    kbSigner: await ES256.getSigner(keys()[binder].jwk),
    kbSignAlg: 'ES256',
    kbVerifier: async (data, signature, payload) => (await ES256.getVerifier(payload.cnf.jwk))(data, signature),
  });
}

// The credential with that part concealed.
export async function issue(content, frame, { header, ...options } = {}) {
  return (await library(options)).issue(content, frame, { header: { kid: keys()[ISSUER].method, ...header } });
}

// What the holder shows of it, bound for the one who asks.
export async function present(credential, frame, { ask = ASK, at, ...options } = {}) {
  const payload = { iat: at ?? lines.cast().now, nonce: ask.nonce, aud: ask.audience };
  return (await library(options)).present(credential, frame, { kb: { payload } });
}

// What the library reads in a presentation; throws what it has against it.
export async function read(text, nonce) {
  const options = nonce ? { keyBindingNonce: nonce } : {};
  return (await (await library()).verify(text, options)).payload;
}
