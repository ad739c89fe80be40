"""Ours to theirs, mdoc: `vidimus issue mdoc` makes an issuer's part; ours.jsonl tells the peers what is due."""

import json
import os
import subprocess

from lines import cast, outcome, run_folder
from texts import base64url, unbase64url

FOLDER = run_folder()
VIDIMUS = os.environ["VIDIMUS"]
NOW = cast()["now"]
DAY = 86_400
SAYS = {"family_name": "Person", "given_name": "Test", "issuing_country": "XX", "resident_city": "Harbour"}


def main() -> None:
    good = issued("mdoc")
    made = [
        case("mdoc", good, None),
        case("mdoc, two elements", good, None, says={name: SAYS[name] for name in ("family_name", "issuing_country")}),
        case("mdoc, another letter", spoilt(good, b"Person", b"Persoo"), "element"),
        case("mdoc, another object", spoilt(good, b"validFrom", b"validFron"), "signature"),
        case("mdoc, expired", issued("mdoc, expired", "--at", str(NOW - 20 * DAY), "--valid-days", "10"), "end"),
        case("mdoc, by another device", good, "device", device="other"),
    ]
    with open(FOLDER / "ours.jsonl", "a") as file:
        file.writelines(json.dumps(each) + "\n" for each in made if each["text"])


def case(name: str, text: str | None, refused: str | None, says: dict = SAYS, **more) -> dict:
    return {"format": "mdoc", "case": name, "text": text, "says": says, "refused": refused} | more


def issued(name: str, *more: str) -> str | None:
    content = {"docType": "org.iso.18013.5.1.mDL", "nameSpaces": {"org.iso.18013.5.1": SAYS}}
    (FOLDER / "content.json").write_text(json.dumps(content))
    command = [VIDIMUS, "issue", "mdoc", "--key", str(FOLDER / "mdoc-signer.key"), "--cert", str(FOLDER / "mdoc-signer.pem")]
    command += ["--content", str(FOLDER / "content.json"), "--device-key", str(FOLDER / "mdoc-device.json")]
    command += list(more) or ["--at", str(NOW - DAY)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if ended.returncode == 0 and ended.stdout.strip():
        return ended.stdout.strip()
    outcome(False, "ours->theirs", "vidimus", name, f"not issued, exit {ended.returncode}: {ended.stderr}")
    return None


def spoilt(text: str | None, before: bytes, after: bytes) -> str | None:
    return text and base64url(unbase64url(text).replace(before, after, 1))


main()
