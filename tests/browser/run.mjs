// Runs every case: one line each, the last line counts.

import { cases as checking, filmed } from "./check.mjs";
import { launch, Watched } from "./chromium.mjs";
import { makeKey, makeTrust, serve } from "./service.mjs";
import * as whole from "./whole.mjs";

const only = process.argv[2] ?? "";
let passed = 0;
let failed = 0;

async function attempt(name, work) {
  if (!name.includes(only)) return;
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

const issuer = makeKey("issuer");
const service = await serve(makeTrust(issuer.jwk), ["--dev"]);
const browser = await launch();
try {
  for (const [name, work] of Object.entries({ ...checking })) {
    await attempt(name, async () => {
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
    });
  }
  await attempt("the camera is read", () => filmed(browser, service.address));
  for (const [name, work] of Object.entries(whole.cases)) await attempt(name, () => work(browser, service.address, { issuer }));
} finally {
  await browser.close();
  await service.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
