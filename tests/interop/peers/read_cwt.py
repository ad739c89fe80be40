"""PyPI `cwt` reads the EU DCCs and NZ COVID Passes that vidimus issued: signature, `exp` and `nbf`."""

import base64
import zlib

import base45
import cwt
from cryptography import x509

from lines import cast, judge_reading, ours
from texts import unpack_nzcp

CAST = cast()


def main() -> None:
    for case in ours("eu_dcc", "nz_covid_pass"):
        judge_reading("cwt", case, read_dcc if case["format"] == "eu_dcc" else read_pass)


def read_dcc(case: dict):
    signer = CAST["dcc"]["signers"][case["signer"]]
    public = x509.load_pem_x509_certificate(signer["certificate_pem"].encode()).public_key()
    claims = decode(zlib.decompress(base45.b45decode(case["text"].removeprefix("HC1:"))), public, base64.b64decode(signer["kid"]), case["alg"])
    return {"iss": claims[1], "content": claims[-260][1]}


def read_pass(case: dict):
    public = cwt_public(CAST["nzcp"]["private_pem"])
    claims = decode(unpack_nzcp(case["text"]), public, b"key-1", "ES256")
    return {"iss": claims[1], "content": claims["vc"]}


def cwt_public(private_pem: str):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(private_pem.encode(), None).public_key()


def decode(cose: bytes, public, kid: bytes, alg: str) -> dict:
    key = cwt.COSEKey.from_pem(
        public.public_bytes(*spki()), kid=kid, alg=alg
    )
    return cwt.decode(cose, key)


def spki() -> tuple:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return Encoding.PEM, PublicFormat.SubjectPublicKeyInfo


main()
