// Runs every case, as many at a time as there are lanes: one line each, the last line counts.

import { cases as asking, PROXY, throughTheBrowser, withKey } from "./ask.mjs";
import { cases as checking, filmed } from "./check.mjs";
import { launch, Watched } from "./chromium.mjs";
import { inRun, makeKey, makeTrust, serve } from "./service.mjs";
import { cases as whole } from "./whole.mjs";

const LANES = 3;
const KEY = "a-key-of-the-browser-tests";
const only = process.argv[2] ?? "";
const issuer = makeKey("issuer");
const trust = makeTrust(issuer.jwk);
const service = await serve(trust, ["--dev"]);
const browser = await launch();
let passed = 0;
let failed = 0;

/** A case with a page of its own, which must be without fault at its end. */
function onAPage(name, work) {
  return [name, async () => {
    const watched = await Watched.open(browser, service.address);
    try {
      await work(watched, { issuer, address: service.address });
      if (watched.faults.length > 0) throw new Error(watched.faults.join("\n"));
    } catch (error) {
      await watched.shot(`failed-${name.replaceAll(" ", "-")}`);
      throw error;
    } finally {
      await watched.close();
    }
  }];
}

/** A service of its own that asks for API keys, behind a proxy as wallets see it; nobody but a developer's machine is open. */
async function guarded() {
  const clients = [{ client_id: "verifier-of-the-test", key: makeKey("verifier").file, kid: "1" }];
  const presentations = inRun("presentations.json", JSON.stringify({ base_url: PROXY, clients }));
  const keys = inRun("api-keys", `${KEY}\n`);
  const own = await serve(trust, ["--presentations", presentations, "--api-key-file", keys]);
  try {
    await withKey(browser, own.address, { issuer, key: KEY });
  } finally {
    await own.stop();
  }
}

async function attempt(name, work) {
  const begun = performance.now();
  try {
    await work();
    passed += 1;
    console.log(`pass browser ${name} (${Math.round(performance.now() - begun)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL browser ${name}: ${error.stack ?? error}`);
  }
}

const { address } = service;
// The long ones first, so that no lane ends long after the others.
const cases = [
  ["the camera is read", () => filmed(browser, address)],
  ...Object.entries(whole).map(([name, work]) => [name, () => work(browser, address)]),
  ["the browser finds the wallet", () => throughTheBrowser(browser, address, { issuer })],
  ["an API key is asked for, and goes along", guarded],
  ...Object.entries({ ...asking, ...checking }).map(([name, work]) => onAPage(name, work)),
].filter(([name]) => name.includes(only));

async function lane() {
  for (let next = cases.shift(); next; next = cases.shift()) await attempt(...next);
}

try {
  await Promise.all(Array.from({ length: LANES }, lane));
} finally {
  await browser.close();
  await service.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
