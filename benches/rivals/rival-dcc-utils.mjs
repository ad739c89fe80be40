// npm `dcc-utils` as a contender: text of an EU DCC in, its checked signature and its claims out. It looks at no times.
//
// It has two ways to check a signature. By a list of keys is the faster one, but knows no PS256; there it is given certificates.
import dccUtils from 'dcc-utils';
import { answer, pem, row, verifying } from './protocol.mjs';

const { DCC } = dccUtils;

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: { name: 'SHA-256' } };
const byIdentifier = (inputs, valueOf) => Object.fromEntries(inputs.issuers.map((issuer) => [issuer.kid, valueOf(issuer)]));

const elliptic = row('eu_dcc.es256');
const keys = byIdentifier(elliptic, ({ spki }) => ({ publicKeyPem: spki, publicKeyAlgorithm: ES256 }));
await verifying('eu_dcc.es256', elliptic, async (text) => {
  const dcc = await DCC.fromRaw(text);
  if (!(await dcc.checkSignatureWithKeysList(keys))) throw new Error('not verified');
  return dcc.payload;
});

const rsa = row('eu_dcc.ps256');
const certificates = byIdentifier(rsa, ({ certificate }) => pem('CERTIFICATE', certificate));
await verifying('eu_dcc.ps256', rsa, async (text) => {
  const dcc = await DCC.fromRaw(text);
  if (!(await dcc.checkSignatureWithCertificate(certificates[dcc.kid]))) throw new Error('not verified');
  return dcc.payload;
});

await answer();
