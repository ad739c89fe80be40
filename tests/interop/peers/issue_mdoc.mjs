// mdocs made and shown by @auth0/mdl and @animo-id/mdoc: cases for judge.py, one JSON object a line.
import lines from './lines.cjs';
import { NONCE, SESSION, animoMdoc, auth0Mdl, cast, says } from './mdoc.mjs';

const coded = (bytes) => Buffer.from(bytes).toString('base64url');
const insert = ([bytes, more], reasons) => [bytes, reasons, more];
const pointers = (names) => ({
  '/claims/docType': 'org.iso.18013.5.1.mDL',
  '/claims/nameSpaces': { 'org.iso.18013.5.1': Object.fromEntries(names.map((name) => [name, says()[name]])) },
});

// The bytes with one text in the place of another of the same length.
function changed(bytes, from, to, last = false) {
  const copy = Buffer.from(bytes);
  const at = last ? copy.lastIndexOf(from) : copy.indexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error(`${from} is not there`);
  copy.write(to, at, 'latin1');
  return copy;
}

// No payload, then a signature of 64 bytes.
const DETACHED = Buffer.from([0xf6, 0x58, 0x40]);

// One bit of the bytes behind a mark.
function flipped(bytes, mark, behind) {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(mark);
  if (at < 0) throw new Error(`${mark} is not there`);
  copy[at + mark.length + behind] ^= 1;
  return copy;
}

for (const peer of [auth0Mdl, animoMdoc]) {
  const issued = await peer.issue();
  const all = Object.keys(says());
  const { response, transcript } = await peer.present(issued);
  await peer.verify(response, transcript);
  const ask = { session: peer.session(transcript), nonce: NONCE };
  const emit = (name, bytes, more) => lines.emit({ peer: peer.name, case: name, text: coded(bytes), policy: {}, ...ask, ...more });
  const rejected = (name, bytes, reasons, more) => emit(name, bytes, { reasons: [reasons].flat(), ...more });
  // Of a response that its device signed for this very session.
  const shown = async (mdoc, options) => {
    const made = await peer.present(mdoc, options);
    return [made.response, { session: peer.session(made.transcript) }];
  };
  emit('all elements', response, { says: pointers(all) });
  const [two, more] = await shown(issued, { names: ['family_name', 'issuing_country'] });
  emit('two elements', two, { says: pointers(['family_name', 'issuing_country']), ...more });
  const session = ['mdoc.device_auth', 'vp.session_mismatch'];
  rejected('another letter', changed(response, 'Person', 'Persoo'), 'mdoc.digest_mismatch');
  rejected('an element of another name', changed(response, 'resident_city', 'resident_cite'), 'mdoc.digest_mismatch');
  rejected('another digest', flipped(response, 'valueDigests', 30), ['mdoc.digest_mismatch', 'sig.invalid']);
  rejected('another end', changed(response, 'validUntil', 'validUntik'), ['mdoc.validity_format', 'sig.invalid']);
  rejected('another document type', changed(response, 'org.iso.18013.5.1.mDL', 'org.iso.18013.5.1.mDM'), ['mdoc.doctype_mismatch', ...session]);
  rejected('another signature of the device', flipped(response, DETACHED, 12), session);
  const other = await peer.present(issued, { nonce: 'another-nonce-of-the-verifier' });
  rejected('for another nonce', other.response, session);
  if (peer === animoMdoc) {
    for (const [member, value] of [['client_id', 'other.example'], ['response_uri', 'https://other.example/response'], ['mdoc_generated_nonce', 'other']]) {
      rejected(`another ${member}`, response, session, { session: { ...SESSION, [member]: value } });
    }
    rejected('another handover', response, 'vp.session_mismatch', { session: { ...SESSION, handover: 'openid4vp' } });
  }
  rejected('by another device', ...insert(await shown(issued, { device: cast().other_device_jwk }), session));
  rejected('expired', ...insert(await shown(await peer.issue({ from: -20, until: -1 })), 'time.expired'));
  rejected('not yet valid', ...insert(await shown(await peer.issue({ from: 1, until: 20 })), 'time.not_yet_valid'));
  rejected('test authority in production', response, 'trust.environment', { environment: 'production' });
  rejected('cut', response.subarray(0, response.length - 1), 'cbor.truncated');
  rejected('status 10', changed(response, 'status\u0000', 'status\u000a', true), 'mdoc.response');
}
