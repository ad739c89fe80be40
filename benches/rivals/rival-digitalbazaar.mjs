// The libraries of Digital Bazaar as a contender.
//
// Suites, verifiers' documents and the loader are made once; a step is from the text of a credential to its verification, or to
// the text of a derived credential.
import * as vc from '@digitalbazaar/vc';
import { derivingSuite, verifyingSuite } from './digitalbazaar.mjs';
import { answer, each, row, verifying } from './protocol.mjs';
import { loader } from './w3c.mjs';

// Documents of keys are computed once, as a resolver with a memory would.
function remembering(load) {
  const known = new Map();
  return async (url) => {
    if (!known.has(url)) known.set(url, await load(url));
    return known.get(url);
  };
}
const documentLoader = remembering(loader());

for (const kind of ['eddsa-rdfc-2022', 'eddsa-jcs-2022', 'ecdsa-rdfc-2019', 'ecdsa-sd-2023', 'bbs-2023']) {
  const suite = verifyingSuite(kind);
  await verifying(`vc_di.${kind}`, row(`vc_di.${kind}`), async (text) => {
    const { verified, error } = await vc.verifyCredential({ credential: JSON.parse(text), suite, documentLoader });
    if (!verified) throw error;
  });
}

for (const kind of ['ecdsa-sd-2023', 'bbs-2023']) {
  const { credentials, selected } = row(`vc_di.${kind}.derive`);
  const suite = derivingSuite(kind, selected);
  await each(`vc_di.${kind}.derive`, credentials, async (text) => {
    return JSON.stringify(await vc.derive({ verifiableCredential: JSON.parse(text), suite, documentLoader }));
  });
}

await answer();
