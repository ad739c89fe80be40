"""PyPI `cwt` reads the EU DCCs and NZ COVID Passes that vidimus issued: signature, `exp` and `nbf`."""

import base64
import zlib

import base45
import cwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from lines import cast, judge_reading, ours
from texts import unpack_nzcp

CAST = cast()
REFUSALS = {"signature": "Failed to verify", "end": "has expired", "start": "not yet valid"}


def main() -> None:
    for case in ours("eu_dcc", "nz_covid_pass"):
        judge_reading("cwt", case, REFUSALS, read_dcc if case["format"] == "eu_dcc" else read_pass)


def read_dcc(case: dict) -> dict:
    signer = CAST["dcc"]["signers"][case["signer"]]
    public = x509.load_pem_x509_certificate(signer["certificate_pem"].encode()).public_key()
    cose = zlib.decompress(base45.b45decode(case["text"].removeprefix("HC1:")))
    claims = decode(cose, public, base64.b64decode(signer["kid"]), case["alg"])
    return {"iss": claims[1], "content": claims[-260][1]}


def read_pass(case: dict) -> dict:
    public = load_pem_private_key(CAST["nzcp"]["private_pem"].encode(), None).public_key()
    claims = decode(unpack_nzcp(case["text"]), public, b"key-1", "ES256")
    return {"iss": claims[1], "content": claims["vc"]}


def decode(cose: bytes, public, kid: bytes, alg: str) -> dict:
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return cwt.decode(cose, cwt.COSEKey.from_pem(pem, kid=kid, alg=alg))


main()
