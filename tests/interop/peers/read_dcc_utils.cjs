// npm `dcc-utils` reads the EU DCCs that vidimus issued. It looks at no times and shows no `iss`.
'use strict';
const { cast, judgeReadings } = require('./lines.cjs');
const { DCC } = require('dcc-utils');

const { signers } = cast().dcc;

judgeReadings('dcc-utils', 'eu_dcc', { signature: /Signature missmatch|not verified/ }, async ({ text, says }) => {
  const dcc = await DCC.fromRaw(text);
  const signer = Object.values(signers).find((each) => each.kid === dcc.kid);
  if (!signer) throw new Error('no such key');
  if (!(await dcc.checkSignatureWithCertificate(signer.certificate_pem))) throw new Error('not verified');
  return { iss: says?.iss, content: dcc.payload };
});
