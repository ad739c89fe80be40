// The Digital Credentials API: the browser finds the wallet, and gives its answer to this page.

import { Trouble } from "./service.js";

/** `true` when this browser can ask wallets. */
export function isWithWallets() {
  return "DigitalCredential" in globalThis && typeof navigator.credentials?.get === "function";
}

/** What a wallet answers to these requests, as the body for the service. A click must have come before. */
export async function askBrowser({ digital }, signal) {
  let credential;
  try {
    credential = await navigator.credentials.get({ mediation: "required", digital, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble({ title: WHY[error.name] ?? "The browser found no wallet that answers.", hint: "Ask again, or choose another way." }, 0);
  }
  if (!credential) throw new Trouble({ title: "The browser gave no answer." }, 0);
  const data = typeof credential.data === "string" ? JSON.parse(credential.data) : credential.data;
  return { origin: location.origin, data };
}

const WHY = {
  NotAllowedError: "It was not allowed, or was cancelled.",
  NotSupportedError: "This browser knows none of the protocols.",
  TypeError: "This browser does not take the request.",
};
