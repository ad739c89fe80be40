"""Ours to theirs, SD-JWT VC: `vidimus issue` makes credentials; ours.jsonl tells the peers what is due."""

import json
import os
import subprocess

from lines import cast, outcome, run_folder
from texts import base64url, unbase64url

FOLDER = run_folder()
VIDIMUS = os.environ["VIDIMUS"]
NOW = cast()["now"]
DAY = 86_400
KEYS = json.loads((FOLDER / "w3c.json").read_text())["keys"]
HOLDER = {name: value for name, value in KEYS["other-p256"]["jwk"].items() if name != "d"}


def claims(**changed) -> dict:
    """A credential about nobody."""
    return {
        "iss": KEYS["members"]["did"],
        "vct": "urn:example:membership:1",
        "iat": NOW - DAY,
        "exp": NOW + DAY,
        "familyName": "Person",
        "address": {"locality": "Harbour City", "country": "XX"},
        "branches": ["Harbour", "Old Town"],
    } | changed


def issued(case: str, content: dict, *more: str) -> str | None:
    path = FOLDER / "content.json"
    path.write_text(json.dumps(content))
    command = [VIDIMUS, "issue", "sd_jwt_vc", "--key", str(FOLDER / "w3c-members.key"), "--content", str(path)]
    command += ["--kid", KEYS["members"]["method"], "--holder-key", json.dumps(HOLDER)]
    for pointer in ("/familyName", "/address/locality", "/branches/0"):
        command += ["--disclosable", pointer]
    ended = subprocess.run(command + list(more), capture_output=True, text=True, timeout=60)
    if ended.returncode == 0 and ended.stdout.strip():
        return ended.stdout.strip()
    outcome(False, "ours->theirs", "vidimus", case, f"not issued, exit {ended.returncode}: {ended.stderr}")
    return None


def flipped(text: str) -> str:
    jwt, rest = text.split("~", 1)
    message, signature = jwt.rsplit(".", 1)
    changed = bytearray(unbase64url(signature))
    changed[-1] ^= 1
    return f"{message}.{base64url(bytes(changed))}~{rest}"


def main() -> None:
    made = []

    def add(case: str, text: str | None, says: dict, frame, refused: str | None = None) -> None:
        if text is not None:
            made.append({"format": "sd_jwt_vc", "case": case, "text": text, "says": says, "frame": frame, "refused": refused})

    everything = {"familyName": True, "address": {"locality": True}, "branches": {"0": True}}
    content = claims()
    says = {name: content[name] for name in ("vct", "familyName", "address", "branches")}
    text = issued("everything shown", content)
    add("everything shown", text, says, everything)
    add("a part shown", text, {"familyName": "Person", "address": {"country": "XX"}}, {"familyName": True})
    add("with decoys", issued("with decoys", content, "--decoys", "4"), says, everything)
    if text is not None:
        add("one bit of the signature flipped", flipped(text), {}, {}, "signature")
    add("expired", issued("expired", claims(iat=NOW - 2 * DAY, exp=NOW - DAY)), {}, {}, "end")
    add("not yet valid", issued("not yet valid", claims(nbf=NOW + DAY)), {}, {}, "start")
    with open(FOLDER / "ours.jsonl", "a") as file:
        file.writelines(json.dumps(case) + "\n" for case in made)


main()
