// SD-JWT VCs made and shown by @sd-jwt: cases for judge.py, one JSON object a line.
import lines from './lines.cjs';
import { ASK, HOLDER, ISSUER, claims, holderKey, issue, present, read } from './sd_jwt.mjs';
import { keys } from './w3c.mjs';

const { now } = lines.cast();
const PEER = '@sd-jwt';
const FRAME = { _sd: ['familyName'], address: { _sd: ['locality'] }, branches: { _sd: [0, 1] } };
const ALL = { familyName: true, address: { locality: true }, branches: { 0: true, 1: true } };

// The default policy, named: these cases spoil their credentials themselves.
const emit = (name, text, more) => lines.emit({ peer: PEER, case: name, text, policy: {}, ...ASK, ...more });
const rejected = (name, text, reasons, more) => emit(name, text, { reasons: [reasons].flat(), ...more });
const says = (content) => Object.fromEntries(Object.entries(content).map(([name, value]) => [`/claims/${name}`, value]));

const parts = (text) => {
  const [jwt, ...rest] = text.split('~');
  return { jwt, binding: rest.pop(), disclosures: rest };
};
const whole = ({ jwt, binding, disclosures }) => [jwt, ...disclosures, binding].join('~');
const changed = (text, edit) => {
  const taken = parts(text);
  edit(taken);
  return whole(taken);
};
const recoded = (part, edit) => {
  const value = JSON.parse(Buffer.from(part, 'base64url'));
  edit(value);
  return Buffer.from(JSON.stringify(value)).toString('base64url');
};
const flipped = (jwt) => {
  const [header, payload, signature] = jwt.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[bytes.length - 1] ^= 1;
  return [header, payload, bytes.toString('base64url')].join('.');
};
const ofHeader = (jwt, edit) => jwt.split('.').map((part, at) => (at === 0 ? recoded(part, edit) : part)).join('.');
const ofPayload = (jwt, edit) => jwt.split('.').map((part, at) => (at === 1 ? recoded(part, edit) : part)).join('.');

const content = claims();
const credential = await issue(content, FRAME);
const shown = await present(credential, ALL);
await read(shown, ASK.nonce);
emit('everything shown', shown, { says: says(content) });

const some = await present(credential, { familyName: true, branches: { 1: true } });
await read(some, ASK.nonce);
emit('a part shown', some, { says: says({ ...content, address: { country: 'XX' }, branches: ['Old Town'] }) });
const none = await present(credential, {});
await read(none, ASK.nonce);
emit('nothing shown', none, { says: { '/claims/familyName': null, '/claims/branches': [] } });
const nested = await issue(content, { _sd: ['address'], address: { _sd: ['locality', 'country'] } });
emit('a disclosure inside another', await present(nested, { address: { locality: true } }), {
  says: { '/claims/address': { locality: 'Harbour City' }, '/claims/familyName': 'Person' },
});
const decoys = await issue(content, { ...FRAME, _sd_decoy: 3 });
emit('with decoys', await present(decoys, ALL), { says: says(content) });
const { cnf, ...nobodys } = content;
const unheld = await issue(nobodys, FRAME);
emit('without a holder', unheld, { says: says(nobodys), nonce: undefined, audience: undefined });

rejected('another letter', changed(shown, (it) => {
  it.disclosures = it.disclosures.map((one) => recoded(one, (value) => {
    if (value[1] === 'familyName') value[2] = 'Persoo';
  }));
}), ['sdjwt.disclosure_unreferenced', 'sdjwt.sd_hash']);
rejected('a claim in the open changed', changed(shown, (it) => {
  it.jwt = ofPayload(it.jwt, (payload) => { payload.vct = 'urn:example:membership:2'; });
}), ['sdjwt.sd_hash', 'sig.invalid']);
rejected('one bit of the signature flipped', changed(shown, (it) => { it.jwt = flipped(it.jwt); }), ['sdjwt.sd_hash', 'sig.invalid']);
rejected('alg none', changed(shown, (it) => { it.jwt = ofHeader(it.jwt, (header) => { header.alg = 'none'; }); }), ['jose.alg_none', 'sdjwt.sd_hash']);
rejected('one bit of the binding flipped', changed(shown, (it) => { it.binding = flipped(it.binding); }), 'sdjwt.kb_key');
rejected('a disclosure less', changed(shown, (it) => { it.disclosures.pop(); }), 'sdjwt.sd_hash');
rejected('a disclosure twice', changed(shown, (it) => { it.disclosures.push(it.disclosures[0]); }), ['sdjwt.disclosure_duplicate', 'sdjwt.sd_hash']);
rejected('another nonce', shown, 'vp.nonce', { nonce: 'c0ffee-18' });
rejected('for another verifier', shown, 'claim.audience', { audience: 'https://elsewhere.example' });
rejected('not bound', changed(shown, (it) => { it.binding = ''; }), 'sdjwt.kb_missing');
rejected('bound by the issuer', await present(credential, ALL, { binder: ISSUER }), 'sdjwt.kb_key');
rejected('bound an hour ago', await present(credential, ALL, { at: now - 3_600 }), 'time.kb_window');
rejected('bound in an hour', await present(credential, ALL, { at: now + 3_600 }), 'time.kb_window');
rejected('expired', await present(await issue(claims({ exp: now - 3_600, iat: now - 7_200 }), FRAME), ALL), 'time.expired');
rejected('not yet valid', await present(await issue(claims({ nbf: now + 3_600 }), FRAME), ALL), 'time.not_yet_valid');
rejected('signed by another', await present(await issue(content, FRAME, { signer: HOLDER }), ALL), 'sig.invalid');
const unlisted = keys()[HOLDER];
const ofNobody = await issue(claims({ iss: unlisted.did }), FRAME, { signer: HOLDER, header: { kid: unlisted.method } });
rejected('by an issuer whom nobody lists', await present(ofNobody, ALL), 'trust.issuer_unknown');
rejected('by one whom nobody lists, where W3C credentials are taken of anybody', await present(ofNobody, ALL), 'trust.issuer_unknown', {
  policy: { issuers: 'resolvable' },
});
rejected('under a key that is not there', await present(await issue(content, FRAME, { header: { kid: `${keys()[ISSUER].did}#key-1` } }), ALL), 'di.vm_missing');
rejected('of the older type', await present(await issue(content, FRAME, { header: { typ: 'vc+sd-jwt' } }), ALL), 'jose.typ_mismatch');
emit('of the older type, which the policy takes', await present(await issue(content, FRAME, { header: { typ: 'vc+sd-jwt' } }), ALL), {
  says: says(content),
  policy: { older_sd_jwt_vc: true },
});
const two = { jwk: holderKey(), jku: 'https://holder.example/keys' };
rejected('with two keys of the holder', await present(await issue(claims({ cnf: two }), FRAME), ALL), 'sdjwt.cnf');
