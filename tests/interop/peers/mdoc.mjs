// What the peers for ISO mdoc share: both libraries behind the same three calls, and what the documents say.
import crypto from 'node:crypto';
import * as animo from '@animo-id/mdoc';
import * as auth0 from '@auth0/mdl';
import lines from './lines.cjs';

export const DOC_TYPE = 'org.iso.18013.5.1.mDL';
export const SPACE = 'org.iso.18013.5.1';
export const SESSION = {
  handover: 'iso-18013-7',
  client_id: 'verifier.example',
  response_uri: 'https://verifier.example/response',
  mdoc_generated_nonce: 'wallet-nonce-1234',
};
export const NONCE = 'nonce-of-the-verifier-1234';
export const cast = () => lines.cast().mdoc;
export const time = (days) => new Date(Math.floor((lines.cast().now + days * 86_400)) * 1000);

// Every element as text: what both libraries and JSON have one form for.
export const says = () => ({
  family_name: 'Person', given_name: 'Test', document_number: 'T-1234', issuing_country: 'XX', resident_city: 'Harbour',
});

const bytesOf = (pem) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
const definition = (names) => ({
  id: 'asked',
  input_descriptors: [{
    id: DOC_TYPE,
    format: { mso_mdoc: { alg: ['ES256'] } },
    constraints: {
      limit_disclosure: 'required',
      fields: names.map((name) => ({ path: [`$['${SPACE}']['${name}']`], intent_to_retain: false })),
    },
  }],
});

// A DeviceResponse without a device's part, around an issuer's part: what the libraries begin with.
export function container(issuerSigned) {
  const text = (value) => Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)]);
  const docType = Buffer.concat([Buffer.from([0x78, DOC_TYPE.length]), Buffer.from(DOC_TYPE)]);
  const head = DOC_TYPE.length < 24 ? text(DOC_TYPE) : docType;
  return Buffer.concat([
    Buffer.from([0xa3]), text('version'), text('1.0'), text('documents'), Buffer.from([0x81, 0xa2]), text('docType'), head,
    text('issuerSigned'), issuerSigned, text('status'), Buffer.from([0]),
  ]);
}

const validity = (from, until) => ({ signed: time(from), validFrom: time(from), validUntil: time(until) });

// The first library: keys are JWKs, and everything is built in.
export const auth0Mdl = {
  name: '@auth0/mdl',
  // Its handover is that of a draft of 2023, which nobody speaks: the caller brings the transcript.
  session: (transcript) => ({ handover: 'transcript', transcript: Buffer.from(transcript).toString('base64url') }),
  async issue({ from = -1, until = 100, device = cast().device_jwk } = {}) {
    const { kty, crv, x, y } = device;
    const document = await new auth0.Document(DOC_TYPE)
      .addIssuerNameSpace(SPACE, says())
      .useDigestAlgorithm('SHA-256')
      .addValidityInfo(validity(from, until))
      .addDeviceKeyInfo({ deviceKey: { kty, crv, x, y } })
      .sign({ issuerPrivateKey: cast().signer_jwk, issuerCertificate: cast().signer_pem, alg: 'ES256' });
    return new auth0.MDoc([document]).encode();
  },
  async present(mdoc, { names = Object.keys(says()), device = cast().device_jwk, nonce = NONCE, reader } = {}) {
    const { mdoc_generated_nonce, client_id, response_uri } = SESSION;
    const { key_ops, ...key } = device;
    let made = auth0.DeviceResponse.from(mdoc)
      .usingPresentationDefinition(definition(names))
      .usingSessionTranscriptForOID4VP(mdoc_generated_nonce, client_id, response_uri, nonce);
    made = reader ? made.authenticateWithMAC(key, reader, 'HS256') : made.authenticateWithSignature(key, 'ES256');
    const transcript = made.sessionTranscriptBytes;
    return { response: Buffer.from((await made.sign()).encode()), transcript };
  },
  async verify(response, transcript) {
    const verifier = new auth0.Verifier([cast().authority_pem]);
    const mdoc = await verifier.verify(response, { encodedSessionTranscript: transcript });
    return mdoc.documents[0].getIssuerNameSpace(SPACE);
  },
};

const key = (jwk, kind) => (kind === 'private' ? crypto.createPrivateKey : crypto.createPublicKey)({ key: jwk, format: 'jwk' });
const asJwk = (jwk) => { const { kty, crv, x, y, d } = jwk; return d ? { kty, crv, x, y, d } : { kty, crv, x, y }; };

// The second library: its caller brings all the cryptography.
const context = {
  crypto: {
    random: (length) => crypto.randomBytes(length),
    digest: ({ digestAlgorithm, bytes }) => crypto.createHash(digestAlgorithm.replace('-', '').toLowerCase()).update(bytes).digest(),
    calculateEphemeralMacKeyJwk: () => { throw new Error('no MAC here'); },
  },
  cose: {
    sign1: {
      sign: ({ sign1, jwk }) => crypto.sign('sha256', sign1.getRawSigningData().data, { key: key(asJwk(jwk), 'private'), dsaEncoding: 'ieee-p1363' }),
      verify: ({ sign1, jwk, options }) => {
        const { data, signature } = sign1.getRawVerificationData(options);
        return crypto.verify('sha256', data, { key: key(asJwk(jwk), 'public'), dsaEncoding: 'ieee-p1363' }, signature);
      },
    },
    mac0: { sign: () => { throw new Error('no MAC here'); }, verify: () => { throw new Error('no MAC here'); } },
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) =>
      new crypto.X509Certificate(certificate).issuer.split('\n').filter((line) => line.startsWith(`${field}=`)).map((line) => line.slice(field.length + 1)),
    getPublicKey: ({ certificate }) => new crypto.X509Certificate(certificate).publicKey.export({ format: 'jwk' }),
    validateCertificateChain: ({ trustedCertificates, x5chain }) => {
      const [leaf] = x5chain.map((der) => new crypto.X509Certificate(der));
      const roots = trustedCertificates.map((der) => new crypto.X509Certificate(der));
      if (!roots.some((root) => leaf.checkIssued(root) && leaf.verify(root.publicKey))) throw new Error('no trusted root');
    },
    getCertificateData: ({ certificate }) => {
      const read = new crypto.X509Certificate(certificate);
      return {
        issuerName: read.issuer, subjectName: read.subject, pem: read.toString(), serialNumber: read.serialNumber,
        thumbprint: read.fingerprint256, notBefore: new Date(read.validFrom), notAfter: new Date(read.validTo),
      };
    },
  },
};

export const animoMdoc = {
  name: '@animo-id/mdoc',
  session: () => SESSION,
  async issue({ from = -1, until = 100, device = cast().device_jwk } = {}) {
    const { kty, crv, x, y } = device;
    const document = await new animo.Document(DOC_TYPE, context)
      .addIssuerNameSpace(SPACE, says())
      .useDigestAlgorithm('SHA-256')
      .addValidityInfo(validity(from, until))
      .addDeviceKeyInfo({ deviceKey: { kty, crv, x, y } })
      .sign({ issuerPrivateKey: asJwk(cast().signer_jwk), issuerCertificate: bytesOf(cast().signer_pem), alg: 'ES256' }, context);
    return new animo.MDoc([document]).encode();
  },
  async present(mdoc, { names = Object.keys(says()), device = cast().device_jwk, nonce = NONCE } = {}) {
    const { mdoc_generated_nonce, client_id, response_uri } = SESSION;
    const made = animo.DeviceResponse.from(mdoc instanceof Uint8Array ? animo.parseDeviceResponse(mdoc) : mdoc)
      .usingPresentationDefinition(definition(names))
      .usingSessionTranscriptForOID4VP({
        mdocGeneratedNonce: mdoc_generated_nonce, clientId: client_id, responseUri: response_uri, verifierGeneratedNonce: nonce,
      })
      .authenticateWithSignature(asJwk(device), 'ES256');
    const response = Buffer.from((await made.sign(context)).encode());
    return { response, transcript: made.sessionTranscriptBytes };
  },
  async verify(response, transcript) {
    const mdoc = await new animo.Verifier().verifyDeviceResponse({
      encodedDeviceResponse: response, encodedSessionTranscript: transcript, trustedCertificates: [bytesOf(cast().authority_pem)],
      now: time(0),
    }, context);
    const said = mdoc.documents[0].getIssuerNameSpace(SPACE);
    return said instanceof Map ? Object.fromEntries(said) : said;
  },
};
