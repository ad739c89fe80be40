// A small wallet: fetches a request, shows an SD-JWT VC for it, and posts the answer, encrypted as the request says. It takes its
// words from the request as any wallet would; whether it should trust them is not its concern here.

import { createCipheriv, createHash, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url").toString());

/** The parameters of the request that a link or a QR code stands for, fetched where it says; `way` may lead past a proxy. */
export async function fetchRequest(link, way = (url) => url) {
  const parameters = new URL(link).searchParams;
  const place = parameters.get("request_uri");
  const response = await fetch(way(place));
  if (!response.ok) throw new Error(`the request object: ${response.status}`);
  const token = await response.text();
  const request = opened({ request: token });
  if (request.client_id !== parameters.get("client_id")) throw new Error("the link and the request name two clients");
  return request;
}

/** The request in what a browser hands over: as it is, or signed. */
export function opened(data) {
  return data.request ? decode(data.request.split(".")[1]) : data;
}

/** The credential with proof that its holder shows it for this request; `audience` is whom it is for. */
export function present(card, holder, { nonce }, audience) {
  const header = encode({ alg: "ES256", typ: "kb+jwt" });
  const digest = createHash("sha256").update(card).digest("base64url");
  const payload = encode({ iat: Math.floor(Date.now() / 1000), aud: audience, nonce, sd_hash: digest });
  const signature = sign("sha256", Buffer.from(`${header}.${payload}`), { key: holder.privateKey, dsaEncoding: "ieee-p1363" });
  return `${card}${header}.${payload}.${signature.toString("base64url")}`;
}

/** What an answer with these presentations is, for the response mode of the request: members of a form. */
export function answer(request, presentations) {
  const [{ id }] = request.dcql_query.credentials;
  const plain = { vp_token: { [id]: presentations } };
  if (request.state !== undefined) plain.state = request.state;
  if (!request.response_mode.endsWith(".jwt")) return { ...plain, vp_token: JSON.stringify(plain.vp_token) };
  return { response: seal(plain, request.client_metadata) };
}

/** Posts an answer, and gives what comes back. */
export async function post(request, members, way = (url) => url) {
  const response = await fetch(way(request.response_uri), { method: "POST", body: new URLSearchParams(members) });
  return { status: response.status, body: await response.json() };
}

/** Compact JWE to the verifier's key: ECDH-ES on P-256, AES-GCM (RFC 7516, RFC 7518 4.6). */
function seal(plain, { jwks, encrypted_response_enc_values_supported: offered = ["A128GCM"] }) {
  const key = jwks.keys.find((one) => one.use === "enc" || one.alg === "ECDH-ES") ?? jwks.keys[0];
  const enc = offered.includes("A256GCM") ? "A256GCM" : "A128GCM";
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = createPublicKey(own.privateKey).export({ format: "jwk" });
  const header = encode({ alg: "ECDH-ES", enc, kid: key.kid, epk: { kty, crv, x, y } });
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: createPublicKey({ key, format: "jwk" }) });
  const bits = enc === "A256GCM" ? 256 : 128;
  const counted = (bytes) => Buffer.concat([number(bytes.length), bytes]);
  const about = Buffer.concat([counted(Buffer.from(enc)), counted(Buffer.alloc(0)), counted(Buffer.alloc(0)), number(bits)]);
  const secret = createHash("sha256").update(Buffer.concat([number(1), shared, about])).digest().subarray(0, bits / 8);
  const iv = randomBytes(12);
  const cipher = createCipheriv(`aes-${bits}-gcm`, secret, iv);
  cipher.setAAD(Buffer.from(header));
  const text = Buffer.concat([cipher.update(JSON.stringify(plain)), cipher.final()]);
  return [header, "", iv.toString("base64url"), text.toString("base64url"), cipher.getAuthTag().toString("base64url")].join(".");
}

function number(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
