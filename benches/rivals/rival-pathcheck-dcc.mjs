// npm `@pathcheck/dcc-sdk` (bundled by node.sh) as a contender: text of an EU DCC in, its checked signature and its claims out. It
// looks at no times.
import { createRequire } from 'node:module';
import path from 'node:path';
import { answer, row, verifying } from './protocol.mjs';

const bundle = path.join(import.meta.dirname, '..', 'pathcheck-dcc.cjs');
const { addCachedKeys, unpackAndVerify } = createRequire(import.meta.url)(bundle);

for (const kind of ['eu_dcc.es256', 'eu_dcc.ps256']) {
  const inputs = row(kind);
  addCachedKeys(Object.fromEntries(inputs.issuers.map(({ kid, spki }) => [kid, spki])));
  await verifying(kind, inputs, async (text) => {
    const { status, contents } = await unpackAndVerify(text);
    if (status !== 'verified') throw new Error(status);
    return contents.get(-260).get(1);
  });
}

await answer();
