"""The protocol of the measurement for contenders in Python: see protocol/src/lib.rs."""

import json
import pathlib
import sys
import time

# The works of this contender by their kinds.
_works = {}


def row(name: str) -> dict:
    """The inputs of that row in this run: `credentials`, `spoilt`, `issuers` and more."""
    return json.loads((pathlib.Path(sys.argv[1]) / f"{name}.json").read_text())


def verifying(kind: str, inputs: dict, verify) -> None:
    """Work on one credential of the row after another.

    `verify` raises what it has against a credential. It must accept every one of them and refuse the spoilt one, and the one that
    was shown to somebody else where holders prove that they are there.
    """
    if takes(verify, inputs["spoilt"]):
        sys.exit(f"{kind}: takes what is spoilt")
    if "replayed" in inputs and takes(verify, inputs["replayed"]):
        sys.exit(f"{kind}: takes what was shown to somebody else")
    credentials = inputs["credentials"]
    for credential in credentials:
        verify(credential)
    number = 0

    def step() -> None:
        nonlocal number
        number = (number + 1) % len(credentials)
        verify(credentials[number])

    _works[kind] = step


def takes(verify, credential: str) -> bool:
    """`False` when `verify` raises."""
    try:
        verify(credential)
    except Exception:  # libraries raise whatever they like
        return False
    return True


def answer() -> None:
    """Answers until the asker closes the pipe."""
    print("ready", *_works, flush=True)
    for line in sys.stdin:
        kind, milliseconds = line.split()
        step, slice_ns = _works[kind], int(milliseconds) * 1_000_000
        begun = time.perf_counter_ns()
        count = 0
        while count == 0 or time.perf_counter_ns() - begun < slice_ns:
            step()
            count += 1
        print(count, time.perf_counter_ns() - begun, flush=True)
