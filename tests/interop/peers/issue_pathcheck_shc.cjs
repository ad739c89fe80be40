// SMART Health Cards made by npm `@pathcheck/shc-sdk`: cases for judge.py, one JSON object a line.
'use strict';
const { cast, emit } = require('./lines.cjs');
const { signAndPack } = require('@pathcheck/shc-sdk');

const DAY = 86_400;
const { now, shc } = cast();
const peer = '@pathcheck/shc-sdk';

const pack = (key, changed) => signAndPack({ iss: shc.issuer, nbf: now - DAY, ...changed, vc: shc.vc }, key);
const rejected = (name, text, reason) => emit({ peer, case: `shc ${name}`, text, reasons: [reason] });

async function main() {
  const says = { '/claims/iss': shc.issuer, '/claims/vc': shc.vc };
  emit({ peer, case: 'shc qr text', text: await pack(shc.jwk, {}), says });
  emit({ peer, case: 'shc qr text with exp', text: await pack(shc.jwk, { exp: now + DAY }), says });

  const disguised = { ...shc.other_jwk, kid: shc.jwk.kid };
  rejected('signed by another key', await pack(disguised, {}), 'sig.invalid');
  rejected('unknown kid', await pack(shc.other_jwk, {}), 'jose.kid_unknown');
  rejected('unknown issuer', await pack(shc.jwk, { iss: 'https://elsewhere.example' }), 'trust.issuer_unknown');
  rejected('expired', await pack(shc.jwk, { exp: now - DAY / 2 }), 'time.expired');
}

main();
