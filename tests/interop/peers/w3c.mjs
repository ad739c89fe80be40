// What the W3C peers share: keys of this run as DIDs, a document loader that fetches nothing, and what the credentials say.
import crypto from 'node:crypto';
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import { contexts as credentialsContexts } from '@digitalbazaar/credentials-context';
import dataIntegrityContext from '@digitalbazaar/data-integrity-context';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import multikeyContext from '@digitalbazaar/multikey-context';
import lines from './lines.cjs';

export const BASE = 'https://www.w3.org/ns/credentials/v2';
export const BASE_1 = 'https://www.w3.org/2018/credentials/v1';
// It gives every term that it does not know a meaning; no package of the peer's has it.
export const EXAMPLES = 'https://www.w3.org/ns/credentials/examples/v2';
const examplesContext = { '@context': { '@vocab': 'https://www.w3.org/ns/credentials/examples#' } };
const MULTIKEY = 'https://w3id.org/security/multikey/v1';
const DID = 'https://www.w3.org/ns/did/v1';

const DAY = 86_400;
// An RFC 3339 time, so many days from now.
export const day = (days) => new Date((lines.cast().now + days * DAY) * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

// The keys of this run, by name, as keys_w3c.mjs made them.
export const keys = () => lines.w3c().keys;

const libraryOf = { ed25519: Ed25519Multikey, p256: EcdsaMultikey, p384: EcdsaMultikey, bls: Bls12381Multikey };

// A key of this run, or one of `freshKey`, as the libraries of this peer want it.
export function multikey(key) {
  const { kind, did, method, publicKeyMultibase, secretKeyMultibase } = typeof key === 'string' ? keys()[key] : key;
  const described = { '@context': MULTIKEY, type: 'Multikey', id: method, controller: did, publicKeyMultibase };
  return libraryOf[kind].from({ ...described, secretKeyMultibase });
}

// A new private key of that kind, in every notation that somebody here reads.
export async function freshKey(kind) {
  if (kind === 'bls') {
    const { BBS_BLS12381_SHA256: algorithm } = Bls12381Multikey.ALGORITHMS;
    const made = await Bls12381Multikey.generateBbsKeyPair({ algorithm });
    return described(kind, await made.export({ publicKey: true, secretKey: true }), {});
  }
  const options = { ed25519: ['ed25519'], p256: ['ec', { namedCurve: 'P-256' }], p384: ['ec', { namedCurve: 'P-384' }] };
  const { privateKey } = crypto.generateKeyPairSync(...options[kind]);
  const jwk = privateKey.export({ format: 'jwk' });
  const made = await libraryOf[kind].fromJwk({ jwk, secretKey: true });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return described(kind, await made.export({ publicKey: true, secretKey: true }), { jwk, pem });
}

function described(kind, { publicKeyMultibase, secretKeyMultibase }, more) {
  const did = `did:key:${publicKeyMultibase}`;
  return { kind, did, method: `${did}#${publicKeyMultibase}`, publicKeyMultibase, secretKeyMultibase, ...more };
}

// The document of a did:key and the key inside it: both follow from the name.
function ofDidKey(url) {
  const [did, fragment] = url.split('#');
  const publicKeyMultibase = did.slice('did:key:'.length);
  const id = `${did}#${publicKeyMultibase}`;
  const method = { id, type: 'Multikey', controller: did, publicKeyMultibase };
  if (fragment) return { '@context': MULTIKEY, ...method };
  const may = { assertionMethod: [id], authentication: [id] };
  return { '@context': [DID, MULTIKEY], id: did, verificationMethod: [method], ...may };
}

// A document loader over contexts of the peer's own packages, the examples' context, did:key, and the documents given.
export function loader(documents = {}) {
  const known = new Map([...credentialsContexts, ...dataIntegrityContext.contexts, ...multikeyContext.contexts]);
  known.set(EXAMPLES, examplesContext);
  for (const [url, document] of Object.entries(documents)) known.set(url, document);
  return async (url) => {
    const document = url.startsWith('did:key:') ? ofDidKey(url) : known.get(url);
    if (document === undefined) throw new Error(`nothing is fetched: ${url}`);
    return { contextUrl: null, documentUrl: url, document };
  };
}

// A credential about nobody, without proof. The family name stands in it once, so that judge.py finds it.
export function membership(issuer, changed = {}) {
  return {
    '@context': [BASE, EXAMPLES],
    id: `urn:uuid:${crypto.randomUUID()}`,
    type: ['VerifiableCredential', 'LibraryMembership'],
    issuer,
    validFrom: day(-30),
    validUntil: day(300),
    credentialSubject: {
      id: 'did:example:reader',
      givenName: 'Test',
      familyName: 'Person',
      birthDate: '1990-12-31',
      membership: { type: 'Reader', branch: ['Harbour', 'Old Town'], number: 'R-00017', year: 2026 },
      address: { country: 'XX', postalCode: '00017' },
    },
    ...changed,
  };
}

// A copy of a document after `edit` changed it.
export function edited(document, edit) {
  const copy = structuredClone(document);
  edit(copy);
  return copy;
}

// The document with another letter in its subject's family name.
export const otherName = (document) => edited(document, ({ credentialSubject }) => {
  credentialSubject.familyName = 'Persoo';
});

// A value in base64url with one byte more.
export const longer = (proofValue) => {
  return `u${Buffer.concat([Buffer.from(proofValue.slice(1), 'base64url'), Buffer.of(0)]).toString('base64url')}`;
};

// The proof's value with the lowest bit of one byte flipped; `at` counts the bytes behind the multibase prefix.
export function bitFlipped(proofValue, at) {
  if (proofValue[0] === 'u') {
    const bytes = Buffer.from(proofValue.slice(1), 'base64url');
    bytes[at] ^= 1;
    return `u${bytes.toString('base64url')}`;
  }
  // Of base58 one digit in the middle: the length stays.
  const middle = proofValue.length >> 1;
  return proofValue.slice(0, middle) + (proofValue[middle] === '2' ? '3' : '2') + proofValue.slice(middle + 1);
}
