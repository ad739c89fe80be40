"""Ours to theirs, W3C: `vidimus issue` and `vidimus derive` make credentials and presentations; ours.jsonl tells the peers what is
due. Every kind has twins that must be refused: spoilt, expired, of another issuer, or answering another challenge."""

import datetime
import gzip
import json
import os
import subprocess
import uuid

from lines import cast, outcome, run_folder
from texts import base64url, unbase64url

FOLDER = run_folder()
VIDIMUS = os.environ["VIDIMUS"]
NOW = cast()["now"]
DAY = 86_400
KEYS = json.loads((FOLDER / "w3c.json").read_text())["keys"]
BASE = "https://www.w3.org/ns/credentials/v2"
BASE_1_1 = "https://www.w3.org/2018/credentials/v1"
ASK = {"challenge": "c0ffee-17", "domain": "https://desk.example"}
MADE = []


def main() -> None:
    for suite, key in (
        ("eddsa-rdfc-2022", "ed25519"),
        ("eddsa-jcs-2022", "ed25519"),
        ("ecdsa-rdfc-2019", "p256"),
        ("ecdsa-rdfc-2019", "p384"),
    ):
        whole(suite, key)
    selective("ecdsa-sd-2023", "p256")
    selective("bbs-2023", "bls")
    presentations()
    status()
    for key in ("p256", "ed25519"):
        jwt_1_1(key)
    for key in ("p256", "p384", "ed25519"):
        jwt(key)
    with open(FOLDER / "ours.jsonl", "a") as file:
        file.writelines(json.dumps(case) + "\n" for case in MADE)


def day(days: int) -> str:
    return datetime.datetime.fromtimestamp(NOW + days * DAY, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def membership(key: str, **changed) -> dict:
    """A credential about nobody. The family name stands in it once."""
    return {
        "@context": [BASE, "https://www.w3.org/ns/credentials/examples/v2"],
        "id": uuid.uuid4().urn,
        "type": ["VerifiableCredential", "LibraryMembership"],
        "issuer": KEYS[key]["did"],
        "validFrom": day(-30),
        "validUntil": day(300),
        "credentialSubject": {
            "id": "did:example:reader",
            "familyName": "Person",
            "membership": {"type": "Reader", "branch": ["Harbour", "Old Town"], "year": 2026},
        },
    } | changed


def made(command: list[str], content, case: str) -> str | None:
    """What `vidimus` printed, given that content; a failed case when it printed nothing."""
    path = FOLDER / "content.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    command = [VIDIMUS] + [str(path) if word == "CONTENT" else word for word in command]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if ended.returncode == 0 and ended.stdout.strip():
        return ended.stdout.strip()
    outcome(False, "ours->theirs", "vidimus", case, f"not issued, exit {ended.returncode}: {ended.stderr}")
    return None


def issued(form: str, key: str, content, case: str, *more: str) -> str | None:
    command = ["issue", form, "--key", str(FOLDER / f"w3c-{key}.key"), "--content", "CONTENT", "--at", str(NOW - DAY)]
    return made(command + list(more), content, case)


def add(form: str, case: str, text: str | None, says: dict, refused: str | None = None, **more) -> None:
    if text is not None:
        MADE.append({"format": form, "case": case, "text": text, "says": says, "refused": refused} | more)


def said(document: dict) -> dict:
    """What the peer must read."""
    return {name: document[name] for name in ("id", "type", "credentialSubject") if name in document}


def another_letter(text: str) -> str:
    if text.count('"Person"') != 1:
        raise ValueError("the family name does not stand in the text exactly once")
    return text.replace('"Person"', '"Persoo"')


def whole(suite: str, key: str) -> None:
    make = lambda case, content: issued("vc_di", key, content, case, "--suite", suite)
    name = f"{suite} {key}"
    content = membership(key)
    text = make(name, content)
    add("vc_di", name, text, said(content))
    if text is None:
        return
    add("vc_di", f"{name}, another letter", another_letter(text), said(content), "signature")
    for case, changed, refused in (
        ("expired", {"validUntil": day(-1)}, "end"),
        ("not yet valid", {"validFrom": day(1)}, "start"),
        ("of another issuer", {"issuer": KEYS["holder"]["did"]}, "issuer"),
    ):
        content = membership(key, **changed)
        add("vc_di", f"{name}, {case}", make(f"{name}, {case}", content), said(content), refused)
    both = issued("vc_di", key, text, f"{name}, two proofs", "--suite", suite)
    add("vc_di", f"{name}, two proofs", both, said(json.loads(text)))


def selective(suite: str, key: str) -> None:
    content = membership(key)
    mandatory = [word for pointer in ("/issuer", "/validFrom", "/validUntil") for word in ("--mandatory", pointer)]
    base = issued("vc_di", key, content, f"{suite} base", "--suite", suite, *mandatory)
    if base is None:
        return
    add("vc_di", f"{suite}, the base proof", base, said(content), "base proof")
    subject = content["credentialSubject"]
    for case, pointers, shown in (
        ("shows a name", ["/credentialSubject/familyName"], {"familyName": "Person"}),
        ("shows a nested claim and a list", ["/credentialSubject/membership"], {"membership": subject["membership"]}),
        ("shows everything", ["/credentialSubject"], subject),
    ):
        name = f"{suite}, {case}"
        text = derived(base, pointers, name)
        shown = {"id": subject["id"]} | shown
        add("vc_di", name, text, {"type": content["type"], "credentialSubject": shown})
        if text is None or "familyName" not in shown:
            continue
        add("vc_di", f"{name}, another letter", another_letter(text), {}, "signature")
        more = json.loads(text)
        more["credentialSubject"]["nickname"] = "Tess"
        add("vc_di", f"{name}, a claim more", json.dumps(more), {}, "claim more")


def derived(base: str, pointers: list[str], case: str) -> str | None:
    command = ["derive", "CONTENT"] + [word for pointer in pointers for word in ("--pointer", pointer)]
    return made(command, base, case)


def presentations() -> None:
    inside = issued("vc_di", "p256", membership("p256"), "presentation", "--suite", "ecdsa-rdfc-2019")
    if inside is None:
        return
    holder = KEYS["holder"]["did"]
    content = {"@context": [BASE], "type": ["VerifiablePresentation"], "holder": holder}
    content["verifiableCredential"] = [json.loads(inside)]
    asked = ["--challenge", ASK["challenge"], "--domain", ASK["domain"]]
    for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022"):
        name = f"{suite} presentation"
        text = issued("vc_di", "holder", content, name, "--suite", suite, *asked)
        add("vc_di", name, text, {"holder": holder}, ask=ASK)
        if text is None:
            continue
        add("vc_di", f"{name}, another challenge", text, {}, "challenge", ask=ASK | {"challenge": "c0ffee-18"})
        add("vc_di", f"{name}, for another", text, {}, "domain", ask=ASK | {"domain": "https://elsewhere.example"})
        add("vc_di", f"{name}, another letter inside", another_letter(text), {}, "signature", ask=ASK)


def status() -> None:
    """The peer reads our credential's status in our list."""
    url = "https://lists.example/3"
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListCredential": url}
    content = membership("ed25519", credentialStatus=entry | {"statusListIndex": "4711"})
    text = issued("vc_di", "ed25519", content, "status", "--suite", "eddsa-rdfc-2022")
    for case, place, refused in (("not revoked", 4712, None), ("revoked", 4711, "status")):
        bits = bytearray(131_072 // 8)
        bits[place // 8] |= 0x80 >> place % 8
        subject = {"id": f"{url}#list", "type": "BitstringStatusList", "statusPurpose": "revocation"}
        subject["encodedList"] = "u" + base64url(gzip.compress(bytes(bits)))
        types = ["VerifiableCredential", "BitstringStatusListCredential"]
        issuer = KEYS["ed25519"]["did"]
        list_ = {"@context": [BASE], "id": url, "type": types, "issuer": issuer, "credentialSubject": subject}
        signed = issued("vc_di", "ed25519", list_, f"status, {case}", "--suite", "eddsa-rdfc-2022")
        if signed is not None:
            add("vc_di", f"status, {case}", text, said(content), refused, documents={url: json.loads(signed)})


def jwt_spoilt(text: str) -> str:
    header, payload, signature = text.split(".")
    payload = another_letter(unbase64url(payload).decode())
    return ".".join([header, base64url(payload.encode()), signature])


def jwt_1_1(key: str) -> None:
    def content(**changed) -> dict:
        document = membership(key)
        contexts = [BASE_1_1, "https://www.w3.org/2018/credentials/examples/v1"]
        dates = {"issuanceDate": document.pop("validFrom"), "expirationDate": document.pop("validUntil")}
        return document | {"@context": contexts} | dates | changed

    name = f"jwt 1.1 {key}"
    good = content()
    text = issued("vc_jwt", key, good, name)
    add("vc_jwt", name, text, said(good), version="1.1")
    if text is None:
        return
    add("vc_jwt", f"{name}, another letter", jwt_spoilt(text), {}, "signature", version="1.1")
    for case, changed, refused in (
        ("expired", {"expirationDate": day(-1)}, "end"),
        ("not yet valid", {"issuanceDate": day(1)}, "start"),
    ):
        bad = content(**changed)
        add("vc_jwt", f"{name}, {case}", issued("vc_jwt", key, bad, f"{name}, {case}"), {}, refused, version="1.1")
    holder = {"@context": [BASE_1_1], "type": ["VerifiablePresentation"], "holder": KEYS["holder"]["did"]}
    shown = holder | {"verifiableCredential": [text]}
    asked = ["--nonce", ASK["challenge"], "--audience", ASK["domain"]]
    case = f"{name} presentation"
    token = issued("vc_jwt", "holder", shown, case, *asked)
    add("vc_jwt", case, token, {}, ask=ASK, version="1.1")
    add("vc_jwt", f"{case}, another challenge", token, {}, "challenge", ask=ASK | {"challenge": "x"}, version="1.1")
    add("vc_jwt", f"{case}, for another", token, {}, "domain", ask=ASK | {"domain": "x"}, version="1.1")


def jwt(key: str) -> None:
    name = f"vc+jwt {key}"
    content = membership(key)
    text = issued("vc_jwt", key, content, name)
    add("vc_jwt", name, text, said(content), version="2.0", typ="vc+jwt")
    if text is None:
        return
    add("vc_jwt", f"{name}, another letter", jwt_spoilt(text), {}, "signature", version="2.0", typ="vc+jwt")
    foreign = issued("vc_jwt", key, membership("holder"), name, "--kid", KEYS[key]["method"])
    add("vc_jwt", f"{name}, of another issuer", foreign, {}, "issuer", version="2.0", typ="vc+jwt")


main()
