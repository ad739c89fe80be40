// npm `@vaxxnz/nzcp` reads the NZ COVID Passes that vidimus issued; its clock is the system's.
'use strict';
const { cast, judgeReadings } = require('./lines.cjs');
const { verifyPassURIOffline } = require('@vaxxnz/nzcp');

const { issuer, documents } = cast().nzcp;

judgeReadings('@vaxxnz/nzcp', 'nz_covid_pass', async ({ text, says }) => {
  const read = await verifyPassURIOffline(text, { trustedIssuer: [issuer], didDocument: [documents[issuer]] });
  if (!read.success) throw new Error(`${read.violates.section}: ${read.violates.message}`);
  // It gives the subject only.
  return { iss: issuer, content: { ...says.content, credentialSubject: read.credentialSubject } };
});
