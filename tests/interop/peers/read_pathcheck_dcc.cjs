// npm `@pathcheck/dcc-sdk` (bundled by run.sh) reads the EU DCCs that vidimus issued. It looks at no times.
'use strict';
const { cast, judgeReadings, plain } = require('./lines.cjs');
const { addCachedCerts, unpackAndVerify } = require(process.env.INTEROP_PATHCHECK_DCC);

const listed = Object.values(cast().dcc.signers);
addCachedCerts(Object.fromEntries(listed.map((signer) => [signer.kid, signer.certificate_der])));

judgeReadings('@pathcheck/dcc-sdk', 'eu_dcc', { signature: /invalid_signature/ }, async ({ text }) => {
  const { status, contents } = await unpackAndVerify(text);
  if (status !== 'verified') throw new Error(status);
  return { iss: contents.get(1), content: plain(contents.get(-260).get(1)) };
});
