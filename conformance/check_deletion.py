#!/usr/bin/env python3
"""Removes one check after the other and expects our vectors to notice.

Works on a copy of the tree, so the checkout stays as it is. Each line of CHECKS is one check: the stage, the file, the text that
makes the check, and what stands in its place when the check is gone. Prints a line for each; exit status 1 when a deletion went
unnoticed, 2 when a text was not found (the list is stale then).
"""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COPY = ROOT / "target" / "check-deletion"

CHECKS = [
    ("decode", "HCERT prefix", "src/format/hcert.rs", 'text.strip_prefix("HC1:").ok_or_else(|| Reason::new(Code::Hc1Prefix).expected("HC1:"))?', "text.get(4..).unwrap_or_default()"),
    ("decode", "COSE crit", "src/envelope/cose.rs", "    check_crit(&header, unprotected)?;\n", ""),
    ("decode", "COSE label in both headers", "src/envelope/cose.rs", "    check_conflicts(&header, unprotected)?;\n", ""),
    ("key", "key usage of the signer", "src/format/eu_dcc.rs", "if let Err(reason) = check_purpose(signer, dcc) {", "if let Err(reason) = check_purpose(signer, dcc).or(Ok::<(), Reason>(())) {"),
    ("key", "signer withdrawn", "src/format/signers.rs", "if signer.withdrawn {", "if false {"),
    ("key", "environment of the signer", "src/format/signers.rs", "signer.environment == context.policy.environment", "true"),
    ("signature", "the signature itself", "src/verify.rs", "let answers = check(&jobs.jobs);", "let answers: Vec<Result<(), Reason>> = jobs.jobs.iter().map(|_| Ok(())).collect();"),
    ("validity", "expiry", "src/format/eu_dcc.rs", ".filter(|expires| now.plus(-skew) > *expires)", ".filter(|_| false)"),
    ("validity", "the signer's validity", "src/format/signers.rs", "if now.plus(-skew) > certificate.not_after() {", "if false {"),
    ("key", "rules for a card's key", "src/format/shc_keys.rs", "if let Some(reason) = jwk.check_smart().into_iter().next() {", "if let Some(reason) = jwk.check_smart().into_iter().next().filter(|_| false) {"),
    ("key", "critical extensions", "src/format/signers.rs", "        Some(oid) => Err(Reason::new(Code::X509CriticalExtension).got(oid)),", "        Some(_) => Ok(()),"),
    ("decode", "identifier of a pass", "src/format/nz_covid_pass.rs", "        or_fault(pass_identifier(&claims), &mut faults);\n", ""),
    ("status", "revoked cards", "src/format/shc_keys.rs", "rid.map_or(Ok(()), |rid| list.check_card(rid, not_before))", "rid.map_or(Ok(()), |_| Ok::<(), Reason>(()))"),
    ("policy", "schema", "src/format/eu_dcc.rs", "let mut faults = content::check_declared_schema(dcc, policy.strict);", "let mut faults: Vec<Reason> = Vec::new();"),
    ("policy", "positive test", "src/format/eu_dcc.rs", "if tests.iter().any(detected) {", "if false && tests.iter().any(detected) {"),
    ("policy", "formats taken", "src/verify.rs", "if !formats.is_empty() && !formats.iter().any(|taken| taken == name) {", "if false {"),
]


def main() -> int:
    if COPY.exists():
        shutil.rmtree(COPY / "tree", ignore_errors=True)
    wanted = set(sys.argv[1:])
    unnoticed = 0
    for stage, name, file, old, new in CHECKS:
        if wanted and name not in wanted:
            continue
        tree = fresh_copy()
        path = tree / file
        text = path.read_text()
        if text.count(old) != 1:
            print(f"stale      {stage:<10} {name}: the text stands {text.count(old)} times in {file}")
            return 2
        path.write_text(text.replace(old, new))
        failures = run_vectors(tree)
        noticed = bool(failures)
        unnoticed += not noticed
        print(f"{'noticed' if noticed else 'UNNOTICED':<10} {stage:<10} {name}: {failures[0] if noticed else 'every vector passed'}", flush=True)
    print(f"{unnoticed} deletions went unnoticed")
    return 1 if unnoticed else 0


def fresh_copy() -> pathlib.Path:
    """The tree without build products; times are kept, so that only the changed file is built again."""
    tree = COPY / "tree"
    for name in ("src", "conformance", "fuzz", "test-vectors", "benches", "tests"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tree / name, dirs_exist_ok=True, copy_function=copy_if_changed)
    for name in ("Cargo.toml", "Cargo.lock"):
        copy_if_changed(ROOT / name, tree / name)
    return tree


def copy_if_changed(source, target):
    source, target = pathlib.Path(source), pathlib.Path(target)
    if not target.exists() or target.read_bytes() != source.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def run_vectors(tree: pathlib.Path) -> list[str]:
    """The failing vectors; a tree that does not build is an error of the list above."""
    environment = dict(os.environ, CARGO_TARGET_DIR=str(COPY / "build"), RUSTFLAGS="-A warnings", CARGO_INCREMENTAL="1")
    build = ["cargo", "build", "--quiet", "-p", "vidimus-conformance"]
    subprocess.run(build, cwd=tree, env=environment, check=True)
    runner = COPY / "build" / "debug" / "vidimus-conformance"
    done = subprocess.run([runner, "run", "test-vectors"], cwd=tree, env=environment, capture_output=True, text=True)
    if done.returncode == 0:
        return []
    lines = [line.strip() for line in done.stdout.splitlines() if line.lower().lstrip().startswith("fail")]
    return lines or [f"exit status {done.returncode}"]


if __name__ == "__main__":
    sys.exit(main())
