"""`sd-jwt` of PyPI judges the SD-JWT VCs that vidimus issued, and shows them as their holder."""

from lines import judge_reading, ours
from sd_jwt_python import PEER, present, read

REFUSALS = {"signature": "InvalidJWSSignature", "disclosure": "digest"}


def said(case: dict) -> dict:
    if case["refused"] is not None:
        payload = read(case["text"], bound=False)
    else:
        payload = read(present(case["text"], frame(case["frame"])))
    return {name: payload.get(name) for name in case["says"]}


def frame(wanted: dict) -> dict:
    """Lists as this library wants them: one answer for each element."""
    return wanted | ({"branches": [True, False]} if "branches" in wanted else {})


# The library looks at no times and takes disclosures that nothing refers to.
for case in ours("sd_jwt_vc"):
    if case["refused"] in (None, "signature"):
        judge_reading(PEER, case, REFUSALS, said)
