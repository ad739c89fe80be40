// W3C credentials as JWT, by two peers: did-jwt-vc (data model 1.1) and jose (data model 2.0).
import { EdDSASigner, ES256Signer } from 'did-jwt';
import * as didJwtVc from 'did-jwt-vc';
import { Resolver } from 'did-resolver';
import { SignJWT, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { BASE_1, keys, membership } from './w3c.mjs';

export const ALGORITHMS = { ed25519: 'EdDSA', p256: 'ES256', p384: 'ES384' };

const publicOf = ({ jwk: { d, ...jwk } }) => jwk;
const byDid = (did) => Object.values(keys()).find((key) => key.did === did);

// The credential of w3c.mjs by data model 1.1.
export function membership_1_1(issuer, changed = {}) {
  const { validFrom, validUntil, ...rest } = membership(issuer);
  const contexts = [BASE_1, 'https://www.w3.org/2018/credentials/examples/v1'];
  return { ...rest, '@context': contexts, issuanceDate: validFrom, expirationDate: validUntil, ...changed };
}

// The key as did-jwt wants it.
function issuerOf({ kind, did, jwk }) {
  const secret = Buffer.from(jwk.d, 'base64url');
  return { did, alg: ALGORITHMS[kind], signer: kind === 'ed25519' ? EdDSASigner(secret) : ES256Signer(secret) };
}

// A credential by did-jwt-vc: members of data model 1.1 in registered claims and in `vc`.
export function issue(credential, name, { header, ...options } = {}) {
  const key = keys()[name];
  return didJwtVc.createVerifiableCredentialJwt(credential, issuerOf(key), { header: { kid: key.method, ...header }, ...options });
}

// A presentation of such tokens by did-jwt-vc.
export function present(tokens, name, { nonce, audience }) {
  const key = keys()[name];
  const vp = { '@context': [BASE_1], type: ['VerifiablePresentation'], verifiableCredential: tokens };
  return didJwtVc.createVerifiablePresentationJwt({ vp, nonce, aud: audience }, issuerOf(key), { header: { kid: key.method } });
}

// The documents of the keys of this run, their keys as JWK.
const resolver = new Resolver({
  key: async (did) => {
    const key = byDid(did);
    const verificationMethod = [{ id: key.method, type: 'JsonWebKey2020', controller: did, publicKeyJwk: publicOf(key) }];
    const may = { assertionMethod: [key.method], authentication: [key.method] };
    const didDocument = { '@context': 'https://www.w3.org/ns/did/v1', id: did, verificationMethod, ...may };
    return { didDocument, didDocumentMetadata: {}, didResolutionMetadata: { contentType: 'application/did+json' } };
  },
});

// What did-jwt-vc reads in a credential or presentation; throws what it has against it.
export async function read(token, { nonce, audience } = {}) {
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  if (claims.vp) {
    const { verifiablePresentation } = await didJwtVc.verifyPresentation(token, resolver, { challenge: nonce, audience });
    return verifiablePresentation;
  }
  return (await didJwtVc.verifyCredential(token, resolver)).verifiableCredential;
}

// Any claims in any header, signed by `jose`.
export async function sign(claims, name, header = {}) {
  const key = keys()[name];
  const alg = ALGORITHMS[key.kind];
  const signing = new SignJWT(claims).setProtectedHeader({ alg, typ: 'vc+jwt', cty: 'vc', kid: key.method, ...header });
  return signing.sign(await importJWK(key.jwk, alg));
}

// The claims of a `vc+jwt` or `vp+jwt`, its key and issuer looked up as VC-JOSE-COSE says; throws what `jose` has against it.
export async function readJose(token, { typ = 'vc+jwt' } = {}) {
  const { kid, alg } = decodeProtectedHeader(token);
  const key = byDid(kid.split('#')[0]);
  if (!key) throw new Error('no such key');
  const options = { typ, algorithms: [ALGORITHMS[key.kind]] };
  const { payload } = await jwtVerify(token, await importJWK(publicOf(key), alg), options);
  const signer = payload.issuer ?? payload.holder;
  if ((signer.id ?? signer) !== key.did) throw new Error('the key is not the issuer\'s');
  return payload;
}


