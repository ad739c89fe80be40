// Who takes part, and the rows of the table.
//
// A contender is a program that talks the protocol of protocol/src/lib.rs: `cargo` is one of this workspace, `node` and `python` are
// scripts of this folder. `packages` name what it measures, in the registry's words; their versions come from the lock files.
export const OURS = 'vidimus';

export const CONTENDERS = [
  { name: OURS, cargo: 'rival-vidimus', packages: ['vidimus'] },
  { name: 'ring-bare', cargo: 'rival-ring', packages: ['ring'] },
  { name: 'pipeline', cargo: 'rival-pipeline', packages: ['base45', 'flate2', 'ciborium', 'ring'] },
  { name: 'dgc', cargo: 'rival-dgc', packages: ['dgc'] },
  { name: 'ssi', cargo: 'rival-ssi', packages: ['ssi'] },
  { name: 'isomdl', cargo: 'rival-isomdl', packages: ['isomdl'] },
  { name: 'sd-jwt-rs', cargo: 'rival-sd-jwt-rs', packages: ['sd-jwt-rs', 'jsonwebtoken'] },
  { name: 'dcc-utils', node: 'rival-dcc-utils.mjs', packages: ['dcc-utils'] },
  { name: 'dcc-sdk', node: 'rival-pathcheck-dcc.mjs', packages: ['@pathcheck/dcc-sdk'] },
  { name: 'shc-sdk', node: 'rival-pathcheck-shc.mjs', packages: ['@pathcheck/shc-sdk'] },
  { name: 'nzcp', node: 'rival-nzcp.mjs', packages: ['@vaxxnz/nzcp'] },
  { name: 'jose', node: 'rival-jose.mjs', packages: ['jose'] },
  { name: 'did-jwt-vc', node: 'rival-did-jwt-vc.mjs', packages: ['did-jwt-vc', 'did-jwt'] },
  {
    name: 'digitalbazaar',
    node: 'rival-digitalbazaar.mjs',
    packages: [
      '@digitalbazaar/vc',
      '@digitalbazaar/data-integrity',
      '@digitalbazaar/eddsa-rdfc-2022-cryptosuite',
      '@digitalbazaar/eddsa-jcs-2022-cryptosuite',
      '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite',
      '@digitalbazaar/ecdsa-sd-2023-cryptosuite',
      '@digitalbazaar/bbs-2023-cryptosuite',
    ],
  },
  { name: 'sd-jwt', node: 'rival-sd-jwt.mjs', packages: ['@sd-jwt/sd-jwt-vc', '@sd-jwt/core'] },
  { name: 'animo-mdoc', node: 'rival-animo-mdoc.mjs', packages: ['@animo-id/mdoc'] },
  { name: 'cwt', python: 'rival-cwt.py', packages: ['cwt'] },
  { name: 'jwcrypto', python: 'rival-jwcrypto.py', packages: ['jwcrypto'] },
];

// The rows, in the order of the table, and how many times the rate of every rival is the goal. A check of one Ed25519 or RSA
// signature has no table of a known key to be faster with, so there the goal is lower. `rivals` have goals of their own.
// A later format adds its rows here and in mint/src/main.rs.
export const ROWS = new Map([
  ['eu_dcc.es256', { goal: 10 }],
  ['eu_dcc.ps256', { goal: 3 }],
  ['smart_health_card.es256', { goal: 10 }],
  ['nz_covid_pass.es256', { goal: 10 }],
  ['vc_jwt.es256', { goal: 10 }],
  ['vc_jwt.eddsa', { goal: 3 }],
  ['vc_jwt_1_1.es256', { goal: 10 }],
  ['vc_jwt_1_1.eddsa', { goal: 3 }],
  ['vc_di.eddsa-rdfc-2022', { goal: 10, rivals: { ssi: 15, digitalbazaar: 20 } }],
  ['vc_di.eddsa-jcs-2022', { goal: 3 }],
  ['vc_di.ecdsa-rdfc-2019', { goal: 10 }],
  ['vc_di.ecdsa-sd-2023', { goal: 10 }],
  ['vc_di.bbs-2023', { goal: 10 }],
  ['vc_di.ecdsa-sd-2023.derive', { goal: 10 }],
  ['vc_di.bbs-2023.derive', { goal: 10 }],
  ['sd_jwt_vc.es256', { goal: 10, rivals: { 'sd-jwt-rs': 1.5 } }],
  ['sd_jwt_vc.es256.kb', { goal: 10, rivals: { 'sd-jwt-rs': 1.5 } }],
  ['mdoc.es256', { goal: 10, rivals: { isomdl: 1.5 } }],
]);

// ring's check alone is no rival: it is what the others are made of.
export const goalOf = (row, rival) => {
  if (rival === 'ring-bare') return undefined;
  const { goal, rivals } = ROWS.get(row);
  return rivals?.[rival] ?? goal;
};
