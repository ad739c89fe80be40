// npm `@animo-id/mdoc` as a contender: a DeviceResponse for a session that is known, with ten elements.
//
// The library leaves the cryptography to its caller: this is Node's own. What can be known in advance is computed once: certificates, who
// signed them, and their keys.
import crypto from 'node:crypto';
import { Verifier } from '@animo-id/mdoc';
import { answer, row, verifying } from './protocol.mjs';

const SPACE = 'org.iso.18013.5.1';

// What `read` makes of a certificate, made once for each.
function ofCertificates(read) {
  const known = new Map();
  return (der) => {
    const name = Buffer.from(der).toString('latin1');
    if (!known.has(name)) known.set(name, read(new crypto.X509Certificate(der)));
    return known.get(name);
  };
}

const inputs = row('mdoc.es256');
const trustedCertificates = inputs.issuers.map(({ authority }) => Buffer.from(authority, 'base64'));
const roots = trustedCertificates.map((der) => new crypto.X509Certificate(der));

const isTrusted = ofCertificates((leaf) => roots.some((root) => leaf.checkIssued(root) && leaf.verify(root.publicKey)));
const namesOf = ofCertificates((certificate) => certificate.issuer.split('\n').map((line) => line.split('=')));
const dataOf = ofCertificates((certificate) => ({
  issuerName: certificate.issuer,
  subjectName: certificate.subject,
  pem: certificate.toString(),
  serialNumber: certificate.serialNumber,
  thumbprint: certificate.fingerprint256,
  notBefore: new Date(certificate.validFrom),
  notAfter: new Date(certificate.validTo),
}));

// Keys of certificates by what the library hands around instead of them.
const keys = new Map();
const jwkOf = ofCertificates((certificate) => {
  const jwk = certificate.publicKey.export({ format: 'jwk' });
  keys.set(jwk, certificate.publicKey);
  return jwk;
});
const keyOf = ({ kty, crv, x, y }) => crypto.createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });

const context = {
  crypto: {
    digest: ({ digestAlgorithm, bytes }) => {
      return crypto.createHash(digestAlgorithm.replace('-', '').toLowerCase()).update(bytes).digest();
    },
  },
  cose: {
    sign1: {
      verify: ({ sign1, jwk, options }) => {
        const { data, signature } = sign1.getRawVerificationData(options);
        return crypto.verify('sha256', data, { key: keys.get(jwk) ?? keyOf(jwk), dsaEncoding: 'ieee-p1363' }, signature);
      },
    },
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) => namesOf(certificate).filter(([name]) => name === field).map(([, is]) => is),
    getPublicKey: ({ certificate }) => jwkOf(certificate),
    validateCertificateChain: ({ x5chain: [leaf] }) => {
      if (!isTrusted(leaf)) throw new Error('no trusted authority signed it');
    },
    getCertificateData: ({ certificate }) => dataOf(certificate),
  },
};

// The library wants the transcript as a data item of its own: tag 24 around its bytes.
const transcript = Buffer.from(inputs.occasion.transcript, 'base64url');
const encodedSessionTranscript = Buffer.concat([Buffer.from([0xd8, 0x18, 0x58, transcript.length]), transcript]);
await verifying('mdoc.es256', inputs, async (text) => {
  const asked = { encodedDeviceResponse: Buffer.from(text, 'base64url'), encodedSessionTranscript, trustedCertificates };
  const { documents: [document] } = await new Verifier().verifyDeviceResponse(asked, context);
  return document.getIssuerNameSpace(SPACE);
});

await answer();
