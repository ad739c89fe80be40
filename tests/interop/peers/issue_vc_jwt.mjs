// W3C credentials as JWT, made by did-jwt-vc and jose: cases for judge.py, one JSON object a line.
import lines from './lines.cjs';
import { issue, membership_1_1, present, read, readJose, sign } from './vc_jwt.mjs';
import { BASE, day, keys, membership } from './w3c.mjs';

const { now } = lines.cast();
const DAY = 86_400;
const RESOLVABLE = { issuers: 'resolvable' };
const of = keys();

const emit = (peer, name, text, more) => lines.emit({ peer, case: name, text, policy: RESOLVABLE, ...more });
const rejected = (peer, name, text, reasons, more) => emit(peer, name, text, { reasons: [reasons].flat(), ...more });
const pointers = (document) => Object.fromEntries(Object.entries(document).map(([name, value]) => [`/claims/${name}`, value]));

// A token taken apart, changed, and put together with the old signature.
function spoilt(token, edit) {
  const [header, payload, signature] = token.split('.');
  const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const parts = { header: decode(header), payload: decode(payload), signature };
  edit(parts);
  return [encode(parts.header), encode(parts.payload), parts.signature].join('.');
}
const flip = (signature) => {
  const bytes = Buffer.from(signature, 'base64url');
  bytes[bytes.length - 1] ^= 1;
  return bytes.toString('base64url');
};

// Whatever the encoding, these must not pass.
function mutations(peer, what, token, other) {
  const changed = (name, reasons, edit) => rejected(peer, `${what}, ${name}`, spoilt(token, edit), reasons);
  changed('another letter', 'sig.invalid', ({ payload }) => { (payload.vc ?? payload).credentialSubject.familyName = 'Persoo'; });
  changed('a claim more', 'sig.invalid', ({ payload }) => { (payload.vc ?? payload).credentialSubject.nickname = 'Tess'; });
  changed('one bit of the signature flipped', 'sig.invalid', (parts) => { parts.signature = flip(parts.signature); });
  changed('without signature', 'sig.encoding', (parts) => { parts.signature = ''; });
  changed('alg none', 'jose.alg_none', (parts) => { parts.header.alg = 'none'; });
  changed('alg of another kind of key', 'jose.alg_key_mismatch', ({ header }) => { header.alg = header.alg === 'ES256' ? 'EdDSA' : 'ES256'; });
  changed('under the key of another', ['di.vm_controller', 'sig.invalid'], ({ header }) => { header.kid = of[other].method; });
  changed('a header member more', 'sig.invalid', ({ header }) => { header.extra = 1; });
  changed('critical and unknown', ['jose.crit_unsupported', 'sig.invalid'], ({ header }) => { header.crit = ['extra']; header.extra = 1; });
  rejected(peer, `${what}, by an issuer whom nobody lists`, token, 'trust.issuer_unknown', { policy: {} });
}

for (const name of ['p256', 'ed25519']) {
  const peer = 'did-jwt-vc';
  const did = of[name].did;
  const what = `jwt 1.1 ${of[name].kind}`;
  const credential = membership_1_1(did);
  const token = await issue(credential, name);
  await read(token);
  emit(peer, what, token, { says: pointers(credential) });
  const bare = await issue(credential, name, { header: { kid: undefined } });
  await read(bare);
  emit(peer, `${what}, without kid`, bare, { says: pointers(credential) });
  mutations(peer, what, token, `other-${name}`);
  rejected(peer, `${what}, expired`, await issue(membership_1_1(did, { expirationDate: day(-1) }), name), 'time.expired');
  rejected(peer, `${what}, not yet valid`, await issue(membership_1_1(did, { issuanceDate: day(1) }), name), 'time.not_yet_valid');
  // By did-jwt itself: registered claims that contradict the credential inside.
  const { payload } = JSON.parse(JSON.stringify({ payload: JSON.parse(Buffer.from(token.split('.')[1], 'base64url')) }));
  const twisted = (changed) => sign({ ...payload, ...changed }, name, { typ: 'JWT', cty: undefined });
  const inside = (changed) => twisted({ vc: { ...payload.vc, ...changed } });
  rejected(peer, `${what}, another issuer inside`, await inside({ issuer: of.holder.did }), ['claim.inconsistent', 'di.vm_controller']);
  rejected(peer, `${what}, another id inside`, await inside({ id: 'urn:uuid:2f6e5a0c-5a5e-4e0e-9a55-0f1f6c1b7d11' }), 'claim.inconsistent');
  rejected(peer, `${what}, another end inside`, await inside({ expirationDate: day(3000) }), 'claim.inconsistent');
  rejected(peer, `${what}, iss of another`, await twisted({ iss: of.holder.did }), 'di.vm_controller');
}

// Presentations by did-jwt-vc, each credential inside judged too.
{
  const peer = 'did-jwt-vc';
  const ask = { nonce: 'c0ffee-17', audience: 'https://desk.example' };
  const inside = await issue(membership_1_1(of.p256.did), 'p256');
  const token = await present([inside], 'holder', ask);
  await read(token, ask);
  emit(peer, 'presentation 1.1', token, { says: {}, ...ask });
  rejected(peer, 'presentation 1.1, another challenge', token, 'vp.nonce', { ...ask, nonce: 'c0ffee-18' });
  rejected(peer, 'presentation 1.1, for another verifier', token, 'claim.audience', { ...ask, audience: 'https://elsewhere.example' });
  const broken = spoilt(inside, ({ payload }) => { payload.vc.credentialSubject.familyName = 'Persoo'; });
  rejected(peer, 'presentation 1.1 of a spoilt credential', await present([broken], 'holder', ask), 'sig.invalid', ask);
  rejected(peer, 'presentation 1.1, a credential less', spoilt(token, ({ payload }) => { payload.vp.verifiableCredential = []; }), ['sig.invalid', 'vp.no_credential'], ask);
}

for (const name of ['p256', 'p384', 'ed25519']) {
  const peer = 'jose';
  const did = of[name].did;
  const what = `vc+jwt ${of[name].kind}`;
  const credential = membership(did);
  const token = await sign(credential, name);
  await readJose(token);
  emit(peer, what, token, { says: pointers(credential) });
  emit(peer, `${what}, with iss and exp`, await sign({ ...credential, iss: did, exp: now + DAY }, name), { says: pointers(credential) });
  mutations(peer, what, token, `other-${name}`);
  const make = (changed, header) => sign(membership(did, changed), name, header);
  rejected(peer, `${what}, expired`, await make({ validUntil: day(-1) }), 'time.expired');
  rejected(peer, `${what}, not yet valid`, await make({ validFrom: day(1) }), 'time.not_yet_valid');
  rejected(peer, `${what}, signature expired`, await make({ exp: now - DAY }), 'time.expired');
  rejected(peer, `${what}, iss of another`, await make({ iss: of.holder.did }), 'claim.inconsistent');
  rejected(peer, `${what}, issuer another than the key's`, await make({ issuer: of.holder.did }), 'di.vm_controller');
  rejected(peer, `${what}, with a claim vc`, await make({ vc: {} }), 'vc.envelope');
  rejected(peer, `${what}, typ of a presentation`, await make({}, { typ: 'vp+jwt', cty: 'vp' }), 'vc.type');
  rejected(peer, `${what}, cty of a presentation`, await make({}, { cty: 'vp' }), 'jose.typ_mismatch');
  rejected(peer, `${what}, without kid`, await make({}, { kid: undefined }), 'jose.kid_unknown');
  rejected(peer, `${what}, kid of no key`, await make({}, { kid: `${did}#key-1` }), 'di.vm_missing');
}

// A presentation by jose: envelopes inside.
{
  const peer = 'jose';
  const ask = { nonce: 'c0ffee-17', audience: 'https://desk.example' };
  const holder = of.holder.did;
  const header = { typ: 'vp+jwt', cty: 'vp' };
  const vp = (tokens, changed = {}) => ({
    '@context': [BASE],
    type: ['VerifiablePresentation'],
    holder,
    verifiableCredential: tokens.map((token) => ({
      '@context': [BASE],
      type: 'EnvelopedVerifiableCredential',
      id: `data:application/vc+jwt,${token}`,
    })),
    nonce: ask.nonce,
    aud: ask.audience,
    ...changed,
  });
  const inside = await sign(membership(of.p256.did), 'p256');
  const token = await sign(vp([inside]), 'holder', header);
  await readJose(token, { typ: 'vp+jwt' });
  emit(peer, 'vp+jwt', token, { says: {}, ...ask });
  rejected(peer, 'vp+jwt, another challenge', token, 'vp.nonce', { ...ask, nonce: 'c0ffee-18' });
  rejected(peer, 'vp+jwt, for another verifier', token, 'claim.audience', { ...ask, audience: 'https://elsewhere.example' });
  rejected(peer, 'vp+jwt, by another than the holder', await sign(vp([inside]), 'ed25519', header), 'di.vm_controller', ask);
  const broken = spoilt(inside, ({ payload }) => { payload.credentialSubject.familyName = 'Persoo'; });
  rejected(peer, 'vp+jwt of a spoilt credential', await sign(vp([broken]), 'holder', header), 'sig.invalid', ask);
  rejected(peer, 'vp+jwt, a credential less', spoilt(token, ({ payload }) => { payload.verifiableCredential = []; }), ['sig.invalid', 'vp.no_credential'], ask);
}
