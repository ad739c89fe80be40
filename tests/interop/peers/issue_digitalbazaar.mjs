// W3C credentials and presentations with Data Integrity proofs, made by the libraries of Digital Bazaar: cases for judge.py,
// one JSON object a line.
import { AssertionProofPurpose, AuthenticationProofPurpose, derive, issue, present, statusList, verify } from './digitalbazaar.mjs';
import lines from './lines.cjs';
import { bitFlipped, day, edited, keys, longer, membership, otherName } from './w3c.mjs';

const RESOLVABLE = { issuers: 'resolvable' };
const of = keys();

// What the report must show: everything but the proof and what is judged as a part of its own.
function shown({ proof, verifiableCredential, ...said }) {
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [`/claims/${name}`, value]));
}

function emit(name, document, more) {
  lines.emit({ peer: '@digitalbazaar/vc', case: name, text: JSON.stringify(document), policy: RESOLVABLE, ...more });
}

// The peer must take it itself, or the case shows nothing.
async function accepted(name, document, { says = shown(document), check = {}, ...more } = {}) {
  await verify(structuredClone(document), check);
  emit(name, document, { says, ...more });
}

const rejected = (name, document, reasons, more = {}) => emit(name, document, { reasons: [reasons].flat(), ...more });

// Every way of spoiling a credential whose proof is over the whole document.
async function spoilt(suite, key, good) {
  const name = (what) => `${suite} ${key}, ${what}`;
  const changed = (what, reasons, edit) => rejected(name(what), edited(good, edit), reasons);
  changed('another letter', 'sig.invalid', ({ credentialSubject }) => { credentialSubject.familyName = 'Persoo'; });
  changed('a claim more', 'sig.invalid', ({ credentialSubject }) => { credentialSubject.nickname = 'Tess'; });
  changed('a claim less', 'sig.invalid', ({ credentialSubject }) => { delete credentialSubject.birthDate; });
  changed('another number', 'sig.invalid', ({ credentialSubject }) => { credentialSubject.membership.year += 1; });
  changed('another end', 'sig.invalid', (vc) => { vc.validUntil = day(301); });
  changed('another name', 'sig.invalid', (vc) => { vc.id = 'urn:uuid:2f6e5a0c-5a5e-4e0e-9a55-0f1f6c1b7d11'; });
  changed('another signature', 'sig.invalid', ({ proof }) => { proof.proofValue = bitFlipped(proof.proofValue); });
  changed('made at another time', 'sig.invalid', ({ proof }) => { proof.created = day(-1); });
  changed('without proof', 'di.proof_missing', (vc) => { delete vc.proof; });
  changed('for another purpose', ['di.purpose', 'sig.invalid'], ({ proof }) => { proof.proofPurpose = 'authentication'; });
  changed('without purpose', ['di.proof_malformed', 'sig.invalid'], ({ proof }) => { delete proof.proofPurpose; });
  changed('of an unknown suite', 'di.cryptosuite', ({ proof }) => { proof.cryptosuite = 'unknown-2026'; });
  changed('value in base64url', 'multibase.invalid', ({ proof }) => { proof.proofValue = `u${proof.proofValue.slice(1)}`; });
  changed('under the key of another', ['di.vm_controller', 'sig.invalid'], ({ proof }) => { proof.verificationMethod = of[`other-${key}`].method; });
  changed('without the base context', 'vc.context_base', (vc) => { vc['@context'].shift(); });
  rejected(name('by an issuer whom nobody lists'), good, 'trust.issuer_unknown', { policy: {} });
}

// Faults that the issuer makes, with a proof that is right.
async function misissued(suite, key) {
  const make = (changed, more) => issue(membership(of[key].did, changed), suite, key, more);
  const name = (what) => `${suite} ${key}, ${what}`;
  rejected(name('expired'), await make({ validUntil: day(-1) }), 'time.expired');
  rejected(name('not yet valid'), await make({ validFrom: day(1) }), 'time.not_yet_valid');
  rejected(name('proof expired'), await make({}, { proof: { created: day(-2), expires: day(-1) } }), 'di.proof_expired');
  rejected(name('signed by another than the issuer'), await issue(membership(of.holder.did), suite, key), 'di.vm_controller');
  const purpose = new AuthenticationProofPurpose({ challenge: 'x' });
  rejected(name('made for authentication'), await make({}, { purpose }), 'di.purpose');
}

// What an RDF signature does not cover: the order of members and of sets.
async function reordered(suite, key, good) {
  const turned = edited(good, ({ credentialSubject }) => credentialSubject.membership.branch.reverse());
  const { proof, '@context': contexts, ...rest } = turned;
  const backwards = { proof, ...Object.fromEntries(Object.entries(rest).reverse()), '@context': contexts };
  const name = `${suite} ${key}, in another order`;
  if (suite.includes('rdfc')) await accepted(name, backwards);
  else rejected(name, backwards, 'sig.invalid');
}

const WHOLE = [
  ['eddsa-rdfc-2022', 'ed25519'],
  ['eddsa-jcs-2022', 'ed25519'],
  ['ecdsa-rdfc-2019', 'p256'],
  ['ecdsa-rdfc-2019', 'p384'],
];
for (const [suite, key] of WHOLE) {
  const good = await issue(membership(of[key].did), suite, key);
  await accepted(`${suite} ${key}`, good);
  await reordered(suite, key, good);
  await spoilt(suite, key, good);
  await misissued(suite, key);
}

// Suites whose proof shows a part: the bytes of the derived proof's value that are signature or proof, not structure.
const MANDATORY = ['/issuer', '/validFrom', '/validUntil'];
const SELECTIVE = [['ecdsa-sd-2023', 'p256', 3 + 1 + 2 + 40], ['bbs-2023', 'bls', 3 + 1 + 3 + 144 + 31]];
const POINTERS = {
  'a name': ['/credentialSubject/familyName'],
  'nested claims and a list': ['/credentialSubject/membership/branch', '/credentialSubject/membership/year', '/id'],
  'nothing more than it must': undefined,
  everything: ['/id', '/credentialSubject'],
};
for (const [suite, key, at] of SELECTIVE) {
  const base = await issue(membership(of[key].did), suite, key, { mandatory: MANDATORY });
  rejected(`${suite}, the base proof`, base, 'di.selective');
  for (const [what, pointers] of Object.entries(POINTERS)) {
    if (pointers) await accepted(`${suite}, shows ${what}`, await derive(base, suite, pointers));
  }
  const good = await derive(base, suite, [...POINTERS['a name'], '/credentialSubject/membership/year']);
  const changed = (what, reasons, edit) => rejected(`${suite}, ${what}`, edited(good, edit), reasons);
  changed('another letter', 'sig.invalid', ({ credentialSubject }) => { credentialSubject.familyName = 'Persoo'; });
  changed('another number', 'sig.invalid', ({ credentialSubject }) => { credentialSubject.membership.year += 1; });
  changed('another mandatory claim', 'sig.invalid', (vc) => { vc.validUntil = day(301); });
  changed('a claim more', 'di.selective', ({ credentialSubject }) => { credentialSubject.nickname = 'Tess'; });
  changed('a claim less', 'di.selective', ({ credentialSubject }) => { delete credentialSubject.familyName; });
  changed('one bit of the signature flipped', 'sig.invalid', ({ proof }) => { proof.proofValue = bitFlipped(proof.proofValue, at); });
  changed('a byte behind the value', 'di.selective', ({ proof }) => { proof.proofValue = longer(proof.proofValue); });
  changed('value in base58', 'multibase.invalid', ({ proof }) => { proof.proofValue = `z${proof.proofValue.slice(1)}`; });
  changed('under the key of another', ['di.vm_controller', 'sig.invalid'], ({ proof }) => { proof.verificationMethod = of[`other-${key}`].method; });
  rejected(`${suite}, signed by another than the issuer`, await derive(await issue(membership(of.holder.did), suite, key, { mandatory: MANDATORY }), suite, POINTERS['a name']), 'di.vm_controller');
  rejected(`${suite}, expired`, await derive(await issue(membership(of[key].did, { validUntil: day(-1) }), suite, key, { mandatory: MANDATORY }), suite, POINTERS['a name']), 'time.expired');
}

// Two proofs of one credential: both must be right.
{
  const one = await issue(membership(of.ed25519.did), 'eddsa-rdfc-2022', 'ed25519');
  const both = await issue(one, 'eddsa-jcs-2022', 'ed25519');
  await accepted('two proofs', both);
  for (const at of [0, 1]) {
    const spoil = ({ proof }) => { proof[at].proofValue = bitFlipped(proof[at].proofValue); };
    rejected(`two proofs, number ${at + 1} spoilt`, edited(both, spoil), 'sig.invalid');
  }
}

// Presentations that answer a challenge.
{
  const ask = { challenge: 'c0ffee-17', domain: 'https://desk.example' };
  const asked = { nonce: ask.challenge, audience: ask.domain };
  const holder = of.holder.did;
  const inside = await issue(membership(of.p256.did), 'ecdsa-rdfc-2019', 'p256');
  const base = await issue(membership(of.bls.did), 'bbs-2023', 'bls', { mandatory: MANDATORY });
  const derived = await derive(base, 'bbs-2023', POINTERS['a name']);
  for (const suite of ['eddsa-rdfc-2022', 'eddsa-jcs-2022']) {
    const good = await present([inside], suite, 'holder', { holder, ...ask });
    const name = (what) => `${suite} presentation${what}`;
    const changed = (what, reasons, edit) => rejected(name(`, ${what}`), edited(good, edit), reasons, asked);
    await accepted(name(''), good, { says: {}, check: ask, ...asked });
    rejected(name(', another challenge'), good, 'vp.nonce', { ...asked, nonce: 'c0ffee-18' });
    rejected(name(', for another verifier'), good, 'claim.audience', { ...asked, audience: 'https://elsewhere.example' });
    rejected(name(', by another than the holder'), await present([inside], suite, 'ed25519', { holder, ...ask }), 'di.vm_controller', asked);
    const purpose = new AssertionProofPurpose();
    rejected(name(', made for assertion'), await present([inside], suite, 'holder', { holder, ...ask, purpose }), ['di.purpose', 'vp.nonce', 'claim.audience'], asked);
    changed('another challenge in the proof', ['sig.invalid', 'vp.nonce'], ({ proof }) => { proof.challenge = 'c0ffee-18'; });
    changed('without challenge', ['sig.invalid', 'vp.nonce'], ({ proof }) => { delete proof.challenge; });
    changed('another holder', ['di.vm_controller', 'sig.invalid'], (vp) => { vp.holder = of['other-ed25519'].did; });
    changed('a credential less', ['sig.invalid', 'vp.no_credential'], (vp) => { delete vp.verifiableCredential; });
    changed('another letter inside', 'sig.invalid', (vp) => { vp.verifiableCredential = [vp.verifiableCredential].flat().map(otherName); });
  }
  const spoiltInside = await present([otherName(inside)], 'eddsa-rdfc-2022', 'holder', { holder, ...ask });
  rejected('presentation of a spoilt credential', spoiltInside, 'sig.invalid', asked);
  const two = await present([inside, derived], 'eddsa-rdfc-2022', 'holder', { holder, ...ask });
  await accepted('presentation of two credentials', two, { says: {}, check: ask, ...asked });
}

// Status lists: the list stands beside the credential, nothing is fetched.
{
  const key = 'ed25519';
  const list = 'https://lists.example/3';
  const entry = (more) => ({ type: 'BitstringStatusListEntry', statusPurpose: 'revocation', statusListIndex: '4711', statusListCredential: list, ...more });
  const credential = (more) => issue(membership(of[key].did, { credentialStatus: entry(more) }), 'eddsa-rdfc-2022', key);
  const listed = async (set, { issuer = of[key].did, by = key, purpose = 'revocation', id = list } = {}) => {
    return issue(await statusList(id, issuer, purpose, set), 'eddsa-rdfc-2022', by);
  };
  const good = await credential();
  const with_ = (document) => ({ evidence: { [list]: document } });
  const clean = await listed([4710, 4712]);
  await accepted('status, not revoked', good, { check: { documents: { [list]: clean } }, ...with_(clean) });
  const last = await credential({ statusListIndex: '131071' });
  await accepted('status, the last entry', last, { check: { documents: { [list]: clean } }, ...with_(clean) });
  rejected('status, revoked', good, 'status.revoked', with_(await listed([4711])));
  rejected('status, the last entry revoked', last, 'status.revoked', with_(await listed([131_071])));
  const suspending = await credential({ statusPurpose: 'suspension' });
  rejected('status, suspended', suspending, 'status.suspended', with_(await listed([4711], { purpose: 'suspension' })));
  rejected('status, list of another purpose', suspending, 'status.purpose', with_(clean));
  rejected('status, list by another issuer', good, 'status.untrusted', with_(await listed([], { issuer: of.holder.did, by: 'holder' })));
  rejected('status, list signed by another', good, 'status.untrusted', with_(await listed([], { by: 'holder' })));
  rejected('status, list spoilt', good, 'status.untrusted', with_(edited(clean, (vc) => { vc.credentialSubject.id += 'x'; })));
  rejected('status, list without proof', good, 'status.untrusted', with_(edited(clean, (vc) => { delete vc.proof; })));
  rejected('status, another list', good, 'status.uri_mismatch', with_(await listed([], { id: 'https://lists.example/4' })));
  rejected('status, beyond the list', await credential({ statusListIndex: '131072' }), 'status.index', with_(clean));
}
