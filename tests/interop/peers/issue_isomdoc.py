"""mdocs issued by isomdoc: an issuer's part alone, as it is handed to a wallet. Cases for judge.py, one JSON object a line."""

import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from isomdoc import create_mdoc

from lines import cast
from texts import base64url

NOW = cast()["now"]
CAST = cast()["mdoc"]
DOC_TYPE, SPACE = "org.iso.18013.5.1.mDL", "org.iso.18013.5.1"
SAYS = {"family_name": "Person", "given_name": "Test", "issuing_country": "XX", "age_over_18": True}


def main() -> None:
    good = issued()
    emit("issuer's part", good, {"says": {"/claims/docType": DOC_TYPE, "/claims/nameSpaces": {SPACE: SAYS}}})
    rejected("another letter", good.replace(b"Person", b"Persoo", 1), ["mdoc.digest_mismatch"])
    rejected("another digest", flip(good, b"valueDigests", 30), ["mdoc.digest_mismatch", "sig.invalid"])
    rejected("one bit of the signature flipped", good[:-1] + bytes([good[-1] ^ 1]), ["sig.invalid"])
    rejected("cut", good[:-1], ["cbor.truncated"])
    rejected("something behind it", good + b"\0", ["cbor.trailing"])
    rejected("expired", issued(days=(-20, -1)), ["time.expired"])
    rejected("not yet valid", issued(days=(1, 20)), ["time.not_yet_valid"])
    rejected("where a device is due", good, ["mdoc.device_auth_missing", "vp.nonce"], nonce="n", session={
        "handover": "openid4vp", "client_id": "v", "response_uri": "https://v.example"})


def instant(days: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(NOW + days * 86_400, datetime.UTC)


def issued(days=(-1, 100)) -> bytes:
    certificate = x509.load_pem_x509_certificate(CAST["signer_pem"].encode())
    key = load_pem_private_key(CAST["signer_private_pem"].encode(), None)
    document = create_mdoc(DOC_TYPE, [certificate], key)
    for name, value in SAYS.items():
        document.add_data_item(SPACE, name, value)
    device = ec.generate_private_key(ec.SECP256R1()).public_key()
    return document.generate_credential(device, instant(days[0]), instant(days[0]), instant(days[1]))


def flip(message: bytes, mark: bytes, behind: int) -> bytes:
    at = message.index(mark) + len(mark) + behind
    return message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]


def emit(case: str, message: bytes, more: dict) -> None:
    print(json.dumps({"peer": "isomdoc", "case": case, "text": base64url(message), "policy": {}} | more))


def rejected(case: str, message: bytes, reasons: list[str], **more) -> None:
    emit(case, message, {"reasons": reasons} | more)


main()
