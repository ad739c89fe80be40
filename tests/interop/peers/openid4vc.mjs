// A wallet on @openid4vc/openid4vp (requests, responses), @sd-jwt (SD-JWT VC), @owf/mdoc (mdoc) and jose (encryption). It holds the
// credentials that `vidimus-conformance wallet --write-credentials` wrote.
//
// The library leaves to the wallet: certificates, times and `aud` of a request object, transactions, entropy of the nonce, the key to
// encrypt for, redirects, and matching the query. It checks `wallet_nonce` and does not send it (0.4.6): the
// form is posted here.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setGlobalConfig } from '@openid4vc/oauth2';
import { Openid4vpClient } from '@openid4vc/openid4vp';
import { CoseKey, DeviceRequest, DeviceResponse, DocRequest, IssuerSigned, ItemsRequest, SessionTranscript } from '@owf/mdoc';
import { ES256, digest, generateSalt } from '@sd-jwt/crypto-nodejs';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { CompactEncrypt, calculateJwkThumbprint, importJWK } from 'jose';

// The verifiers of these tests are on this machine.
setGlobalConfig({ allowInsecureUrls: true });

const SELF_ISSUED = 'https://self-issued.me/v2';
const TRANSACTIONS = ['payment', 'qes_authorization'];
const now = () => Math.floor(Date.now() / 1000);
const refuse = (why) => { throw new Error(`refused: ${why}`); };
const demand = (right, why) => right || refuse(why);
const jwkOf = (pem) => crypto.createPrivateKey(pem).export({ format: 'jwk' });
const publicOf = ({ d, ...jwk }) => jwk;
const certificate = (der) => new crypto.X509Certificate(Buffer.from(der, 'base64'));
const names = (read) => (read.subjectAltName ?? '').split(', ').filter((name) => name.startsWith('DNS:')).map((name) => name.slice(4));

export function holdings(folder) {
  const file = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
  return {
    authority: new crypto.X509Certificate(file('authority.pem')),
    pid: { text: file('pid.sd-jwt'), key: jwkOf(file('pid-holder.key.pem')) },
    mdl: { text: file('mdl.issuer-signed'), key: jwkOf(file('mdl-holder.key.pem')) },
  };
}

// HAIP 1.0, 5: a certificate of an authority that the wallet trusts, valid now, not its own.
function checkCertificate([first], authority) {
  const leaf = certificate(first);
  // A fault that the test verifier must name.
  if (process.env.WALLET_TAKES_ANY_CERTIFICATE) return leaf;
  demand(!leaf.checkIssued(leaf), 'a certificate that certifies itself');
  demand(leaf.checkIssued(authority) && leaf.verify(authority.publicKey), 'a certificate of nobody whom the wallet trusts');
  demand(Date.parse(leaf.validFrom) <= Date.now() && Date.now() < Date.parse(leaf.validTo), 'a certificate out of its time');
  return leaf;
}

function client(held) {
  const fail = () => { throw new Error('nothing of that kind is done here'); };
  return new Openid4vpClient({ callbacks: {
    fetch: (url, options) => fetch(url, { ...options, redirect: 'error' }),
    hash: (data, algorithm) => crypto.createHash(algorithm.replace('-', '')).update(data).digest(),
    verifyJwt: async (signer, { compact }) => {
      demand(signer.method === 'x5c' && signer.alg === 'ES256', 'a signer that is not certified');
      const leaf = checkCertificate(signer.x5c, held.authority);
      const [header, payload, signature] = compact.split('.');
      const key = { key: leaf.publicKey, dsaEncoding: 'ieee-p1363' };
      const verified = crypto.verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
      return { verified, signerJwk: leaf.publicKey.export({ format: 'jwk' }) };
    },
    getX509CertificateMetadata: (der) => ({ sanDnsNames: names(certificate(der)), sanUriNames: [] }),
    encryptJwe: async ({ publicJwk, alg, enc, apu, apv }, data) => {
      const part = (text) => (text ? Buffer.from(text, 'base64url') : undefined);
      const made = new CompactEncrypt(Buffer.from(data)).setProtectedHeader({ alg, enc, kid: publicJwk.kid })
        .setKeyManagementParameters({ apu: part(apu), apv: part(apv) });
      return { encryptionJwk: publicJwk, jwe: await made.encrypt(await importJWK(publicJwk, alg)) };
    },
    decryptJwe: fail, signJwt: fail, generateRandom: (length) => crypto.randomBytes(length), clientAuthentication: fail,
  } });
}

// The request behind a link, verified: by the library, and by what it leaves to the wallet.
export async function read(link, held) {
  const openid4vp = client(held);
  const { params } = openid4vp.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
  const outer = { ...params };
  let nonce;
  if (outer.request_uri_method === 'post') {
    // As the specification has it (5.10); the library would post the metadata bare.
    nonce = crypto.randomBytes(16).toString('base64url');
    const answered = await fetch(outer.request_uri, {
      method: 'POST', redirect: 'error', body: new URLSearchParams({ wallet_nonce: nonce }),
      headers: { accept: 'application/oauth-authz-req+jwt' },
    });
    demand(answered.status === 200, 'no request object');
    outer.request = await answered.text();
    delete outer.request_uri;
    delete outer.request_uri_method;
  }
  const wallet = nonce ? { expectedNonce: nonce } : undefined;
  const resolved = await openid4vp.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: outer, wallet });
  const request = resolved.authorizationRequestPayload;
  if (resolved.jar) {
    demand(request.aud === SELF_ISSUED, 'a request for another wallet');
    demand(request.exp === undefined || request.exp > now(), 'a request whose time is over');
  }
  demand(['x509_san_dns', 'x509_hash', 'redirect_uri'].includes(resolved.client.prefix), 'a client that the wallet does not know');
  demand(request.response_mode === 'direct_post' || request.response_mode === 'direct_post.jwt', 'another response mode');
  demand(request.response_uri && !request.redirect_uri, 'no response_uri, or redirect_uri beside it');
  demand((request.nonce ?? '').length >= 22, 'a nonce that could be guessed');
  for (const { transactionData } of resolved.transactionData ?? []) demand(TRANSACTIONS.includes(transactionData.type), 'an unknown transaction');
  if (request.response_mode === 'direct_post.jwt') {
    const keys = request.client_metadata?.jwks?.keys ?? [];
    demand(keys.some(({ alg, kid }) => alg === 'ECDH-ES' && kid), 'no key to encrypt for');
  }
  demand(resolved.dcql, 'no query');
  return { openid4vp, resolved, request };
}

// Whether the query's claims are there, and what is shown of them.
function chosen({ claims, claim_sets: sets }, said) {
  const at = ([first, ...rest], value) => (first === undefined ? value : at(rest, value?.[first]));
  const there = (list) => list.every(({ path: steps, values }) => {
    const value = at(steps, said);
    return value !== undefined && (values === undefined || values.includes(value));
  });
  const options = sets ? sets.map((ids) => ids.map((id) => claims.find((claim) => claim.id === id))) : [claims ?? []];
  return options.find(there);
}

const flipped = (bytes) => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] ^= 1;
  return copy;
};

async function presentSdJwt(query, held, { request, fault }) {
  const key = fault === 'another-device' ? crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) : held.pid.key;
  const instance = new SDJwtVcInstance({
    hasher: digest, hashAlg: 'sha-256', saltGenerator: generateSalt, signAlg: 'ES256', kbSignAlg: 'ES256',
    kbSigner: await ES256.getSigner(key),
  });
  const claims = await instance.getClaims(held.pid.text);
  const paths = query.meta.vct_values?.includes(claims.vct) ? chosen(query, claims) : undefined;
  if (!paths) return undefined;
  const frame = {};
  for (const { path: steps } of paths) {
    steps.reduce((inner, step, depth) => (inner[step] = depth === steps.length - 1 ? true : inner[step] ?? {}), frame);
  }
  const at = now() + ({ 'kb-jwt-iat-in-past': -86_400, 'kb-jwt-iat-in-future': 86_400 }[fault] ?? 0);
  const payload = {
    iat: at,
    nonce: fault === 'invalid-kb-jwt-nonce' ? crypto.randomBytes(32).toString('base64url') : request.nonce,
    aud: fault === 'invalid-kb-jwt-aud' ? 'https://elsewhere.example' : request.client_id,
  };
  let text = held.pid.text;
  if (fault === 'invalid-credential-signature') {
    const [jwt, ...rest] = text.split('~');
    const [header, body, signature] = jwt.split('.');
    text = [[header, body, flipped(Buffer.from(signature, 'base64url')).toString('base64url')].join('.'), ...rest].join('~');
  }
  const shown = await instance.present(text, frame, { kb: { payload } });
  return fault === 'no-key-binding' ? shown.slice(0, shown.lastIndexOf('~') + 1) : shown;
}

const context = {
  crypto: {
    random: (length) => crypto.randomBytes(length),
    digest: ({ digestAlgorithm, bytes }) => crypto.createHash(digestAlgorithm.replace('-', '')).update(bytes).digest(),
    calculateEphemeralMacKey: () => { throw new Error('no MAC here'); },
  },
  cose: {
    sign1: {
      sign: ({ key, toBeSigned }) => crypto.sign('sha256', toBeSigned, { key: crypto.createPrivateKey({ key: key.jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }),
      verify: () => { throw new Error('a wallet verifies none'); },
    },
    mac0: { sign: () => { throw new Error('no MAC here'); }, verify: () => { throw new Error('no MAC here'); } },
  },
};

async function presentMdoc(query, held, { request, fault, encryptionJwk }) {
  const encoded = fault === 'invalid-credential-signature' ? flipped(Buffer.from(held.mdl.text, 'base64url')).toString('base64url') : held.mdl.text;
  const issuerSigned = IssuerSigned.fromEncodedForOid4Vci(encoded);
  const { docType } = issuerSigned.issuerAuth.mobileSecurityObject;
  const said = Object.fromEntries([...issuerSigned.issuerNamespaces.issuerNamespaces.keys()].map((space) => [space, issuerSigned.getPrettyClaims(space)]));
  const paths = query.meta.doctype_value === docType ? chosen(query, said) : undefined;
  if (!paths) return undefined;
  const namespaces = {};
  for (const { path: [space, element] } of paths) (namespaces[space] ??= {})[element] = false;
  const jwk = fault === 'another-device' ? crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) : held.mdl.key;
  const sessionTranscript = await SessionTranscript.forOid4Vp({
    clientId: request.client_id,
    nonce: fault === 'invalid-session-transcript' ? crypto.randomBytes(32).toString('base64url') : request.nonce,
    responseUri: request.response_uri,
    jwkThumbprint: encryptionJwk ? Buffer.from(await calculateJwkThumbprint(encryptionJwk), 'base64url') : undefined,
  }, context);
  const itemsRequest = ItemsRequest.create({ docType, namespaces });
  const made = await DeviceResponse.createWithDeviceRequest({
    deviceRequest: DeviceRequest.create({ docRequests: [DocRequest.create({ itemsRequest })] }),
    sessionTranscript, issuerSigned: [issuerSigned],
    signature: { signingKey: CoseKey.fromJwk({ ...jwk, alg: 'ES256' }) },
  }, context);
  return made.encodedForOid4Vp;
}

// The presentations that answer the query, and nothing else; refuses when something is missing.
async function vpToken(asked, held) {
  const { credentials, credential_sets: sets } = asked.resolved.dcql.query;
  const answers = {};
  for (const query of credentials) {
    const shown = await (query.format === 'mso_mdoc' ? presentMdoc : presentSdJwt)(query, held, asked);
    if (shown) answers[query.id] = [shown];
  }
  const options = sets ? sets.filter(({ required }) => required !== false).map((set) => set.options) : [[credentials.map(({ id }) => id)]];
  const kept = options.flatMap((several) => several.find((ids) => ids.every((id) => answers[id])) ?? refuse('nothing that answers the query'));
  return Object.fromEntries(kept.map((id) => [id, answers[id]]));
}

// Answers the request behind a link, rightly or with one fault; the HTTP status that came back.
export async function present(link, held, fault) {
  const { openid4vp, resolved, request } = await read(link, held);
  const isEncrypted = request.response_mode === 'direct_post.jwt' && fault !== 'not-encrypted';
  const keys = request.client_metadata?.jwks?.keys ?? [];
  const encryptionJwk = isEncrypted ? keys.find(({ alg }) => alg === 'ECDH-ES') : undefined;
  const vp_token = await vpToken({ resolved, request, fault, encryptionJwk }, held);
  if (fault === 'two-where-one-is-due') for (const shown of Object.values(vp_token)) shown.push(shown[0]);
  if (fault === 'unknown-query-id') vp_token.nobody = Object.values(vp_token)[0];
  const state = fault === 'wrong-state' ? crypto.randomBytes(32).toString('base64url') : request.state;
  const made = await openid4vp.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: { ...request, response_mode: isEncrypted ? 'direct_post.jwt' : 'direct_post', state },
    authorizationResponsePayload: { vp_token },
    jarm: isEncrypted ? {
      encryption: { jwk: encryptionJwk, nonce: crypto.randomBytes(16).toString('base64url') },
      serverMetadata: {
        authorization_signing_alg_values_supported: [], authorization_encryption_alg_values_supported: ['ECDH-ES'],
        authorization_encryption_enc_values_supported: [fault === 'a256gcm' ? 'A256GCM' : 'A128GCM'],
      },
    } : undefined,
  });
  const { response } = await openid4vp.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request, authorizationResponsePayload: made.authorizationResponsePayload, jarm: made.jarm,
  });
  return response.status;
}
