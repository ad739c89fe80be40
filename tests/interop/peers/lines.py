"""Lines of the outcome, and the files that the steps hand to each other."""

import json
import os
import pathlib
import re
import sys


def run_folder() -> pathlib.Path:
    """The folder of this run, made by run.sh."""
    return pathlib.Path(os.environ["INTEROP_RUN"])


def cast() -> dict:
    """Everything that cast.py made: keys, certificates, contents."""
    return json.loads((run_folder() / "cast.json").read_text())


def ours(*formats: str) -> list[dict]:
    """What `vidimus issue` made in these formats. None is a fault of the run."""
    cases = [json.loads(line) for line in (run_folder() / "ours.jsonl").read_text().splitlines()]
    cases = [case for case in cases if case["format"] in formats]
    if not cases:
        sys.exit(f"ours.jsonl holds nothing in {formats}")
    return cases


def outcome(passed: bool, direction: str, peer: str, case: str, detail: str) -> None:
    """Prints the line of one case."""
    detail = " ".join(str(detail).split())[:300]
    print(f"{'pass' if passed else 'FAIL'} {direction} {peer} {case}: {detail}", flush=True)


def judge_reading(peer: str, case: dict, refusals: dict, read) -> None:
    """Lets a peer read one of our credentials: `read(case)` returns what it says, or raises when it refuses.

    `refusals` says how the peer words each kind of refusal; a refusal in other words is not the one that was due.
    """
    due = case["refused"]
    try:
        said = read(case)
    except Exception as refusal:  # peers raise whatever they like
        detail = f"refused, {type(refusal).__name__}: {refusal}"
        passed = due is not None and re.search(refusals[due], detail) is not None
        outcome(passed, "ours->theirs", peer, case["case"], detail)
        return
    if due is not None:
        outcome(False, "ours->theirs", peer, case["case"], f"accepted, but should be refused for its {due}")
    elif said != case["says"]:
        outcome(False, "ours->theirs", peer, case["case"], f"reads {json.dumps(said, default=str)}")
    else:
        outcome(True, "ours->theirs", peer, case["case"], "accepted, and reads the same content")
