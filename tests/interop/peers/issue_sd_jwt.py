"""SD-JWT VCs made and shown by `sd-jwt` of PyPI: cases for judge.py, one JSON object a line."""

import json

from sd_jwt.common import SDObj

from sd_jwt_python import AUDIENCE, KEYS, NONCE, NOW, PEER, issue, present, read

ALL = {"familyName": True, "address": {"locality": True}, "branches": [True, False]}


def claims(**changed) -> dict:
    """A credential about nobody."""
    return {
        "iss": KEYS["members"]["did"],
        "vct": "urn:example:membership:1",
        "iat": NOW - 86_400,
        "exp": NOW + 86_400,
        SDObj("familyName"): "Person",
        SDObj("address"): {SDObj("locality"): "Harbour City", "country": "XX"},
        "branches": [SDObj("Harbour"), "Old Town"],
    } | changed


def emit(case: str, text: str, **more) -> None:
    # The default policy, named: these cases spoil their credentials themselves.
    asked = {"nonce": NONCE, "audience": AUDIENCE, "policy": {}}
    given = {name: value for name, value in (asked | more).items() if value is not None}
    print(json.dumps({"peer": PEER, "case": case, "text": text} | given))


def main() -> None:
    credential = issue(claims())
    shown = present(credential, ALL)
    whole = {
        "/claims/familyName": "Person",
        "/claims/address": {"country": "XX", "locality": "Harbour City"},
        "/claims/branches": ["Harbour", "Old Town"],
        "/claims/vct": "urn:example:membership:1",
    }
    read(shown)
    emit("everything shown", shown, says=whole)
    part = present(credential, {"address": True, "branches": [False, False]})
    read(part)
    emit("a part shown", part, says={"/claims/address": {"country": "XX"}, "/claims/branches": ["Old Town"], "/claims/familyName": None})
    decoys = issue(claims(), decoys=True)
    emit("with decoys", present(decoys, ALL), says=whole)
    unheld = issue(claims(), holder=None)
    emit("without a holder", present(unheld, ALL, binder=None), says=whole, nonce=None, audience=None)
    rejected(credential, shown)


def rejected(credential: str, shown: str) -> None:
    def refuse(case: str, text: str, *reasons: str, **more) -> None:
        emit(case, text, reasons=list(reasons), **more)

    jwt, *disclosures, binding = shown.split("~")
    refuse("a disclosure less", "~".join([jwt, *disclosures[:-1], binding]), "sdjwt.sd_hash")
    refuse("a disclosure more", "~".join([jwt, *disclosures, "WyJzIiwiYWRtaW4iLHRydWVd", binding]), "sdjwt.disclosure_unreferenced", "sdjwt.sd_hash")
    refuse("another nonce", shown, "vp.nonce", nonce="c0ffee-18")
    refuse("for another verifier", shown, "claim.audience", audience="https://elsewhere.example")
    refuse("not bound", "~".join([jwt, *disclosures, ""]), "sdjwt.kb_missing")
    refuse("bound by the issuer", present(credential, ALL, binder="members"), "sdjwt.kb_key")
    refuse("expired", present(issue(claims(iat=NOW - 7_200, exp=NOW - 3_600)), ALL), "time.expired")
    refuse("signed by another", present(issue(claims(), signer="other-p256"), ALL), "sig.invalid")
    refuse("of no type of ours", present(issue(claims(), typ="example+sd-jwt"), ALL), "input.unrecognised")
    untyped = claims()
    del untyped["vct"]
    refuse("without a type", present(issue(untyped), ALL), "sdjwt.vct")
    concealed = claims()
    del concealed["exp"]
    refuse("an end that is disclosed", present(issue(concealed | {SDObj("exp"): NOW + 86_400}), ALL | {"exp": True}), "sdjwt.registered_claim_disclosed")


main()
