// SMART Health Cards made by npm `jose` and Node's zlib: cases for judge.py, one JSON object a line.
import zlib from 'node:zlib';
import { CompactSign, importJWK } from 'jose';
import lines from './lines.cjs';

const DAY = 86_400;
const { now, shc } = lines.cast();

async function sign({ key = shc.jwk, kid = shc.jwk.kid, header = {}, ...changed } = {}) {
  const claims = { iss: shc.issuer, nbf: now - DAY, ...changed, vc: shc.vc };
  const payload = zlib.deflateRawSync(Buffer.from(JSON.stringify(claims)));
  const signing = new CompactSign(payload).setProtectedHeader({ zip: 'DEF', alg: 'ES256', kid, ...header });
  return signing.sign(await importJWK(key, 'ES256'));
}

const digits = (jws) => 'shc:/' + [...jws].map((c) => String(c.charCodeAt(0) - 45).padStart(2, '0')).join('');

// The same signature in DER, as careless libraries write it.
function inDer(jws) {
  const [header, payload, signature] = jws.split('.');
  const raw = Buffer.from(signature, 'base64url');
  const integer = (bytes) => {
    let at = 0;
    while (at < bytes.length - 1 && bytes[at] === 0) at += 1;
    const body = bytes[at] & 0x80 ? Buffer.concat([Buffer.from([0]), bytes.subarray(at)]) : bytes.subarray(at);
    return Buffer.concat([Buffer.from([2, body.length]), body]);
  };
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  const der = Buffer.concat([Buffer.from([0x30, body.length]), body]);
  return [header, payload, der.toString('base64url')].join('.');
}

const accepted = (name, text) => {
  lines.emit({ peer: 'jose', case: `shc ${name}`, text, says: { '/claims/iss': shc.issuer, '/claims/vc': shc.vc } });
};
const rejected = (name, text, reason, more = {}) => {
  lines.emit({ peer: 'jose', case: `shc ${name}`, text, reasons: [reason], ...more });
};

accepted('qr text', digits(await sign()));
accepted('bare jws', await sign());
accepted('file', JSON.stringify({ verifiableCredential: [await sign({ exp: now + DAY })] }));

rejected('signed by another key', digits(await sign({ key: shc.other_jwk })), 'sig.invalid');
rejected('unknown kid', digits(await sign({ key: shc.other_jwk, kid: shc.other_jwk.kid })), 'jose.kid_unknown');
rejected('unknown issuer', digits(await sign({ iss: 'https://elsewhere.example' })), 'trust.issuer_unknown');
rejected('expired', digits(await sign({ exp: now - DAY / 2 })), 'time.expired');
rejected('signature in DER', digits(inDer(await sign())), 'sig.encoding');
rejected('test issuer in production', digits(await sign()), 'trust.environment', { environment: 'production' });
