// The first view: a credential is pasted, photographed, filmed; accepted, rejected, not to be told.

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { launch, Watched } from "./chromium.mjs";
import { healthCertificate, HOSTILE, identityCard, inRun } from "./service.mjs";

const root = process.env.BROWSER_ROOT;
const sample = (name) => readFileSync(join(root, "samples", name), "utf8").trim();

async function paste(watched, text) {
  await watched.page.getByLabel("Credential as text").fill(text);
  await watched.page.getByRole("button", { name: "Check", exact: true }).click();
  return watched.report();
}

/** Every case: a name, and what must hold. Each gets a page of its own, which must be without fault at its end. */
export const cases = {
  async "a pasted credential is accepted"(watched) {
    await watched.shot("empty");
    const { verdict, text, status } = await paste(watched, sample("eu-dcc.txt"));
    assert.equal(verdict, "accepted");
    for (const said of ["Accepted", "Issued by", "CN=signer, C=XV", "Lindqvist-Åberg", "14", "840539006", "Is the signature right?"]) {
      assert.ok(text.includes(said), `${said} is not in the report`);
    }
    assert.equal(await watched.page.locator(".check").count(), 8);
    assert.match(status, /^Accepted\./);
    assert.equal(await watched.page.evaluate(() => document.activeElement.textContent), "Accepted");
    await watched.shot("accepted");
    await watched.examine("accepted");
    await watched.page.getByText("Everything it says, in its own terms").click();
    await watched.page.getByText("As JSON").click();
    await watched.shot("accepted-open");
    await watched.examine("accepted, opened");
    assert.ok((await watched.page.locator(".raw pre").innerText()).includes('"verdict": "accepted"'));
  },

  async "a rejected one says why"(watched) {
    const { verdict, text, status } = await paste(watched, sample("eu-dcc-forged.txt"));
    assert.equal(verdict, "rejected");
    for (const said of ["Rejected", "The signature does not match.", "sig.invalid", "RFC 9052, 4.4", "The content was changed"]) {
      assert.ok(text.includes(said), `${said} is not in the report`);
    }
    assert.ok(text.includes("Named as issuer, not proven") && !text.includes("Issued by"), "the issuer is not proven");
    assert.match(status, /^Rejected\. The signature does not match\./);
    const links = await watched.page.locator(".reason a").evaluateAll((all) => all.map((one) => one.href));
    assert.ok(links.some((link) => link.endsWith("/v1/reasons/sig.invalid")) && links.includes("https://www.rfc-editor.org/rfc/rfc9052"));
    const reason = await watched.page.request.get(links.find((link) => link.includes("/v1/reasons/")));
    assert.equal((await reason.json()).code, "sig.invalid");
    await watched.shot("rejected");
    await watched.examine("rejected");
  },

  async "one that cannot be told is no acceptance"(watched, { issuer }) {
    const status = { status_list: { idx: 7, uri: "https://office.example/lists/1" } };
    const { verdict, text } = await paste(watched, identityCard(issuer, { family_name: "Ngata", status }));
    assert.equal(verdict, "indeterminate");
    for (const said of ["Could not tell", "This is not an acceptance.", "https://office.example/lists/1", "status"]) {
      assert.ok(text.includes(said), `${said} is not in the report`);
    }
    assert.ok(!text.includes("Ngata"), "claims come of accepted ones only");
    await watched.shot("indeterminate");
    await watched.examine("indeterminate");
  },

  async "expected and got stand beside a reason"(watched) {
    await watched.page.locator("#check-form summary").click();
    await watched.page.getByLabel("Nonce").fill("n-of-ours");
    await watched.page.getByLabel("Audience").fill("x509_san_dns:rp.example");
    const vector = JSON.parse(readFileSync(join(root, "test-vectors/sd_jwt_vc/accepted/key-bound.json"), "utf8"));
    const { verdict, text } = await paste(watched, vector.input.text);
    assert.equal(verdict, "rejected");
    assert.ok(/Expected\s+\S/.test(text) && /Got\s+\S/.test(text), text);
    assert.ok(text.includes("Holder") && text.includes("faults:"));
    await watched.shot("many-faults");
    await watched.examine("many faults");
  },

  async "several credentials are several parts"(watched) {
    const both = `${sample("eu-dcc.txt")}\n${sample("eu-dcc-forged.txt")}`;
    const { verdict, text } = await paste(watched, both);
    assert.equal(verdict, "rejected");
    assert.ok(text.includes("Part 1 of 2: Accepted") && text.includes("Part 2 of 2: Rejected"));
    await watched.shot("parts");
    await watched.examine("parts");
  },

  async "a picture is accepted"(watched) {
    await watched.page.getByLabel("Or a picture or a file").setInputFiles(join(root, "samples/eu-dcc.png"));
    await watched.page.locator("#preview").waitFor();
    await watched.shot("chosen");
    await watched.page.getByRole("button", { name: "Check", exact: true }).click();
    assert.equal((await watched.report()).verdict, "accepted");
  },

  async "a photo is accepted"(watched) {
    const photo = inRun("photo.jpg", Buffer.from(await photograph(watched.page, "image/jpeg"), "base64"));
    await watched.page.getByLabel("Or a picture or a file").setInputFiles(photo);
    await watched.page.getByRole("button", { name: "Check", exact: true }).click();
    assert.equal((await watched.report()).verdict, "accepted");
  },

  async "a picture of another kind is drawn anew, and can be dropped"(watched) {
    const photo = await photograph(watched.page, "image/webp");
    await watched.page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], "photo.webp", { type: "image/webp" }));
      document.querySelector("#drop").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, photo);
    assert.equal(await watched.page.locator("#chosen-name").innerText(), "photo.webp is chosen.");
    await watched.page.getByRole("button", { name: "Check", exact: true }).click();
    assert.equal((await watched.report()).verdict, "accepted");
  },

  async "a file is accepted, and removed again"(watched) {
    await watched.page.getByLabel("Or a picture or a file").setInputFiles(join(root, "samples/smart-health-card-forged.txt"));
    await watched.page.getByRole("button", { name: "Remove" }).click();
    await watched.page.getByLabel("Or a picture or a file").setInputFiles(join(root, "samples/eu-dcc.txt"));
    await watched.page.getByRole("button", { name: "Check", exact: true }).click();
    assert.equal((await watched.report()).verdict, "accepted");
    await watched.page.getByRole("button", { name: "Clear" }).click();
    assert.equal(await watched.page.locator("#check-report").innerText(), "");
    assert.equal(await watched.page.locator("#chosen").isVisible(), false);
  },

  async "nothing to check is said"(watched) {
    await watched.page.getByRole("button", { name: "Check", exact: true }).click();
    assert.match(await watched.page.getByRole("alert").innerText(), /There is nothing to check\./);
    assert.equal(await watched.page.evaluate(() => document.activeElement.id), "credential");
    await watched.examine("nothing to check");
  },

  async "a problem of the request is shown"(watched) {
    watched.expected.push("413");
    await watched.page.evaluate(() => (document.querySelector("#credential").value = "x".repeat(1_100_000)));
    await watched.page.getByRole("button", { name: "Check", exact: true }).click();
    await watched.page.locator("#check-alert .alert").waitFor();
    assert.match(await watched.page.getByRole("alert").innerText(), /larger than any credential/);
  },

  async "a service that is gone is said"(watched) {
    watched.expected.push("ERR_FAILED");
    await watched.page.route("**/v1/verify", (route) => route.abort());
    await watched.page.getByLabel("Credential as text").fill("HC1:");
    await watched.page.getByRole("button", { name: "Check", exact: true }).click();
    await watched.page.locator("#check-alert .alert").waitFor();
    assert.match(await watched.page.getByRole("alert").innerText(), /cannot be reached/);
  },

  async "a camera that is not there is said"(watched) {
    await watched.page.getByRole("button", { name: "Use the camera" }).click();
    await watched.page.locator("#check-alert .alert").waitFor();
    assert.match(await watched.page.getByRole("alert").innerText(), /There is no camera\.|The camera was not allowed\./);
    assert.equal(await watched.page.locator("#camera").isVisible(), false);
    assert.equal(await watched.page.locator("#check-status").innerText(), "");
  },

  async "hostile text is text"(watched, { issuer }) {
    const claims = Object.fromEntries(HOSTILE.map((text, at) => [`${text}${at}`, [text, { [text]: text }]]));
    const card = await paste(watched, identityCard(issuer, { ...claims, family_name: HOSTILE[0], given_name: HOSTILE[1] }));
    assert.equal(card.verdict, "accepted");
    for (const details of await watched.page.locator("#check-report summary").all()) await details.click();
    for (const text of HOSTILE) assert.ok((await watched.page.locator("#check-report").innerText()).includes(text.slice(0, 12)), text);
    await watched.shot("hostile");
    await unhurt(watched);
    for (const text of HOSTILE.slice(0, 4)) {
      assert.equal((await paste(watched, healthCertificate(text))).verdict, "accepted", text);
      await unhurt(watched);
      await paste(watched, text);
      await unhurt(watched);
    }
    // Names in a header are named again in `got`.
    const header = Buffer.from(JSON.stringify({ alg: HOSTILE[0], typ: HOSTILE[2], kid: HOSTILE[1], x5u: HOSTILE[3] })).toString("base64url");
    const forged = `${header}.${Buffer.from(JSON.stringify({ iss: HOSTILE[0], vct: HOSTILE[2] })).toString("base64url")}.AAAA~`;
    assert.equal((await paste(watched, forged)).verdict, "rejected");
    await unhurt(watched);
  },

  async "text cannot become code even by a mistake"(watched) {
    watched.expected.push("TrustedHTML", "Content Security Policy", "Content Security policy");
    const refused = await watched.page.evaluate(() => {
      const of = (attempt) => {
        try {
          attempt();
          return "";
        } catch (error) {
          return error.name;
        }
      };
      const div = document.createElement("div");
      document.body.append(div);
      const inline = document.createElement("button");
      inline.setAttribute("type", "button");
      return [
        of(() => (div.innerHTML = "<b>x</b>")),
        of(() => document.write("x")),
        of(() => trustedTypes.createPolicy("mine", {})),
      ];
    });
    assert.deepEqual(refused, ["TypeError", "TypeError", "TypeError"]);
    const elsewhere = await watched.page.evaluate(() => fetch("https://elsewhere.example/").then(() => "sent", () => "refused"));
    assert.equal(elsewhere, "refused");
  },
};

/** Nothing that a credential said ran or became an element. */
async function unhurt(watched) {
  assert.equal(await watched.page.evaluate(() => globalThis.hurt), undefined);
  const strange = await watched.page.locator("#check-report").evaluate((report) =>
    [...report.querySelectorAll("img, script, iframe, object, embed, [onerror], [onload], [style], a[href^='javascript:']")].length);
  assert.equal(strange, 0);
}

/** The sample's code as a camera sees it: turned, small in the picture, in poor light. Base64. */
function photograph(page, media) {
  return page.evaluate(async ([code, media]) => {
    const bytes = Uint8Array.from(atob(code), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(1600, 1200);
    const context = canvas.getContext("2d");
    const light = context.createLinearGradient(0, 0, 1600, 1200);
    light.addColorStop(0, "#d8d4c8");
    light.addColorStop(1, "#8f8a80");
    context.fillStyle = light;
    context.fillRect(0, 0, 1600, 1200);
    context.translate(820, 610);
    context.rotate(0.12);
    context.globalAlpha = 0.9;
    context.imageSmoothingEnabled = true;
    context.drawImage(bitmap, -390, -390, 780, 780);
    const photo = new Uint8Array(await (await canvas.convertToBlob({ type: media, quality: 0.8 })).arrayBuffer());
    let text = "";
    for (const byte of photo) text += String.fromCharCode(byte);
    return btoa(text);
  }, [readFileSync(join(root, "samples/eu-dcc.png")).toString("base64"), media]);
}

/** The camera: a browser of its own, whose camera films the sample's code. */
export async function filmed(browser, address) {
  const film = inRun("film.y4m", await reel(browser, address));
  const own = await launch([
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${film}`,
  ]);
  try {
    const watched = await Watched.open(own, address, { permissions: ["camera"] });
    await watched.page.getByRole("button", { name: "Use the camera" }).click();
    const { verdict, text } = await watched.report();
    assert.equal(verdict, "accepted");
    assert.ok(text.includes("Lindqvist-Åberg"));
    assert.equal(await watched.page.locator("#camera").isVisible(), false, "the camera is off once a code is read");
    assert.deepEqual(watched.faults, []);
    await watched.close();
    await blind(own, address);
    await reading(own, address);
  } finally {
    await own.close();
  }
}

/** Nothing is read: the camera goes on until it is stopped. */
async function blind(browser, address) {
  const watched = await Watched.open(browser, address, { permissions: ["camera"] });
  const page = watched.page;
  const nothing = { verdict: "rejected", checks: [{ stage: "decode", outcome: "fail", code: "image.no_code" }] };
  let frames = 0;
  await page.route("**/v1/verify", (route) => {
    assert.equal(route.request().headers()["content-type"], "image/png");
    frames += 1;
    return route.fulfill({ json: nothing });
  });
  await page.getByRole("button", { name: "Use the camera" }).click();
  while (frames < 3) await page.waitForTimeout(50);
  await watched.shot("camera");
  await watched.examine("camera");
  await page.getByRole("button", { name: "Stop the camera" }).click();
  assert.equal(await page.locator("#check-status").innerText(), "The camera is off.");
  assert.equal(await page.evaluate(() => document.activeElement.id), "camera-start");
  const seen = frames;
  await page.waitForTimeout(700);
  assert.ok(frames <= seen + 1, "no frame is sent once it is off");
  assert.deepEqual(watched.faults, []);
  await watched.close();
}

/** A browser that reads codes itself: their text goes to the service, and no frame. Of a card in two codes, both are waited for. */
async function reading(browser, address) {
  const card = sample("smart-health-card.txt").replace("shc:/", "");
  const half = 2 * Math.ceil(card.length / 4);
  const codes = [`shc:/2/2/${card.slice(half)}`, `shc:/2/2/${card.slice(half)}`, `shc:/1/2/${card.slice(0, half)}`];
  for (const seen of [[sample("eu-dcc.txt")], codes]) {
    const before = `globalThis.BarcodeDetector = class {
      static seen = ${JSON.stringify(seen)};
      static async getSupportedFormats() { return ["qr_code"]; }
      async detect() { return [BarcodeDetector.seen.shift()].filter(Boolean).map((rawValue) => ({ rawValue })); }
    };`;
    const watched = await Watched.open(browser, address, { permissions: ["camera"], before });
    const types = [];
    watched.page.on("request", (request) => request.url().endsWith("/v1/verify") && types.push(request.headers()["content-type"]));
    await watched.page.getByRole("button", { name: "Use the camera" }).click();
    if (seen.length > 1) await watched.page.locator("#check-status", { hasText: "1 of 2 codes were read." }).waitFor();
    assert.equal((await watched.report()).verdict, "accepted");
    assert.deepEqual(types, ["text/plain;charset=utf-8"]);
    assert.deepEqual(watched.faults, []);
    await watched.close();
  }
}

/** A film of the sample's code: one frame of 640 by 480, grey (YUV4MPEG2). */
async function reel(browser, address) {
  const watched = await Watched.open(browser, address);
  const luma = await watched.page.evaluate(async (code) => {
    const bytes = Uint8Array.from(atob(code), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(640, 480);
    const context = canvas.getContext("2d");
    context.fillStyle = "#c8c8c8";
    context.fillRect(0, 0, 640, 480);
    context.drawImage(bitmap, 100, 20, 440, 440);
    const { data } = context.getImageData(0, 0, 640, 480);
    return Array.from({ length: 640 * 480 }, (_, at) => data[4 * at]);
  }, readFileSync(join(root, "samples/eu-dcc.png")).toString("base64"));
  await watched.close();
  const frame = Buffer.concat([Buffer.from("FRAME\n"), Buffer.from(luma), Buffer.alloc((640 * 480) / 2, 128)]);
  return Buffer.concat([Buffer.from("YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n"), frame, frame]);
}
