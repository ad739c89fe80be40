//! Limits: how much of everything we take before we stop. Each is checked before anything is allocated for it.
//!
//! They are constants, not settings: a verdict must not depend on who computed it.

/// Bytes of one input as text or file (a photo has its own limit).
pub const INPUT_BYTES: usize = 1 << 20;
/// Bytes of one photo.
pub const IMAGE_BYTES: usize = 10 << 20;
/// Pixels of one photo.
pub const IMAGE_PIXELS: u64 = 50_000_000;
/// Bytes of memory that decoding one photo may take: four for each pixel.
pub const IMAGE_MEMORY_BYTES: u64 = 4 * IMAGE_PIXELS;
/// QR codes read from one photo.
pub const IMAGE_CODES: usize = 32;
/// Bytes that compressed data may expand to.
pub const DECOMPRESSED_BYTES: usize = 1 << 20;
/// Nesting of JSON.
pub const JSON_DEPTH: usize = 32;
/// Nesting of CBOR.
pub const CBOR_DEPTH: usize = 32;
/// Items (array elements, map pairs) of one JSON or CBOR document.
pub const DOCUMENT_ITEMS: usize = 65_536;
/// Signers tried for one key identifier.
pub const KID_CANDIDATES: usize = 16;
/// Name spaces of an mdoc that are shown.
pub const NAME_SPACES: usize = 64;
/// Elements, and name spaces, that a device adds to an mdoc.
pub const DEVICE_ELEMENTS: usize = 256;
/// Certificates of one chain.
pub const X5CHAIN: usize = 10;
/// Chains of certificates that are kept once they were found sound, counted by signers.
pub const KEPT_CHAINS: usize = 4096;
/// Signature checks spent on one certificate path.
pub const PATH_SIGNATURES: usize = 100;
/// Credentials in one file or picture.
pub const CREDENTIALS: usize = 32;
/// Proofs of one document.
pub const PROOFS: usize = 16;
/// Header parameters of one COSE header, and claims of one CWT.
pub const LABELS: usize = 64;
/// Remarks of one report.
pub const NOTES: usize = 32;
/// Faults of one report.
pub const FAULTS: usize = 64;
/// Disclosures of one SD-JWT.
pub const DISCLOSURES: usize = 1000;
/// Disclosures that are still looked at where there are too many, to say what else is wrong.
pub const DISCLOSURES_READ: usize = 4 * DISCLOSURES;
/// Disclosures one inside the other.
pub const DISCLOSURE_DEPTH: usize = 16;
/// Types of type metadata that extend one another.
pub const TYPE_EXTENSIONS: usize = 8;
/// Seconds after its making that a proof of key binding is taken.
pub const KEY_BINDING_SECONDS: i64 = 600;
/// Unpacked bytes that a batch holds at a time.
pub const RUN_BYTES: usize = 4 << 20;
/// Requests of a batch that are opened at a time.
pub const RUN_REQUESTS: usize = 4096;
/// Status entries of one credential.
pub const STATUS_ENTRIES: usize = 16;
/// Related resources of one credential.
pub const RELATED_RESOURCES: usize = 64;
/// Identities of the holder of one badge.
pub const BADGE_IDENTITIES: usize = 32;
/// Bytes of one status list, unpacked: sixteen mebibits.
pub const STATUS_LIST_BYTES: usize = 2 << 20;
/// Status lists that one aggregation names.
pub const AGGREGATED_LISTS: usize = 4096;
/// Status lists that a run holds at a time.
pub const STATUS_LISTS: usize = 16;
/// Parts of one chunked SMART Health Card.
pub const SHC_CHUNKS: usize = 99;
/// Bytes of one fetched document (key set, DID document, revocation list).
pub const EVIDENCE_BYTES: usize = 256 << 10;
/// Bytes of one fetched token of a status list.
pub const LIST_TOKEN_BYTES: usize = INPUT_BYTES;
/// Rounds of fetching missing evidence.
pub const GATHER_ROUNDS: usize = 3;
/// Statements of one document whose proof signs them one by one.
pub const STATEMENTS: usize = 1024;
/// Messages of one BBS signature, hidden ones too: each costs a multiplication on the curve.
pub const BBS_MESSAGES: usize = 1024;
/// Last second of the year 9999: no credential is valid beyond.
pub const LATEST_SECOND: i64 = 253_402_300_799;
/// Statements of one credential as RDF.
pub const RDF_QUADS: usize = 32_768;
/// Blank nodes of one credential as RDF.
pub const RDF_BLANK_NODES: usize = 8_192;
/// Bytes of one credential as N-Quads.
pub const RDF_BYTES: usize = 16 << 20;
/// Steps of naming blank nodes that look alike (RDFC-1.0, Hash N-Degree Quads); a step is a node looked at, or 64 bytes hashed.
pub const RDFC_STEPS: usize = 60_000;
/// Steps of the same for all documents of one request together, each as often as its proofs need it.
pub const RDFC_STEPS_OF_REQUEST: usize = 4 * RDFC_STEPS;
/// Nesting of Hash N-Degree Quads.
pub const RDFC_DEPTH: usize = 1_000;
/// JSON pointers of one selection.
pub const SELECTION_POINTERS: usize = 1_024;
/// Term definitions compiled for one document; a definition counts once more for each 64 bytes of its IRI.
pub const CONTEXT_TERMS: usize = 131_072;
/// JSON-LD contexts loaded one inside the other.
pub const CONTEXT_NESTING: usize = 8;
/// Term definitions that rest on one another.
pub const CONTEXT_CHAIN: usize = 32;
/// Lists of contexts kept compiled, and contexts derived from each.
pub const CONTEXTS_KEPT: usize = 256;
/// Bytes of one pinned JSON-LD context.
pub const CONTEXT_BYTES: usize = 1 << 20;
/// Bytes of one DCQL query, or of one Presentation Exchange definition.
pub const DCQL_BYTES: usize = 64 << 10;
/// Credential queries of one DCQL query.
pub const DCQL_CREDENTIALS: usize = 64;
/// Claims queries of one DCQL query, all credential queries together: each may look at every item of a credential.
pub const DCQL_CLAIMS: usize = 512;
/// Values that one DCQL query compares claims with, all claims queries together.
pub const DCQL_VALUES: usize = 1024;
/// Steps of one claims path.
pub const DCQL_PATH_STEPS: usize = 16;
/// Claim sets of one credential query.
pub const DCQL_CLAIM_SETS: usize = 64;
/// Credential sets of one DCQL query.
pub const DCQL_SETS: usize = 32;
/// Options of one credential set.
pub const DCQL_OPTIONS: usize = 256;
/// Faults and hints told of one DCQL query.
pub const DCQL_REMARKS: usize = 32;
/// Presentations that answer one credential query.
pub const DCQL_PRESENTATIONS: usize = CREDENTIALS;
