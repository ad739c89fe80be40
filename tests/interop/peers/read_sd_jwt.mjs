// @sd-jwt judges the SD-JWT VCs that vidimus issued, and shows them as their holder; vidimus judges what it showed.
import lines from './lines.cjs';
import { ASK, present, read } from './sd_jwt.mjs';

const refusals = {
  signature: /Verify Error: Invalid JWT Signature/,
  end: /Verify Error: JWT is expired/,
  start: /Verify Error: JWT is not yet valid/,
  disclosure: /unreferenced|not (found|referenced)|mismatch/i,
};
const isForAll = ({ refused }) => refused !== 'disclosure';

await lines.judgeReadings('@sd-jwt', 'sd_jwt_vc', refusals, async ({ text, says, frame, refused }) => {
  // What is refused as it is need not be shown.
  if (refused !== null) return read(text);
  const shown = await present(text, frame);
  return lines.sayingOnly(await read(shown, ASK.nonce), says);
}, isForAll);
