// The Data Integrity libraries of Digital Bazaar behind four verbs: issue, derive, present, verify.
import * as bbs from '@digitalbazaar/bbs-2023-cryptosuite';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import * as statusLists from '@digitalbazaar/vc-bitstring-status-list';
import jsigs from 'jsonld-signatures';
import { BASE, loader, multikey } from './w3c.mjs';

export const { AssertionProofPurpose, AuthenticationProofPurpose } = jsigs.purposes;

const signing = {
  'eddsa-rdfc-2022': () => eddsaRdfc,
  'eddsa-jcs-2022': () => eddsaJcs.createSignCryptosuite(),
  'ecdsa-rdfc-2019': () => ecdsaRdfc,
  'ecdsa-sd-2023': (mandatoryPointers) => ecdsaSd.createSignCryptosuite({ mandatoryPointers }),
  'bbs-2023': (mandatoryPointers) => bbs.createSignCryptosuite({ mandatoryPointers }),
};

const deriving = {
  'ecdsa-sd-2023': ecdsaSd.createDiscloseCryptosuite,
  'bbs-2023': bbs.createDiscloseCryptosuite,
};

const verifying = {
  'eddsa-rdfc-2022': eddsaRdfc,
  'eddsa-jcs-2022': eddsaJcs.createVerifyCryptosuite(),
  'ecdsa-rdfc-2019': ecdsaRdfc,
  'ecdsa-sd-2023': ecdsaSd.createVerifyCryptosuite(),
  'bbs-2023': bbs.createVerifyCryptosuite(),
};

async function signer(suite, key, { mandatory = [], proof = {}, method } = {}) {
  const made = new DataIntegrityProof({ signer: (await multikey(key)).signer(), cryptosuite: signing[suite](mandatory) });
  made.proof = proof;
  if (method) made.verificationMethod = method;
  return made;
}

// The credential with a proof by that key: one more when it has one already. `proof` are further members of the proof,
// `purpose` another one than assertionMethod, `documents` further contexts.
export async function issue(credential, suite, key, { purpose, documents, ...more } = {}) {
  const options = { credential: structuredClone(credential), suite: await signer(suite, key, more) };
  return vc.issue({ ...options, documentLoader: loader(documents), ...(purpose && { purpose }) });
}

// What the credential says at these pointers and the mandatory ones, with a derived proof.
export function derive(verifiableCredential, suite, selectivePointers, { documents } = {}) {
  return vc.derive({ verifiableCredential, suite: derivingSuite(suite, selectivePointers), documentLoader: loader(documents) });
}

// What `vc.derive` wants for these pointers.
export function derivingSuite(suite, selectivePointers) {
  return new DataIntegrityProof({ cryptosuite: deriving[suite]({ selectivePointers }) });
}

// What `vc.verifyCredential` wants.
export const verifyingSuite = (suite) => new DataIntegrityProof({ cryptosuite: verifying[suite] });

// A presentation of credentials, with a proof that answers the challenge.
export async function present(verifiableCredential, suite, key, { holder, challenge, domain, purpose }) {
  const presentation = { '@context': [BASE], type: ['VerifiablePresentation'], holder, verifiableCredential };
  const options = { presentation, suite: await signer(suite, key), challenge, domain, documentLoader: loader() };
  return vc.signPresentation({ ...options, ...(purpose && { purpose }) });
}

// A status list credential, without proof, of so many entries; those in `set` are one.
export async function statusList(id, issuer, statusPurpose, set, length = 131_072) {
  const list = await statusLists.createList({ length });
  for (const index of set) list.setStatus(index, true);
  return { ...await statusLists.createCredential({ id, list, statusPurpose }), issuer };
}

// Throws what the peer has against a credential or presentation. `documents` are status lists by their URL.
export async function verify(document, { challenge, domain, documents, at } = {}) {
  const suite = Object.keys(verifying).map(verifyingSuite);
  const options = { suite, documentLoader: loader(documents), now: at, checkStatus: statusLists.checkStatus };
  const isPresentation = [document.type].flat().includes('VerifiablePresentation');
  const result = isPresentation
    ? await vc.verify({ ...options, presentation: document, challenge, domain })
    : await vc.verifyCredential({ ...options, credential: document });
  const parts = [result, ...(result.credentialResults ?? [])];
  if (!parts.every(({ verified }) => verified)) throw new Error(parts.map(({ error }) => words(error)).join('; '));
  // The list was read and is genuine; what its bit says is left to the caller.
  if (result.statusResult?.results?.some(({ status }) => status)) throw new Error('the status bit is set');
}

// What an error and those inside it say.
function words(error) {
  if (!error) return '';
  return [`${error.name}: ${error.message}`, ...[error.errors ?? []].flat().map(words)].join('; ');
}
