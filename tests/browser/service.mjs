// The service under test, and the credentials it judges: made anew in each run, and signed by keys that nobody else trusts.

import { execFileSync, spawn } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const { BROWSER_RUN: run, BROWSER_ROOT: root, VIDIMUS: vidimus } = process.env;

let made = 0;

export const ISSUER = "https://office.example/cards";
export const IDENTITY = "https://types.example/identity";

/** Markup and script in every dress, as what somebody is called. */
export const HOSTILE = [
  `<img src=x onerror="globalThis.hurt='img'">`,
  `<script>globalThis.hurt='script'</script>`,
  `"><svg onload="globalThis.hurt='svg'">`,
  `javascript:globalThis.hurt='url'`,
  "{{constructor.constructor('globalThis.hurt=1')()}}",
  "\u202etxet desrever\u202c",
];

/** A key pair in the run's folder, and its public part as JWK. */
export function makeKey(name) {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const file = inRun(`${name}-${(made += 1)}.pem`, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  return { file, privateKey: pair.privateKey, jwk: createPublicKey(pair.privateKey).export({ format: "jwk" }) };
}

/** A file of the run that its owner alone can read. */
export function inRun(name, contents) {
  const path = join(run, name);
  writeFileSync(path, contents, { mode: 0o600 });
  return path;
}

/** A trust store: the samples', and the issuer of identity cards with that key. */
export function makeTrust(jwk) {
  mkdirSync(join(run, "trust"), { recursive: true });
  inRun("trust/samples.json", readFileSync(join(root, "samples/trust/samples.json")));
  const keys = { keys: [{ ...jwk, kid: "key-1" }] };
  const entry = { kind: "issuer", issuer: ISSUER, name: "Office of the test", formats: ["sd_jwt_vc"], environment: "test", keys };
  inRun("trust/issuer.json", JSON.stringify({ vidimus_trust: 1, entries: [entry] }));
  return join(run, "trust");
}

/** What `vidimus issue` makes of that content. */
export function issue(format, content, options) {
  const file = inRun(`content-${(made += 1)}.json`, JSON.stringify(content));
  return execFileSync(vidimus, ["issue", format, "--content", file, ...options], { encoding: "utf8" }).trim();
}

/** An identity card: SD-JWT VC, for the holder of that key if one is named. */
export function identityCard(key, claims, { holder, disclosable = [] } = {}) {
  const options = ["--key", key.file, "--issuer", ISSUER, "--kid", "key-1", "--valid-days", "30"];
  for (const pointer of disclosable) options.push("--disclosable", pointer);
  if (holder) options.push("--holder-key", JSON.stringify(holder));
  return issue("sd_jwt_vc", { vct: IDENTITY, ...claims }, options);
}

/** A genuine EU certificate of somebody of that name, signed by the samples' signer. */
export function healthCertificate(name) {
  const key = inRun(`signer-${(made += 1)}.pem`, readFileSync(join(root, "test-vectors/keys/signer.key.pem")));
  const content = {
    ver: "1.3.0",
    nam: { fn: name, fnt: "HOSTILE", gn: name, gnt: "HOSTILE" },
    dob: "1987-03-14",
    v: [{
      tg: "840539006", vp: "1119349007", mp: "EU/1/20/1528", ma: "ORG-100030215", dn: 2, sd: 2, dt: "2026-04-20", co: "XV", is: name,
      ci: "URN:UVCI:01:XV:0000000000000009",
    }],
  };
  return issue("eu_dcc", content, ["--key", key, "--cert", join(root, "test-vectors/keys/signer.cert.pem"), "--valid-days", "30"]);
}

/** A running service: its address, and how to stop it. */
export async function serve(trust, options = []) {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const child = spawn(
    vidimus,
    ["serve", "--listen", `127.0.0.1:${port}`, "--trust", trust, "--environment", "test", "--offline", "--log", "warn", ...options],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    const live = await fetch(`${address}/ready`).then((answer) => answer.ok, () => false);
    if (live) return { address, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error("the service does not become ready");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
