"""Transport texts, taken apart with nothing of vidimus, and the mutation that every accepted credential must fail."""

import base64
import json
import zlib

import base45

# A letter of the family name that all contents have; its lowest bit makes another letter.
BEFORE, AFTER = b"Person", b"Persoo"


def flip(text: str) -> str:
    """The same credential with one bit of its signed payload flipped and everything around it encoded again."""
    if text.startswith("HC1:"):
        return pack_hc1(flipped(zlib.decompress(base45.b45decode(text[4:]))))
    if text.startswith("NZCP:/1/"):
        return pack_nzcp(flipped(unpack_nzcp(text)))
    if text.startswith("shc:/"):
        return pack_shc(flip(unpack_shc(text)))
    if text.startswith("{"):
        return json.dumps({"verifiableCredential": [flip(jws) for jws in json.loads(text)["verifiableCredential"]]})
    header, payload, signature = text.split(".")
    payload = deflate_raw(flipped(inflate_raw(unbase64url(payload))))
    return ".".join([header, base64url(payload), signature])


def flipped(payload: bytes) -> bytes:
    if payload.count(BEFORE) != 1:
        raise ValueError("the family name does not stand in the payload exactly once")
    return payload.replace(BEFORE, AFTER)


def pack_hc1(cose: bytes) -> str:
    return "HC1:" + base45.b45encode(zlib.compress(cose, 9)).decode()


def pack_nzcp(cose: bytes) -> str:
    return "NZCP:/1/" + base64.b32encode(cose).decode().rstrip("=")


def unpack_nzcp(text: str) -> bytes:
    body = text.removeprefix("NZCP:/1/")
    return base64.b32decode(body + "=" * (-len(body) % 8))


def pack_shc(jws: str) -> str:
    return "shc:/" + "".join(f"{ord(letter) - 45:02}" for letter in jws)


def unpack_shc(text: str) -> str:
    digits = text.removeprefix("shc:/")
    return "".join(chr(int(digits[at : at + 2]) + 45) for at in range(0, len(digits), 2))


def deflate_raw(data: bytes) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeeze.compress(data) + squeeze.flush()


def inflate_raw(data: bytes) -> bytes:
    return zlib.decompress(data, -15)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
