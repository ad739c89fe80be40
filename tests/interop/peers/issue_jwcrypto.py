"""SMART Health Cards made by PyPI `jwcrypto`: cases for judge.py, one JSON object a line."""

import json
import zlib

from jwcrypto import jwk, jws

from lines import cast
from texts import deflate_raw, pack_shc

CAST = cast()
NOW = CAST["now"]
DAY = 86_400
CARD = CAST["shc"]


def main() -> None:
    for case in accepted() + rejected():
        print(json.dumps({"peer": "jwcrypto"} | case))


def sign(key: dict = CARD["jwk"], kid: str = CARD["jwk"]["kid"], squeeze=deflate_raw, **changed) -> str:
    """The compact JWS; `changed` are claims."""
    claims = {"iss": CARD["issuer"], "nbf": NOW - DAY} | changed | {"vc": CARD["vc"]}
    token = jws.JWS(squeeze(json.dumps(claims, separators=(",", ":")).encode()))
    header = json.dumps({"zip": "DEF", "alg": "ES256", "kid": kid}, separators=(",", ":"))
    token.add_signature(jwk.JWK(**key), protected=header)
    return token.serialize(compact=True)


def accepted() -> list[dict]:
    def case(name: str, text: str) -> dict:
        return {"case": f"shc {name}", "text": text, "says": {"/claims/iss": CARD["issuer"], "/claims/vc": CARD["vc"]}}

    return [
        case("qr text", pack_shc(sign())),
        case("bare jws with exp", sign(exp=NOW + DAY)),
        case("file", json.dumps({"verifiableCredential": [sign()]})),
    ]


def rejected() -> list[dict]:
    def case(name: str, text: str, *reasons: str, **more) -> dict:
        return {"case": f"shc {name}", "text": text, "reasons": reasons} | more

    other = CARD["other_jwk"]
    return [
        case("signed by another key", pack_shc(sign(key=other)), "sig.invalid"),
        case("unknown kid", pack_shc(sign(key=other, kid=other["kid"])), "jose.kid_unknown"),
        case("unknown issuer", pack_shc(sign(iss="https://elsewhere.example")), "trust.issuer_unknown"),
        case("issuer with a trailing slash", pack_shc(sign(iss=CARD["issuer"] + "/")), "shc.issuer_url"),
        case("issuer over http", pack_shc(sign(iss="http://cards.example/interop")), "shc.issuer_url"),
        case("expired", pack_shc(sign(exp=NOW - DAY // 2)), "time.expired"),
        case("not yet valid", pack_shc(sign(nbf=NOW + DAY)), "time.not_yet_valid"),
        case("zlib instead of raw deflate", pack_shc(sign(squeeze=zlib.compress)), "zlib.invalid"),
        case("test issuer in production", pack_shc(sign()), "trust.environment", environment="production"),
    ]


main()
