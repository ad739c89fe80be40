"""QR pictures drawn by PyPI `qrcode` of what other peers issued: cases for judge.py, one JSON object a line."""

import json

import qrcode
from qrcode.image.pure import PyPNGImage

from lines import run_folder

FOLDER = run_folder()
# Whose credential goes into a picture: the first accepted one of each kind in each file.
SOURCES = {"issue_cwt.py": ["HC1:", "NZCP:"], "issue_pathcheck_dcc.cjs": ["HC1:"], "issue_pathcheck_shc.cjs": ["shc:/"]}


def main() -> None:
    pictures = FOLDER / "pictures"
    pictures.mkdir()
    for source, beginnings in SOURCES.items():
        cases = [json.loads(line) for line in (FOLDER / "theirs" / f"{source}.jsonl").read_text().splitlines()]
        for beginning in beginnings:
            case = next(case for case in cases if "says" in case and case["text"].startswith(beginning))
            path = pictures / f"{source}-{beginning[:3]}.png"
            draw(case["text"], path)
            name = f"{case['case']} of {case['peer']}, as picture"
            print(json.dumps({"peer": "qrcode", "case": name, "picture": str(path), "says": case["says"]}))


def draw(text: str, path) -> None:
    """As the specifications recommend: error correction Q for the short codes, L for health cards; modes as they fit."""
    level = qrcode.constants.ERROR_CORRECT_L if text.startswith("shc:") else qrcode.constants.ERROR_CORRECT_Q
    code = qrcode.QRCode(error_correction=level, box_size=4)
    code.add_data(text)
    code.make(fit=True)
    with open(path, "wb") as file:
        code.make_image(image_factory=PyPNGImage).save(file)


main()
