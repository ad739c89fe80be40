// The page as a whole: by keyboard alone, in the dark, on a narrow screen; and that the watch itself sees what it must.

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { QUERY } from "./ask.mjs";
import { Watched } from "./chromium.mjs";

const sample = readFileSync(join(process.env.BROWSER_ROOT, "samples/eu-dcc-forged.txt"), "utf8").trim();

export const cases = {
  async "everything works by keyboard alone"(browser, address) {
    const watched = await Watched.open(browser, address);
    const { keyboard } = watched.page;
    assert.equal(await step(watched), "a Skip to the content");
    await keyboard.press("Enter");
    assert.equal(await step(watched), "textarea Credential as text");
    await keyboard.insertText(sample);
    const way = [];
    for (let steps = 0; steps < 10 && way.at(-1) !== "button Check"; steps += 1) way.push(await step(watched));
    assert.deepEqual(way, ["input Or a picture or a file", "summary More", "button Check"]);
    await keyboard.press("Enter");
    assert.equal((await watched.report()).verdict, "rejected");
    assert.equal(await focused(watched), "h2 Rejected");
    assert.equal(await step(watched), "a sig.invalid");
    // To the other view, and through its form.
    await watched.page.locator("#go-ask").focus();
    await keyboard.press("Enter");
    await watched.page.locator("#ask-view").waitFor();
    assert.equal(await focused(watched), "h1 Ask a wallet");
    assert.equal(await step(watched), "select What to ask for");
    await keyboard.press("Home");
    assert.equal(await step(watched), "textarea Query (DCQL, JSON)");
    await keyboard.press("Control+A");
    await keyboard.insertText(JSON.stringify(QUERY));
    assert.equal(await step(watched), "input On another device, which scans a QR code");
    assert.equal(await step(watched), "summary More");
    assert.equal(await step(watched), "button Ask");
    await keyboard.press("Enter");
    await watched.page.locator("#session").waitFor();
    assert.equal(await focused(watched), "h2 The wallet's turn");
    assert.equal(await step(watched), "a Open in a wallet on this device");
    assert.equal(await step(watched), "button Cancel");
    await keyboard.press("Enter");
    await watched.page.locator("#ask-status", { hasText: "Cancelled." }).waitFor();
    assert.equal(await focused(watched), "select What to ask for");
    assert.deepEqual(watched.faults, []);
    await watched.close();
  },

  async "dark, and narrow as a telephone"(browser, address) {
    for (const [name, options] of Object.entries({
      dark: { scheme: "dark" },
      narrow: { width: 320, height: 640 },
      "narrow-dark": { width: 320, height: 640, scheme: "dark" },
    })) {
      const watched = await Watched.open(browser, address, options);
      await watched.examine(`${name}, empty`);
      await watched.page.getByLabel("Credential as text").fill(sample);
      await watched.page.locator("#check-form summary").click();
      await watched.page.getByRole("button", { name: "Check", exact: true }).click();
      await watched.report();
      await watched.page.getByText("As JSON").click();
      await watched.shot(`${name}-rejected`);
      await watched.examine(`${name}, rejected`);
      await watched.page.getByLabel("Credential as text").fill(sampleGenuine());
      await watched.page.getByRole("button", { name: "Check", exact: true }).click();
      await watched.page.locator(".report-accepted").waitFor();
      await watched.shot(`${name}-accepted`);
      await watched.examine(`${name}, accepted`);
      await watched.page.locator("#go-ask").click();
      await watched.shot(`${name}-ask`);
      await watched.examine(`${name}, ask`);
      assert.deepEqual(watched.faults, []);
      await watched.close();
    }
  },

  async "the watch sees what must not happen"(browser, address) {
    const watched = await Watched.open(browser, address, { bypassCSP: true });
    await watched.page.evaluate(async () => {
      console.error("of the test");
      await fetch("https://elsewhere.example/").catch(() => {});
      const image = document.createElement("img");
      image.setAttribute("src", "/page/icon.svg");
      document.querySelector("main").append(image);
      setTimeout(() => { throw new Error("thrown by the test"); });
    });
    await watched.examine("on purpose");
    const faults = watched.faults.join("\n");
    for (const seen of ["of the test", "a request to https://elsewhere.example", "axe on purpose: critical image-alt", "thrown by the test"]) {
      assert.ok(faults.includes(seen), `${seen} is not among ${faults}`);
    }
    await watched.close();
  },
};

function sampleGenuine() {
  return readFileSync(join(process.env.BROWSER_ROOT, "samples/eu-dcc.txt"), "utf8").trim();
}

/** Goes on by the tabulator, and says where that leads; the place must be seen to have the focus. */
async function step(watched) {
  await watched.page.keyboard.press("Tab");
  const seen = await watched.page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    const box = document.activeElement.getBoundingClientRect();
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  });
  const where = await focused(watched);
  assert.ok(seen, `the focus on ${where} is not to be seen`);
  return where;
}

function focused(watched) {
  return watched.page.evaluate(() => {
    const element = document.activeElement;
    const name = element.labels?.[0]?.textContent ?? element.textContent;
    return `${element.localName} ${name.trim()}`;
  });
}
