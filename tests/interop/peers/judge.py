"""Theirs to ours: lets `vidimus verify` judge what the peers made, and compares verdict, reasons and content.

An accepted case must show the very content that the peer was given. Its twin with one flipped bit must be rejected for its
signature; the W3C peers, which name a policy, spoil their credentials themselves. A rejected case must give the reasons that the
case names, and no other.
"""

import json
import os
import pathlib
import subprocess
import sys

from lines import cast, outcome, run_folder
from texts import flip

FOLDER = run_folder()
NOW = cast()["now"]
VIDIMUS = os.environ["VIDIMUS"]


def main() -> None:
    for path in map(str, sys.argv[1:]):
        with open(path) as file:
            cases = [json.loads(line) for line in file]
        if not cases:
            sys.exit(f"{path} is empty")
        for case in cases:
            judge(case)
            if "says" in case and "text" in case and "policy" not in case:
                judge(twin(case))


def twin(case: dict) -> dict:
    name = case["case"] + ", one bit flipped"
    return {"peer": case["peer"], "case": name, "text": flip(case["text"]), "reasons": ["sig.invalid"]}


def judge(case: dict) -> None:
    status, report, trouble = verify(case)
    got = report.get("verdict", trouble)
    reasons = sorted({check["code"] for part in parts(report) for check in part.get("checks", []) if "code" in check})
    if "says" in case:
        wrong = [pointer for pointer, due in case["says"].items() if at_pointer(report, pointer) != due]
        passed = (status, got, reasons, wrong) == (0, "accepted", [], [])
        detail = f"{got} {' '.join(reasons)}" + (f", differs at {' '.join(wrong)}" if wrong else "")
    else:
        due = sorted(case["reasons"])
        # Claims of what is not accepted are never shown.
        passed = (status, got, reasons) == (1, "rejected", due) and not any(shows_too_much(part) for part in parts(report))
        detail = f"{got} {' '.join(reasons)}" + ("" if passed else f", due: rejected {' '.join(due)}")
    outcome(passed, "theirs->ours", case["peer"], case["case"], detail)


def parts(report: dict) -> list[dict]:
    """The report, and those on the credentials inside."""
    return [report] + [part for inner in report.get("parts", []) for part in parts(inner)]


def shows_too_much(part: dict) -> bool:
    return "claims" in part and part.get("verdict") != "accepted"


def verify(case: dict) -> tuple[int, dict, str]:
    path = pathlib.Path(case.get("picture", FOLDER / "judged.txt"))
    if "text" in case:
        path.write_text(case["text"])
    command = [VIDIMUS, "verify", "--offline", "--json", "--trust", str(FOLDER / "trust")]
    command += ["--environment", case.get("environment", "test"), "--at", str(case.get("at", NOW)), str(path)]
    for name in ("policy", "evidence", "session"):
        if name in case:
            (FOLDER / f"{name}.json").write_text(json.dumps(case[name]))
            command += [f"--{name}", str(FOLDER / f"{name}.json")]
    for name in ("nonce", "audience"):
        command += [f"--{name}", case[name]] if name in case else []
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    try:
        return ended.returncode, json.loads(ended.stdout), ended.stderr
    except json.JSONDecodeError:
        return ended.returncode, {}, f"no report, exit {ended.returncode}: {ended.stderr}"


def at_pointer(value, pointer: str):
    for name in pointer.split("/")[1:]:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


main()
