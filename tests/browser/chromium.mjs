// Chromium without a window, and what every page in it is held to: no error in its console, no request to anybody else, nothing
// serious for the accessibility checker.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const { BROWSER_SHOTS: shots, CHROMIUM: executablePath } = process.env;

const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
  // Whatever would go elsewhere all the same gets nowhere.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** What WCAG 2.2 AA asks of a page, and what axe calls good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The browser, with these flags besides. */
export function launch(flags = []) {
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
}

/** A page that is watched. Its `faults` fill with whatever must not happen. */
export class Watched {
  static async open(browser, address, { path = "/", scheme = "light", width = 1000, height = 900, before, permissions = [], bypassCSP = false } = {}) {
    const viewport = { width, height };
    const context = await browser.newContext({ colorScheme: scheme, viewport, permissions, bypassCSP, reducedMotion: "reduce" });
    const page = await context.newPage();
    const watched = new Watched(page, context, new URL(address).origin);
    if (before) await page.addInitScript(before);
    await page.goto(address + path);
    await page.waitForFunction(() => document.querySelector("#format").options.length > 1);
    return watched;
  }

  constructor(page, context, origin) {
    this.page = page;
    this.context = context;
    this.faults = [];
    this.requests = [];
    /** Failures of loading that a case expects: pieces of their text. */
    this.expected = [];
    context.on("request", (request) => {
      this.requests.push(request.url());
      const url = new URL(request.url());
      if (url.origin !== origin && url.protocol !== "blob:") this.faults.push(`a request to ${request.url().slice(0, 100)}`);
    });
    context.on("weberror", (error) => this.faults.push(`an error: ${error.error().message}`));
    context.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      const text = `${message.text()} ${message.location().url}`;
      if (!this.expected.some((piece) => text.includes(piece))) this.faults.push(`in the console: ${text.slice(0, 300)}`);
    });
  }

  /** Waits for a report in that view, and gives its text and verdict. */
  async report(view = "check") {
    const report = this.page.locator(`#${view}-report > .report`);
    await report.or(this.page.locator(`#${view}-alert > .alert`)).first().waitFor({ timeout: 15_000 });
    if (!(await report.isVisible())) throw new Error(`no report, but: ${await this.page.locator(`#${view}-alert`).innerText()}`);
    const kind = (await report.getAttribute("class")).match(/report-(\w+)/)[1];
    return { verdict: kind, text: await report.innerText(), status: await this.page.locator(`#${view}-status`).innerText() };
  }

  /** A picture of the whole page, to be looked at. */
  shot(name) {
    return this.page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  }

  /** What the accessibility checker finds. Serious and critical findings are faults. */
  async examine(where) {
    await this.page.evaluate(axe);
    const found = await this.page.evaluate((tags) => axe.run(document, { runOnly: { type: "tag", values: tags } }), RULES);
    for (const { id, impact, help, nodes } of found.violations) {
      const places = nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ");
      if (["serious", "critical"].includes(impact)) this.faults.push(`axe ${where}: ${impact} ${id}: ${help} (${places})`);
      else console.log(`     axe ${where}: ${impact} ${id}: ${help} (${places})`);
    }
    const across = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (across > 0) this.faults.push(`${where}: ${across} pixels stand out to the side`);
    return found;
  }

  async close() {
    await this.context.close();
  }
}
