"""EU DCCs and NZ COVID Passes made by PyPI `cwt`: cases for judge.py, one JSON object a line."""

import base64
import json
import uuid

import cbor2
from cwt import COSE, COSEKey

from lines import cast
from texts import pack_hc1, pack_nzcp

CAST = cast()
NOW = CAST["now"]
DAY = 86_400
DCC, PASS = CAST["dcc"], CAST["nzcp"]


def main() -> None:
    for case in dcc_accepted() + dcc_rejected() + passes_accepted() + passes_rejected():
        print(json.dumps({"peer": "cwt"} | case))


def sign_dcc(kind: str, signer: str, key: str | None = None, kid_protected: bool = True, **changed) -> str:
    """The text of a certificate under the identifier of `signer`, signed by `key` if that is another."""
    claims = {1: "XX", 4: NOW + 180 * DAY, 6: NOW - DAY, -260: {1: DCC["contents"][kind]}}
    claims |= {{"iss": 1, "exp": 4, "iat": 6}[name]: value for name, value in changed.items()}
    return pack_hc1(cose(cbor2.dumps(claims), DCC["signers"][key or signer], kid_of(signer), kid_protected))


def kid_of(signer: str) -> bytes:
    return base64.b64decode(DCC["signers"][signer]["kid"])


def cose(payload: bytes, signer: dict, kid: bytes, kid_protected: bool = True) -> bytes:
    alg = "PS256" if signer is DCC["signers"]["rsa"] else "ES256"
    key = COSEKey.from_pem(signer["private_pem"], kid=kid, alg=alg)
    protected, unprotected = {1: {"ES256": -7, "PS256": -37}[alg]}, {}
    (protected if kid_protected else unprotected)[4] = kid
    return COSE.new().encode_and_sign(payload, key, protected=protected, unprotected=unprotected)


def dcc_accepted() -> list[dict]:
    def case(name: str, kind: str, text: str) -> dict:
        says = {"/claims/iss": "XX", "/claims/hcert/1": DCC["contents"][kind]}
        return {"case": f"dcc {name}", "text": text, "says": says}

    return [
        case("es256 vaccination, kid protected", "vaccination", sign_dcc("vaccination", "ec")),
        case("es256 test, kid unprotected", "test", sign_dcc("test", "ec", kid_protected=False)),
        case("es256 test, signer for tests only", "test", sign_dcc("test", "tests")),
        case("ps256 recovery, kid protected", "recovery", sign_dcc("recovery", "rsa")),
        case("ps256 vaccination, kid unprotected", "vaccination", sign_dcc("vaccination", "rsa", kid_protected=False)),
    ]


def dcc_rejected() -> list[dict]:
    def case(name: str, text: str, *reasons: str, **more) -> dict:
        return {"case": f"dcc {name}", "text": text, "reasons": reasons} | more

    right = sign_dcc("vaccination", "ec")
    return [
        case("signed by another key", sign_dcc("vaccination", "ec", key="unlisted"), "sig.invalid"),
        case("ps256 under the kid of an EC key", sign_dcc("vaccination", "ec", key="rsa"), "cose.alg_key_mismatch"),
        case("unknown kid", sign_dcc("vaccination", "unlisted"), "trust.key_unknown"),
        case("expired", sign_dcc("vaccination", "ec", iat=NOW - 20 * DAY, exp=NOW - DAY), "time.expired"),
        case("not yet valid", sign_dcc("vaccination", "ec", iat=NOW + DAY), "time.not_yet_valid"),
        case("signer for tests only", sign_dcc("vaccination", "tests"), "x509.eku_purpose"),
        case("signer's certificate ended", sign_dcc("vaccination", "ended", iat=NOW - 20 * DAY), "x509.expired"),
        case("signer of another authority", sign_dcc("vaccination", "orphan"), "x509.untrusted_root"),
        case("issuer of another country", sign_dcc("vaccination", "ec", iss="YY"), "trust.issuer_country"),
        case("test signer in production", right, "trust.environment", environment="production"),
        case("judged after its end", right, "time.expired", at=NOW + 181 * DAY),
    ]


def sign_pass(key="private_pem", kid=b"key-1", issuer=PASS["issuer"], nbf=-30, exp=150) -> str:
    """The text of a pass; times in days from now."""
    claims = {1: issuer, 5: NOW + nbf * DAY, 4: NOW + exp * DAY, 7: uuid.uuid4().bytes, "vc": PASS["vc"]}
    signing = COSEKey.from_pem(PASS[key], kid=kid, alg="ES256")
    message = COSE.new().encode_and_sign(cbor2.dumps(claims), signing, protected={4: kid, 1: -7}, unprotected={})
    return pack_nzcp(message)


def passes_accepted() -> list[dict]:
    def case(name: str, issuer: str, text: str) -> dict:
        return {"case": f"nzcp {name}", "text": text, "says": {"/claims/iss": issuer, "/claims/vc": PASS["vc"]}}

    other = PASS["other_issuer"]
    return [
        case("by the test issuer", PASS["issuer"], sign_pass()),
        case("by another did:web", other, sign_pass(issuer=other)),
    ]


def passes_rejected() -> list[dict]:
    def case(name: str, text: str, *reasons: str, **more) -> dict:
        return {"case": f"nzcp {name}", "text": text, "reasons": reasons} | more

    return [
        case("signed by another key", sign_pass(key="other_pem"), "sig.invalid"),
        case("unknown kid", sign_pass(kid=b"key-9"), "jose.kid_unknown"),
        case("key that may not assert", sign_pass(key="silent_pem", kid=b"key-silent"), "did.vm_relationship"),
        case("unknown issuer", sign_pass(issuer="did:web:elsewhere.example"), "trust.issuer_unknown"),
        case("expired", sign_pass(exp=-1), "time.expired"),
        case("not yet valid", sign_pass(nbf=1), "time.not_yet_valid"),
        case("test issuer in production", sign_pass(), "trust.environment", environment="production"),
    ]


main()
