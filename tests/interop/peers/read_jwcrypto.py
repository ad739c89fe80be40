"""PyPI `jwcrypto` reads the SMART Health Cards that vidimus issued."""

import json

from jwcrypto import jwk, jws

from lines import cast, judge_reading, ours
from texts import inflate_raw, unpack_shc

KEYS = jwk.JWKSet.from_json(json.dumps(cast()["shc"]["key_set"]))
REFUSALS = {"signature": "InvalidJWSSignature", "key": "no such key"}


def read(case: dict):
    token = jws.JWS()
    token.deserialize(unpack_shc(case["text"]))
    key = KEYS.get_key(token.jose_header["kid"])
    if key is None:
        raise LookupError("no such key in the issuer's set")
    token.allowed_algs = ["ES256"]
    token.verify(key)
    if token.jose_header.get("zip") != "DEF":
        raise ValueError("not compressed")
    claims = json.loads(inflate_raw(token.payload))
    return {"iss": claims["iss"], "content": claims["vc"]}


for each in ours("smart_health_card"):
    judge_reading("jwcrypto", each, REFUSALS, read)
