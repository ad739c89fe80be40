"""SD-JWT VCs by `sd-jwt` of PyPI: the issuer and the holder of this run."""

import json

from jwcrypto.jwk import JWK
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from lines import cast, run_folder

PEER = "sd-jwt"
NOW = cast()["now"]
KEYS = json.loads((run_folder() / "w3c.json").read_text())["keys"]
NONCE, AUDIENCE = "c0ffee-17", "https://desk.example"


def key(name: str) -> JWK:
    return JWK.from_json(json.dumps(KEYS[name]["jwk"]))


def issue(claims: dict, signer: str = "members", holder: str | None = "other-p256", decoys: bool = False, **header) -> str:
    """The credential with every disclosure. What `claims` marks as `SDObj` is concealed."""
    header = {"typ": "dc+sd-jwt", "kid": KEYS["members"]["method"]} | header
    of_holder = key(holder) if holder else None
    made = SDJWTIssuer(claims, key(signer), of_holder, add_decoy_claims=decoys, extra_header_parameters=header)
    return made.sd_jwt_issuance


def present(credential: str, shown, binder: str | None = "other-p256", nonce: str = NONCE, audience: str = AUDIENCE) -> str:
    """What the holder shows of it, bound for the one who asks."""
    holder = SDJWTHolder(credential)
    bound = (nonce, audience, key(binder)) if binder else (None, None, None)
    holder.create_presentation(shown, *bound)
    return holder.sd_jwt_presentation


def read(text: str, bound: bool = True) -> dict:
    """What the library reads; raises what it has against it."""
    issuer = JWK.from_json(key("members").export_public())
    expected = (AUDIENCE, NONCE) if bound else (None, None)
    return SDJWTVerifier(text, lambda *_: issuer, *expected).get_verified_payload()
