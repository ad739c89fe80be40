// EU DCCs made by npm `@pathcheck/dcc-sdk` (bundled by run.sh): cases for judge.py, one JSON object a line.
'use strict';
const { cast, emit } = require('./lines.cjs');
const { signAndPack } = require(process.env.INTEROP_PATHCHECK_DCC);

const DAY = 86_400;
const { now, dcc } = cast();
const peer = '@pathcheck/dcc-sdk';

// The SDK takes the key identifier from the certificate, and signs with whatever key it is given.
function pack(kind, signer, { key = signer, iss = 'XX', iat = now - DAY, exp = now + 180 * DAY } = {}) {
  const hcert = new Map([[1, dcc.contents[kind]]]);
  const claims = new Map([[1, iss], [4, exp], [6, iat], [-260, hcert]]);
  return signAndPack(claims, dcc.signers[signer].certificate_pem, dcc.signers[key].private_pem);
}

const rejected = (name, text, reason) => emit({ peer, case: `dcc ${name}`, text, reasons: [reason] });

async function main() {
  for (const [name, kind, signer] of [
    ['es256 vaccination', 'vaccination', 'ec'],
    ['es256 test, signer for tests only', 'test', 'tests'],
    ['es256 recovery', 'recovery', 'ec'],
    ['ps256 vaccination', 'vaccination', 'rsa'],
  ]) {
    const says = { '/claims/iss': 'XX', '/claims/hcert/1': dcc.contents[kind] };
    emit({ peer, case: `dcc ${name}`, text: await pack(kind, signer), says });
  }
  rejected('signed by another key', await pack('vaccination', 'ec', { key: 'unlisted' }), 'sig.invalid');
  rejected('unknown kid', await pack('vaccination', 'unlisted'), 'trust.key_unknown');
  rejected('expired', await pack('test', 'ec', { exp: now - DAY / 2 }), 'time.expired');
  rejected('signer for tests only', await pack('recovery', 'tests'), 'x509.eku_purpose');
  rejected('issuer of another country', await pack('vaccination', 'ec', { iss: 'YY' }), 'trust.issuer_country');
}

main();
