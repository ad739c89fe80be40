"""Ours to theirs, the first half: `vidimus issue` makes credentials, and ours.jsonl tells the peers what is due.

Every accepted credential has a twin with one flipped bit. The others that must be refused are signed by another key, or ended.
"""

import itertools
import json
import os
import subprocess

from lines import cast, outcome, run_folder
from texts import flip, pack_shc

FOLDER = run_folder()
VIDIMUS = os.environ["VIDIMUS"]
CAST = cast()
NOW = CAST["now"]
DAY = 86_400
NUMBERS = itertools.count(1)


def main() -> None:
    made = [twin for case in dccs() + cards() + passes() for twin in twins(case)]
    with open(FOLDER / "ours.jsonl", "w") as file:
        file.writelines(json.dumps(case) + "\n" for case in made)


def twins(case: dict) -> list[dict]:
    """The case as issued, and, of one to accept, its flipped twin. Nothing when vidimus did not issue it."""
    content = FOLDER / "content.json"
    content.write_text(json.dumps(case.pop("content")))
    text_file = FOLDER / case.pop("file", "issued.txt")
    text_file.unlink(missing_ok=True)
    command = [VIDIMUS, "issue", case["format"], "--content", str(content), "--out", str(text_file)]
    if text_file.suffix == ".txt":
        case["picture"] = str(FOLDER / f"issued-{next(NUMBERS)}.png")
        command += ["--qr", case["picture"]]
    ended = subprocess.run(command + case.pop("arguments"), capture_output=True, text=True, timeout=60)
    if ended.returncode != 0 or not text_file.exists():
        outcome(False, "ours->theirs", "vidimus", case["case"], f"not issued, exit {ended.returncode}: {ended.stderr}")
        return []
    case["text"] = text_file.read_text().strip()
    if text_file.suffix == ".smart-health-card":
        case["text"] = pack_shc(json.loads(case["text"])["verifiableCredential"][0])
    if case["refused"]:
        return [case]
    flipped = {"case": case["case"] + ", one bit flipped", "text": flip(case["text"])}
    return [case, case | flipped | {"refused": "signature", "picture": None}]


def key(name: str) -> list[str]:
    return ["--key", str(FOLDER / name)]


def dccs() -> list[dict]:
    signers = CAST["dcc"]["signers"]

    def case(name: str, kind: str, signer: str, arguments: list[str], refused: str | None = None) -> dict:
        content = CAST["dcc"]["contents"][kind]
        return {
            "format": "eu_dcc",
            "case": f"dcc {name}",
            "signer": signer,
            "alg": "PS256" if signer == "rsa" else "ES256",
            "content": content,
            "arguments": arguments + ["--at", str(NOW - DAY)],
            "says": {"iss": "XX", "content": content},
            "refused": refused,
        }

    by = lambda signer: key(f"dsc-{signer}.key") + ["--cert", str(FOLDER / f"dsc-{signer}.pem")]
    disguised = key("dsc-unlisted.key") + ["--kid", signers["ec"]["kid"], "--issuer", "XX"]
    return [
        case("es256 vaccination", "vaccination", "ec", by("ec")),
        case("es256 test", "test", "ec", by("ec")),
        case("ps256 recovery", "recovery", "rsa", by("rsa")),
        case("signed by another key", "vaccination", "ec", disguised, "signature"),
    ]


def cards() -> list[dict]:
    card = CAST["shc"]

    types = ["--type", card["vc"]["type"][1]]

    def case(name: str, key_name: str, arguments: list[str], refused: str | None = None, **more) -> dict:
        return {
            "format": "smart_health_card",
            "case": f"shc {name}",
            "content": card["vc"]["credentialSubject"]["fhirBundle"],
            "arguments": key(key_name) + ["--issuer", card["issuer"], "--at", str(NOW - DAY)] + types + arguments,
            "says": {"iss": card["issuer"], "content": card["vc"]},
            "refused": refused,
        } | more

    return [
        case("qr text", "shc.key", []),
        case("file with exp", "shc.key", ["--valid-days", "30"], file="issued.smart-health-card"),
        case("signed by a key that the issuer does not have", "shc-other.key", [], "key"),
    ]


def passes() -> list[dict]:
    nzcp = CAST["nzcp"]
    subject = nzcp["vc"]["credentialSubject"]

    def case(name: str, key_name: str, issued_at: int, days: int, refused: str | None = None) -> dict:
        arguments = ["--issuer", nzcp["issuer"], "--kid", "key-1", "--at", str(issued_at), "--valid-days", str(days)]
        return {
            "format": "nz_covid_pass",
            "case": f"nzcp {name}",
            "content": subject,
            "arguments": key(key_name) + arguments,
            "says": {"iss": nzcp["issuer"], "content": nzcp["vc"]},
            "refused": refused,
        }

    return [
        case("pass", "nzcp.key", NOW - DAY, 180),
        case("signed by another key", "nzcp-other.key", NOW - DAY, 180, "signature"),
        case("expired", "nzcp.key", NOW - 10 * DAY, 5, "end"),
        case("not yet valid", "nzcp.key", NOW + DAY, 5, "start"),
    ]


main()
