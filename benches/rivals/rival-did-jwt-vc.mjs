// npm `did-jwt-vc` as a contender: credentials of data model 1.1 as JWT. The issuers' DID documents are at hand.
import { verifyCredential } from 'did-jwt-vc';
import { Resolver } from 'did-resolver';
import { answer, row, verifying } from './protocol.mjs';

for (const kind of ['vc_jwt_1_1.es256', 'vc_jwt_1_1.eddsa']) {
  const inputs = row(kind);
  const documents = new Map(inputs.issuers.map(({ name, document }) => [name, document]));
  const resolver = new Resolver({
    key: async (did) => {
      const didResolutionMetadata = { contentType: 'application/did+json' };
      return { didDocument: documents.get(did), didDocumentMetadata: {}, didResolutionMetadata };
    },
  });
  await verifying(kind, inputs, async (token) => (await verifyCredential(token, resolver)).verifiableCredential);
}

await answer();
