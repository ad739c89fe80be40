// An independent wallet presents to the running service, rightly and with single faults; then the test verifier judges the same wallet.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import lines from './lines.cjs';
import { holdings, present } from './openid4vc.mjs';

const PEER = '@openid4vc';
const { INTEROP_RUN: run, VIDIMUS: vidimus, VIDIMUS_CONFORMANCE: kit } = process.env;
const folder = path.join(run, 'openid4vp');
const wallet = path.join(run, 'wallet');

const freePort = () => new Promise((found) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => found(port));
  });
});

const port = await freePort();
const base = `http://localhost:${port}`;
const made = (...words) => {
  const { status, stderr } = spawnSync(kit, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};
made('wallet', '--write-credentials', wallet);
made('verifier', '--print-trust', '--into', folder, '--public-url', base);
const service = spawn(vidimus, ['serve', '--dev', '--offline', '--listen', `127.0.0.1:${port}`, '--trust', `${folder}/trust`,
  '--policy', `${folder}/policy.json`, '--presentations', `${folder}/presentations.json`], { stdio: ['ignore', 'ignore', fs.openSync(`${folder}/log`, 'w')] });
service.unref();
process.on('exit', () => service.kill());
const ready = async () => (await fetch(`${base}/ready`).catch(() => ({}))).ok;
for (let tries = 0; !(await ready()); tries += 1) {
  if (tries > 100) throw new Error('Error: the service does not start');
  await new Promise((done) => { setTimeout(done, 100); });
}

const SPACE = 'org.iso.18013.5.1';
const QUERIES = {
  'SD-JWT VC': { id: 'pid', format: 'dc+sd-jwt', meta: { vct_values: ['urn:eudi:pid:1'] }, claims: [{ path: ['given_name'] }, { path: ['age_equal_or_over', '18'] }] },
  mdoc: { id: 'mdl', format: 'mso_mdoc', meta: { doctype_value: 'org.iso.18013.5.1.mDL' }, claims: [{ path: [SPACE, 'given_name'] }, { path: [SPACE, 'age_over_18'] }] },
};
const codes = (value) => {
  if (Array.isArray(value)) return value.flatMap(codes);
  if (value === null || typeof value !== 'object') return [];
  return [...(typeof value.code === 'string' ? [value.code] : []), ...Object.values(value).flatMap(codes)];
};

// One session, one answer. Without codes it must be accepted; with codes refused, and one of them named.
async function attempt(format, name, due, { fault, ...more } = {}) {
  const ask = { dcql_query: { credentials: [QUERIES[format]].flat() }, client_id_prefix: 'x509_hash', ...more };
  const created = await fetch(`${base}/v1/presentations`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ask) });
  const session = await created.json();
  const status = await present(session.authorization_request, holdings(wallet), fault);
  const told = await (await fetch(new URL(new URL(session.result, base).pathname, base))).json();
  const got = [...new Set(codes([told.outcome?.checks, told.outcome?.presentations?.map(({ report }) => report.checks), told.refusals].filter(Boolean)))];
  const verdict = told.outcome?.verdict;
  const detail = `HTTP ${status}, ${verdict ?? 'no verdict'} ${got.join(' ')}`;
  const right = due === null ? status === 200 && verdict === 'accepted' : status === 400 && verdict !== 'accepted' && due.some((code) => got.includes(code));
  lines.outcome(right, 'theirs->ours', PEER, `${format}, ${name}`, detail);
}

for (const format of Object.keys(QUERIES)) {
  await attempt(format, 'encrypted', null);
  await attempt(format, 'encrypted with A256GCM', null, { fault: 'a256gcm' });
  await attempt(format, 'not encrypted', null, { response_mode: 'direct_post' });
  await attempt(format, 'by the name of the certificate, fetched by POST', null, { client_id_prefix: 'x509_san_dns', request_uri_method: 'post' });
  await attempt(format, 'of an unsigned request', null, { client_id_prefix: 'redirect_uri', request: 'by_value' });
  await attempt(format, 'after the rules of HAIP', null, { profile: 'haip' });
}
QUERIES.both = [QUERIES['SD-JWT VC'], QUERIES.mdoc];
await attempt('both', 'encrypted', null);
delete QUERIES.both;
const FAULTS = [
  ['SD-JWT VC', 'invalid-kb-jwt-nonce', ['vp.nonce']],
  ['SD-JWT VC', 'invalid-kb-jwt-aud', ['vp.client_id_mismatch']],
  ['SD-JWT VC', 'kb-jwt-iat-in-past', ['time.kb_window']],
  ['SD-JWT VC', 'kb-jwt-iat-in-future', ['time.kb_window']],
  ['SD-JWT VC', 'another-device', ['sdjwt.kb_key']],
  ['SD-JWT VC', 'no-key-binding', ['sdjwt.kb_missing']],
  ['SD-JWT VC', 'invalid-credential-signature', ['sig.invalid']],
  ['mdoc', 'invalid-session-transcript', ['vp.session_mismatch']],
  ['mdoc', 'another-device', ['vp.session_mismatch']],
  ['mdoc', 'invalid-credential-signature', ['sig.invalid']],
  ...Object.keys(QUERIES).flatMap((format) => [
    [format, 'not-encrypted', ['vp.response_mode']],
    [format, 'wrong-state', ['vp.state']],
    [format, 'two-where-one-is-due', ['vp.dcql_unsatisfied']],
    [format, 'unknown-query-id', ['vp.dcql_unsatisfied']],
  ]),
];
for (const [format, fault, due] of FAULTS) await attempt(format, fault, due, { fault });

// The same wallet, judged.
const script = fileURLToPath(new URL('wallet_openid4vc.mjs', import.meta.url));
const judged = spawnSync(kit, ['wallet', '--listen', '127.0.0.1:0', '--json', '--wallet-command', `${process.execPath} ${script}`], {
  encoding: 'utf8', env: { ...process.env, WALLET_HOLDINGS: wallet },
});
for (const { trial, outcome, detail, rule } of JSON.parse(judged.stdout)) {
  lines.outcome(outcome === 'pass', 'judged', PEER, trial, `${detail} (${rule.document}, ${rule.section})`);
}
// And one that does not look whom it speaks to is named.
const lenient = spawnSync(kit, ['wallet', '--listen', '127.0.0.1:0', '--json', '--only', 'certificate', '--wallet-command', `${process.execPath} ${script}`], {
  encoding: 'utf8', env: { ...process.env, WALLET_HOLDINGS: wallet, WALLET_TAKES_ANY_CERTIFICATE: '1' },
});
for (const { trial, outcome, detail } of JSON.parse(lenient.stdout)) {
  lines.outcome(outcome === 'fail', 'judged', `${PEER}, lenient`, trial, `due: named; ${detail}`);
}
