// npm `@vaxxnz/nzcp` reads the NZ COVID Passes that vidimus issued; its clock is the system's.
'use strict';
const { cast, judgeReadings } = require('./lines.cjs');
const { verifyPassURIOffline } = require('@vaxxnz/nzcp');

const { issuer, documents } = cast().nzcp;

// It names the section of the specification.
const refusals = { signature: /: 3: .*does not validate/, end: /: 2\.1\.0\.4\.3: /, start: /: 2\.1\.0\.3\.3: / };

judgeReadings('@vaxxnz/nzcp', 'nz_covid_pass', refusals, async ({ text, says }) => {
  const read = await verifyPassURIOffline(text, { trustedIssuer: [issuer], didDocument: [documents[issuer]] });
  if (!read.success) throw new Error(`${read.violates.section}: ${read.violates.message}`);
  // It gives the subject only.
  return { iss: issuer, content: { ...says.content, credentialSubject: read.credentialSubject } };
});
