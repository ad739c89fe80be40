// The second view: a wallet is asked, and its answer shown as it comes.

import { strict as assert } from "node:assert";
import { Watched } from "./chromium.mjs";
import { HOSTILE, IDENTITY, identityCard, makeKey } from "./service.mjs";
import { answer, fetchRequest, opened, post, present } from "./wallet.mjs";

/** Asks for the identity card. */
export const QUERY = {
  credentials: [{
    id: "card", format: "dc+sd-jwt", meta: { vct_values: [IDENTITY] }, claims: [{ path: ["family_name"] }, { path: ["birthdate"] }],
  }],
};
/** Where wallets reach the service that asks for API keys; the test goes past the proxy. */
export const PROXY = "https://verifier.example";

const CLAIMS = { family_name: "Ngata", birthdate: "1990-02-28" };

/** Opens the second view, and asks for the identity card. */
async function begin(watched, flow, { query = QUERY, protocol = "" } = {}) {
  const { page } = watched;
  await page.locator("#go-ask").click();
  await page.getByLabel("What to ask for").selectOption("");
  await page.getByLabel("Query (DCQL, JSON)").fill(typeof query === "string" ? query : JSON.stringify(query));
  if (flow) await page.getByLabel(flow).check();
  if (protocol) {
    await page.locator("#ask-form summary", { hasText: "More" }).click();
    await page.getByLabel("Protocol between browser and wallet").selectOption(protocol);
  }
  await page.getByRole("button", { name: "Ask", exact: true }).click();
}

async function link(watched) {
  const anchor = watched.page.locator("#wallet-link");
  await anchor.waitFor();
  return anchor.getAttribute("href");
}

/** A holder, and a card of theirs. */
function holding(issuer, claims = CLAIMS) {
  const holder = makeKey("holder");
  return { holder, card: identityCard(issuer, claims, { holder: holder.jwk, disclosable: ["/family_name"] }) };
}

export const cases = {
  async "a presentation is finished live"(watched, { issuer }) {
    await begin(watched);
    await watched.page.locator("#qr img").waitFor();
    const status = watched.page.locator("#ask-status");
    assert.equal(await status.innerText(), "Waiting for a wallet.");
    assert.equal(await watched.page.evaluate(() => document.activeElement.id), "session-title");
    await watched.shot("session");
    await watched.examine("session");
    const request = await fetchRequest(await link(watched));
    await watched.page.locator(".steps .now", { hasText: "A wallet has fetched it" }).waitFor();
    await watched.shot("session-requested");
    const { holder, card } = holding(issuer);
    const { status: code } = await post(request, answer(request, [present(card, holder, request, request.client_id)]));
    assert.equal(code, 200);
    const { verdict, text, status: said } = await watched.report("ask");
    assert.equal(verdict, "accepted");
    for (const piece of ["The wallet showed 1 credential.", "Asked for as card", "Ngata", "https://office.example/cards"]) {
      assert.ok(text.includes(piece), `${piece} is not in ${text}`);
    }
    assert.match(said, /^Accepted\./);
    assert.equal(await watched.page.locator("#session").isVisible(), false);
    await watched.shot("outcome-accepted");
    await watched.examine("outcome accepted");
  },

  async "a refused presentation says why"(watched, { issuer }) {
    await begin(watched);
    const request = await fetchRequest(await link(watched));
    const { holder, card } = holding(issuer, { ...CLAIMS, family_name: HOSTILE[0] });
    const stranger = { ...holder, privateKey: makeKey("stranger").privateKey };
    const { status, body } = await post(request, answer(request, [present(card, stranger, request, request.client_id)]));
    assert.deepEqual([status, body], [400, { error: "invalid_request" }]);
    const { verdict, text } = await watched.report("ask");
    assert.equal(verdict, "rejected");
    assert.ok(text.includes("Holder") && text.includes("failed") && !text.includes("Ngata"), text);
    await watched.shot("outcome-rejected");
    await watched.examine("outcome rejected");
  },

  async "what does not belong to the session is told, and changes nothing"(watched, { issuer }) {
    await begin(watched);
    const request = await fetchRequest(await link(watched));
    const { holder, card } = holding(issuer);
    const shown = [present(card, holder, request, request.client_id)];
    const refused = await post(request, answer({ ...request, state: HOSTILE[0] }, shown));
    assert.deepEqual([refused.status, refused.body], [400, { error: "invalid_request" }]);
    const away = watched.page.locator("#refusals");
    await away.getByText("vp.state").waitFor();
    assert.ok((await away.innerText()).includes("Turned away"));
    await watched.shot("turned-away");
    await watched.examine("turned away");
    assert.equal((await post(request, answer(request, shown))).status, 200);
    assert.equal((await watched.report("ask")).verdict, "accepted");
  },

  async "a wallet that declines is told"(watched) {
    await begin(watched);
    const request = await fetchRequest(await link(watched));
    const { status } = await post(request, { error: "access_denied", error_description: HOSTILE[1], state: request.state });
    assert.equal(status, 200);
    const { verdict, text } = await watched.report("ask");
    assert.equal(verdict, "rejected");
    assert.ok(text.includes("vp.wallet_error") && text.includes("access_denied") && !text.includes("script"), text);
    await watched.shot("declined");
    await watched.examine("declined");
  },

  async "hostile text of a wallet is text"(watched, { issuer }) {
    await begin(watched);
    const request = await fetchRequest(await link(watched));
    const { holder, card } = holding(issuer, { family_name: HOSTILE[0], birthdate: HOSTILE[1] });
    await post(request, answer(request, [present(card, holder, request, request.client_id)]));
    const { verdict, text } = await watched.report("ask");
    assert.equal(verdict, "accepted");
    assert.ok(text.includes(HOSTILE[0]) && text.includes(HOSTILE[1]));
    assert.equal(await watched.page.evaluate(() => globalThis.hurt), undefined);
    assert.equal(await watched.page.locator("#ask-report :is(img, script)").count(), 0);
  },

  async "a session is cancelled"(watched) {
    await begin(watched);
    const address = await link(watched);
    await watched.page.getByRole("button", { name: "Cancel" }).click();
    await watched.page.locator("#ask-status", { hasText: "Cancelled." }).waitFor();
    assert.equal(await watched.page.locator("#session").isVisible(), false);
    await assert.rejects(fetchRequest(address), /the request object: 400/);
  },

  async "a query that makes no sense is said"(watched) {
    watched.expected.push("400");
    await begin(watched, undefined, { query: "{ credentials" });
    assert.match(await watched.page.locator("#ask-alert").innerText(), /The query is no JSON\./);
    await begin(watched, undefined, { query: { credentials: [{ id: "a b", format: "dc+sd-jwt" }] } });
    await watched.page.locator("#ask-alert li").first().waitFor();
    assert.match(await watched.page.locator("#ask-alert").innerText(), /dcql_query/);
    await watched.shot("bad-query");
    await watched.examine("a bad query");
  },

  async "a template is asked for"(watched) {
    const { page } = watched;
    await page.locator("#go-ask").click();
    await page.getByLabel("What to ask for").selectOption("pid");
    await page.getByText("The query", { exact: true }).click();
    assert.ok((await page.locator("#template-json").innerText()).includes("urn:eudi:pid:1"));
    await watched.shot("template");
    await watched.examine("template");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const request = await fetchRequest(await link(watched));
    assert.deepEqual(request.dcql_query.credentials.map(({ id }) => id), ["pid", "pid_mdoc"]);
  },

  async "on one device the result comes with the response code"(watched, { issuer, address }) {
    await begin(watched, "On this device, as an app");
    assert.equal(await watched.page.locator("#qr").isVisible(), false);
    await watched.shot("same-device");
    await watched.examine("same device");
    const request = await fetchRequest(await link(watched));
    const { holder, card } = holding(issuer);
    const { status, body } = await post(request, answer(request, [present(card, holder, request, request.client_id)]));
    assert.equal(status, 200);
    assert.equal(new URL(body.redirect_uri).origin, address);
    await watched.page.locator("#ask-status", { hasText: "Go on in the page that it opened." }).waitFor();
    assert.equal(await watched.page.locator("#ask-report").innerText(), "", "without the code there is no result");
    // The wallet opens the address in another tab of the same browser.
    const back = await watched.context.newPage();
    await back.goto(body.redirect_uri);
    await back.locator("#ask-report > .report-accepted").waitFor();
    assert.ok((await back.locator("#ask-report").innerText()).includes("Ngata"));
    assert.equal(back.url(), `${address}/#ask`, "the code is gone from the address");
    assert.equal(await back.evaluate(() => localStorage.length), 0);
    // Somebody whom the wallet sends elsewhere has nothing to show.
    const stray = await watched.context.newPage();
    await stray.goto(`${address}/?response_code=stray`);
    await stray.locator("#ask-alert .alert").waitFor();
    assert.match(await stray.locator("#ask-alert").innerText(), /waits for no answer/);
  },
};

/** The browser finds the wallet: what `navigator.credentials.get` would do is done by the test's wallet. */
export async function throughTheBrowser(browser, address, { issuer }) {
  for (const due of ["openid4vp-v1-signed", "openid4vp-v1-unsigned"]) {
    const watched = await Watched.open(browser, address, { before: STAND_IN });
    const { holder, card } = holding(issuer);
    await watched.page.exposeFunction("walletOfTheTest", ([{ protocol, data }]) => {
      assert.equal(protocol, due);
      const request = opened(data);
      const members = answer(request, [present(card, holder, request, `origin:${address}`)]);
      assert.ok(members.response, "the answer is encrypted");
      return { protocol, data: members };
    });
    await begin(watched, "Let this browser find it", { protocol: due === "openid4vp-v1-signed" ? "" : due });
    await watched.page.getByRole("button", { name: "Ask through the browser" }).waitFor();
    await watched.shot(`browser-${due}`);
    await watched.examine("through the browser");
    await watched.page.getByRole("button", { name: "Ask through the browser" }).click();
    const { verdict, text } = await watched.report("ask");
    assert.equal(verdict, "accepted", text);
    assert.ok(text.includes("Ngata"));
    assert.deepEqual(watched.faults, []);
    await watched.close();
  }
}

/** In the place of the browser's own wallets. */
const STAND_IN = `
  globalThis.DigitalCredential ??= class {};
  navigator.credentials.get = async ({ digital, mediation }) => {
    if (mediation !== "required") throw new TypeError("mediation");
    return globalThis.walletOfTheTest(digital.requests);
  };`;

/** A service that asks for an API key: the page asks the person, and what it follows carries the key. */
export async function withKey(browser, address, { issuer, key }) {
  const watched = await Watched.open(browser, address);
  watched.expected.push("401");
  await begin(watched);
  await watched.page.getByLabel("API key").waitFor();
  assert.equal(await watched.page.evaluate(() => document.activeElement.id), "api-key");
  await watched.shot("key");
  await watched.examine("key");
  await watched.page.getByLabel("API key").fill(key);
  await watched.page.getByRole("button", { name: "Ask", exact: true }).click();
  await watched.page.locator("#qr img").waitFor();
  const past = (url) => url.replace(PROXY, address);
  const request = await fetchRequest(await link(watched), past);
  const { holder, card } = holding(issuer);
  await post(request, answer(request, [present(card, holder, request, request.client_id)]), past);
  assert.equal((await watched.report("ask")).verdict, "accepted");
  await backWithKey(watched, { issuer, key, past });
  const kept = await watched.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
  assert.ok(!kept.includes(key), "the key is kept nowhere");
  assert.deepEqual(watched.faults, []);
  await watched.close();
}

/** The key did not come along to the tab that the wallet opened: it is asked for there again. */
async function backWithKey(watched, { issuer, key, past }) {
  await begin(watched, "On this device, as an app");
  const request = await fetchRequest(await link(watched), past);
  const { holder, card } = holding(issuer);
  const { body } = await post(request, answer(request, [present(card, holder, request, request.client_id)]), past);
  const back = await watched.context.newPage();
  await back.goto(body.redirect_uri);
  await back.getByLabel("API key").fill("not-the-key-of-anybody");
  await back.getByRole("button", { name: "Show the result" }).click();
  await back.locator("#ask-alert .alert").waitFor();
  await back.getByLabel("API key").fill(key);
  await back.getByLabel("API key").press("Enter");
  await back.locator("#ask-report > .report-accepted").waitFor();
  assert.equal(await back.locator("#ask-alert").innerText(), "");
  await back.close();
}
