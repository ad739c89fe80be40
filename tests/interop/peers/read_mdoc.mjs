// @auth0/mdl and @animo-id/mdoc show and judge the documents that vidimus issued.
import lines from './lines.cjs';
import { animoMdoc, auth0Mdl, cast, container } from './mdoc.mjs';

const refusals = {
  element: /digest/i,
  signature: /signature/i,
  end: /valid|expired/i,
  device: /device signature|device auth|signature/i,
};

for (const peer of [auth0Mdl, animoMdoc]) {
  await lines.judgeReadings(peer.name, 'mdoc', refusals, async ({ text, says, device }) => {
    const options = { names: Object.keys(says), device: device === 'other' ? cast().other_device_jwk : cast().device_jwk };
    const { response, transcript } = await peer.present(container(Buffer.from(text, 'base64url')), options);
    return peer.verify(response, transcript);
  });
}
