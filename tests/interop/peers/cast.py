"""Makes the cast of one run: fresh keys, certificates (Python `cryptography`), trust store and contents."""

import base64
import datetime
import hashlib
import json
import os
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

import contents
from lines import run_folder
from texts import base64url

FOLDER = run_folder()
NOW = int(time.time())
DAY = 86_400
PURPOSES = "1.3.6.1.4.1.1847.2021.1."
SHC_ISSUER = "https://cards.example/interop"
# The test issuer that the specification names; its document here holds our own key.
PASS_ISSUER = "did:web:nzcp.covid19.health.nz"
OTHER_PASS_ISSUER = "did:web:passes.example"


def main() -> None:
    signers = document_signers()
    shc, nzcp = health_cards(), covid_passes()
    trust = [issuer for part in (shc, nzcp) for issuer in part.pop("trusted")]
    mdoc = mobile_documents()
    cast = {
        "now": NOW,
        "mdoc": mdoc,
        "dcc": {"contents": contents.dcc(NOW), "signers": signers},
        "shc": shc,
        "nzcp": nzcp,
    }
    write("cast.json", json.dumps(cast, indent=1))
    store(signers, trust + [mdoc.pop("trusted")])


def document_signers() -> dict:
    root_key, root = authority("Interop CSCA")
    stranger_key, stranger_root = authority("Another CSCA")
    write("csca.pem", pem_of(root))
    made = {
        "ec": signer("ec", ec_key(), root, root_key),
        "rsa": signer("rsa", rsa.generate_private_key(65537, 2048), root, root_key),
        "tests": signer("tests", ec_key(), root, root_key, purposes=["1"]),
        "ended": signer("ended", ec_key(), root, root_key, days=(-40, -10)),
        "orphan": signer("orphan", ec_key(), stranger_root, stranger_key),
        "unlisted": signer("unlisted", ec_key(), root, root_key),
    }
    return made


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "XX"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(subject: x509.Name, key, issuer: x509.Name, days: tuple) -> x509.CertificateBuilder:
    instant = lambda offset: datetime.datetime.fromtimestamp(NOW + offset * DAY, datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(instant(days[0]))
        .not_valid_after(instant(days[1]))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def usage(**bits: bool) -> x509.KeyUsage:
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"]
    names += ["key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{bit: bits.get(bit, False) for bit in names})


def authority(common: str) -> tuple:
    key = ec_key()
    builder = certificate(name(common), key, name(common), (-400, 1400))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
    return key, builder.sign(key, hashes.SHA256())


def signer(label: str, key, root: x509.Certificate, root_key, purposes=("1", "2", "3"), days=(-60, 700)) -> dict:
    builder = certificate(name(f"Interop DSC {label}"), key, root.subject, days)
    by = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(by), critical=False
    )
    builder = builder.add_extension(usage(digital_signature=True), critical=True)
    oids = [ObjectIdentifier(PURPOSES + purpose) for purpose in purposes]
    made = builder.add_extension(x509.ExtendedKeyUsage(oids), critical=False).sign(root_key, hashes.SHA256())
    der = made.public_bytes(serialization.Encoding.DER)
    private = private_pem(key)
    write(f"dsc-{label}.pem", pem_of(made))
    write(f"dsc-{label}.key", private)
    return {
        "kid": base64.b64encode(hashlib.sha256(der).digest()[:8]).decode(),
        "certificate_der": base64.b64encode(der).decode(),
        "certificate_pem": pem_of(made),
        "private_pem": private,
    }


def pem_of(made: x509.Certificate) -> str:
    return made.public_bytes(serialization.Encoding.PEM).decode()


def private_pem(key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def jwk(key: ec.EllipticCurvePrivateKey) -> dict:
    """The private JWK; its `kid` is the RFC 7638 thumbprint."""
    numbers = key.private_numbers()
    part = lambda number: base64url(number.to_bytes(32, "big"))
    public = {
        "crv": "P-256",
        "kty": "EC",
        "x": part(numbers.public_numbers.x),
        "y": part(numbers.public_numbers.y),
    }
    thumbprint = hashlib.sha256(json.dumps(public, separators=(",", ":")).encode()).digest()
    named = {"kid": base64url(thumbprint), "use": "sig", "alg": "ES256"}
    return public | named | {"d": part(numbers.private_value)}


def public(private: dict) -> dict:
    return {member: value for member, value in private.items() if member != "d"}


def health_cards() -> dict:
    key, other = ec_key(), ec_key()
    write("shc.key", private_pem(key))
    write("shc-other.key", private_pem(other))
    key_set = {"keys": [public(jwk(key))]}
    return {
        "issuer": SHC_ISSUER,
        "jwk": jwk(key),
        "other_jwk": jwk(other),
        "key_set": key_set,
        "vc": contents.health_card(NOW),
        "trusted": [{"kind": "issuer", "issuer": SHC_ISSUER, "formats": ["smart_health_card"], "keys": key_set}],
    }


def did_document(issuer: str, keys: dict, asserting: list) -> dict:
    """`keys` by fragment; only those named in `asserting` may make assertions."""
    methods = [
        {
            "id": f"{issuer}#{fragment}",
            "controller": issuer,
            "type": "JsonWebKey2020",
            "publicKeyJwk": {member: jwk(key)[member] for member in ("kty", "crv", "x", "y")},
        }
        for fragment, key in keys.items()
    ]
    return {
        "@context": ["https://w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": issuer,
        "verificationMethod": methods,
        "assertionMethod": [f"{issuer}#{fragment}" for fragment in asserting],
    }


def covid_passes() -> dict:
    key, silent, other = ec_key(), ec_key(), ec_key()
    for label, each in (("", key), ("-silent", silent), ("-other", other)):
        write(f"nzcp{label}.key", private_pem(each))
    keys = {"key-1": key, "key-silent": silent}
    trusted = []
    documents = {}
    for issuer in (PASS_ISSUER, OTHER_PASS_ISSUER):
        documents[issuer] = did_document(issuer, keys, ["key-1"])
        entry = {"kind": "issuer", "issuer": issuer, "formats": ["nz_covid_pass"], "document": documents[issuer]}
        trusted.append(entry)
    return {
        "issuer": PASS_ISSUER,
        "other_issuer": OTHER_PASS_ISSUER,
        "private_pem": private_pem(key),
        "silent_pem": private_pem(silent),
        "other_pem": private_pem(other),
        "documents": documents,
        "vc": contents.covid_pass(),
        "trusted": trusted,
    }


def mobile_documents() -> dict:
    """An IACA, a document signer by it (ISO/IEC 18013-5, Annex B.1), and the keys of a device."""
    root_key, root = authority("Interop IACA")
    key, device = ec_key(), ec_key()
    builder = certificate(name("Interop document signer"), key, root.subject, (-60, 300))
    by = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(by), critical=False)
    builder = builder.add_extension(usage(digital_signature=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ObjectIdentifier("1.0.18013.5.1.2")]), critical=True)
    signer = builder.sign(root_key, hashes.SHA256())
    write("mdoc-signer.key", private_pem(key))
    write("mdoc-signer.pem", pem_of(signer))
    write("mdoc-device.json", json.dumps(public(jwk(device))))
    root_der = root.public_bytes(serialization.Encoding.DER)
    return {
        "authority_pem": pem_of(root),
        "signer_pem": pem_of(signer),
        "signer_private_pem": private_pem(key),
        "signer_jwk": jwk(key),
        "device_jwk": jwk(device),
        "other_device_jwk": jwk(ec_key()),
        "trusted": {"kind": "authority", "certificate": base64.b64encode(root_der).decode(), "formats": ["mdoc"]},
    }


def store(signers: dict, issuers: list) -> None:
    """The trust store that vidimus judges with; every entry is of the test environment."""
    root = base64.b64encode(x509.load_pem_x509_certificate((FOLDER / "csca.pem").read_bytes()).public_bytes(
        serialization.Encoding.DER
    )).decode()
    entries = [{"kind": "authority", "certificate": root, "formats": ["eu_dcc"]}]
    listed = [each for label, each in signers.items() if label != "unlisted"]
    entries += [{"kind": "signer", "certificate": each["certificate_der"], "formats": ["eu_dcc"]} for each in listed]
    entries += issuers
    for entry in entries:
        entry["environment"] = "test"
    write("trust/interop.json", json.dumps({"vidimus_trust": 1, "entries": entries}, indent=1))


def write(path: str, text: str) -> None:
    """A new file that only we can read."""
    (FOLDER / path).parent.mkdir(exist_ok=True)
    with open(os.open(FOLDER / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


main()
