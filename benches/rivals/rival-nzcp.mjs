// npm `@vaxxnz/nzcp` as a contender: text of an NZ COVID Pass in, its whole verification and its subject out.
import nzcp from '@vaxxnz/nzcp';
import { answer, row, verifying } from './protocol.mjs';

const KIND = 'nz_covid_pass.es256';
const inputs = row(KIND);
const known = {
  trustedIssuer: inputs.issuers.map(({ name }) => name),
  didDocument: inputs.issuers.map(({ document }) => document),
};

await verifying(KIND, inputs, async (text) => {
  const { success, violates, credentialSubject } = await nzcp.verifyPassURIOffline(text, known);
  if (!success) throw new Error(`${violates.section}: ${violates.message}`);
  return credentialSubject;
});

await answer();
