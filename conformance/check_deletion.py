#!/usr/bin/env python3
"""Removes one check after the other and expects our vectors to notice.

Works on a copy of the tree, so the checkout stays as it is. Each line of CHECKS is one check: the stage, the file, the text that
makes the check, and what stands in its place when the check is gone; where no vector can show it, the tests that must fail. Prints
a line for each; exit status 1 when a deletion went unnoticed, 2 when a text was not found (the list is stale then).

usage: check_deletion.py [NAME..]    only these checks
       check_deletion.py --stale     only looks whether every text still stands where it is said to stand; quick
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
    ("signature", "the signature itself", "src/verify.rs", "let answers = trust.checker().check(&jobs);", "let answers: Vec<Result<(), Reason>> = jobs.iter().map(|_| Ok(())).collect();"),
    ("validity", "expiry", "src/format/eu_dcc.rs", ".filter(|expires| now.plus(-skew) > *expires)", ".filter(|_| false)"),
    ("validity", "the signer's validity", "src/format/signers.rs", "if now.plus(-skew) > certificate.not_after() {", "if false {"),
    ("key", "rules for a card's key", "src/format/shc_keys.rs", "if let Some(reason) = jwk.check_smart().first() {", "if let Some(reason) = jwk.check_smart().first().filter(|_| false) {"),
    ("key", "critical extensions", "src/format/signers.rs", "        Some(oid) => Err(Reason::new(Code::X509CriticalExtension).got(oid)),", "        Some(_) => Ok(()),"),
    ("decode", "identifier of a pass", "src/format/nz_covid_pass.rs", "        or_fault(identifier_bytes(&claims), &mut faults);\n", ""),
    ("status", "revoked cards", "src/format/shc_keys.rs", "rid.map_or(Ok(()), |rid| list.check_card(rid, not_before))", "rid.map_or(Ok(()), |_| Ok::<(), Reason>(()))"),
    ("policy", "schema", "src/format/eu_dcc.rs", "let mut faults = content::check_declared_schema(dcc, policy.strict);", "let mut faults: Vec<Reason> = Vec::new();"),
    ("policy", "positive test", "src/format/eu_dcc.rs", "if tests.iter().any(detected) {", "if false && tests.iter().any(detected) {"),
    ("policy", "formats taken", "src/verify.rs", "if !formats.is_empty() && !formats.iter().any(|taken| taken == name) {", "if false {"),
    ("decode", "digest of a pinned context", "src/trust/contexts.rs", "Some(stated) if !stated.eq_ignore_ascii_case(&hexadecimal) =>", "Some(stated) if stated.is_empty() =>", "trust::contexts"),
    ("decode", "digest of a bundled context", "src/linked_data/contexts.rs", "if digest != self.digest {", "if digest.is_empty() {", "linked_data::"),
    ("decode", "one meaning of a context's URL", "src/linked_data/contexts.rs", "return if same {", "return if true || same {", "trust::contexts"),
    ("decode", "undefined members", "src/linked_data/nodes.rs", "check_property(key, definition, &iri)?;", "if check_property(key, definition, &iri).is_err() { continue; }"),
    ("decode", "undefined types", "src/linked_data/nodes.rs", "            let object = self.type_term(outside, name)?;\n            self.builder.push(Quad { subject, predicate, object, graph: at.graph })?;", "            let Ok(object) = self.type_term(outside, name) else { continue };\n            self.builder.push(Quad { subject, predicate, object, graph: at.graph })?;"),
    ("decode", "values that RDF drops", "src/linked_data/values.rs", '            Value::Null => Err(dropped(at.key, "null")),', "            Value::Null => Ok(()),"),
    ("decode", "protected terms", "src/linked_data/definer.rs", "if !definition.says_the_same(&previous) {", "if false {"),
    ("decode", "other names of the data model's members", "src/linked_data/model_names.rs", "!own.is_empty() && name != own &&", "false && name != own &&"),
    ("decode", "a second object with the document's id", "src/linked_data/nodes.rs", "} else if is_described && at.graph.is_none()", "} else if false && is_described && at.graph.is_none()"),
    ("decode", "contexts inside a document", "src/linked_data/convert.rs", "if !self.demands.inline_contexts {", "if false {"),
    ("decode", "contexts of a proof", "src/envelope/data_integrity/transform.rs", "if own.is_some_and(|own| outer.map(listed) != Some(listed(own))) {", "if false {"),
    ("decode", "purpose of a proof", "src/envelope/data_integrity/open.rs", "    faults.extend(proofs.iter().filter_map(|proof| check_purpose(proof, purpose).err()));\n", ""),
    ("decode", "a signature for each statement", "src/envelope/data_integrity/ecdsa_sd.rs", "if shown.others.len() != value.signatures.len() {", "if false {"),
    ("decode", "issuer of a token", "src/format/vc/secured.rs", "    faults.extend(check_issuer(document, kind).err());\n", ""),
    ("decode", "a presentation's own claims", "src/format/vc/model.rs", "        check_no_credential_members(document),\n", ""),
    ("key", "controller of a key", "src/verify/signatures.rs", "if !self.all().any(own) && context.policy.controllers == ControllerDemand::Reject {", "if false {"),
    ("key", "whose document a key stands in", "src/format/vc/keys.rs", "subject != owner || controller", "controller"),
    ("key", "relationship of a key", "src/did/document.rs", "if !self.allows(&id, purpose) {", "if false {"),
    ("key", "end of a key", "src/did/document.rs", "        method.check_time(now)?;\n", "", "did::document"),
    ("key", "id of a DID document", "src/did/document.rs", "Some(id) if id == expected_id => {}", "Some(_) if !expected_id.is_empty() => {}"),
    ("validity", "created of a proof", "src/envelope/data_integrity/times.rs", "            && time > now.plus(skew_seconds)", "            && time > now.plus(skew_seconds) && false"),
    ("validity", "expires of a proof", "src/envelope/data_integrity/times.rs", "if now.plus(skew_seconds.saturating_neg()) >= time {", "if false {"),
    ("holder", "challenge of a proof", "src/envelope/data_integrity/times.rs", "if nonce.is_some() && proof.challenge != nonce {", "if false {"),
    ("holder", "domain of a proof", "src/envelope/data_integrity/times.rs", "            && proof.domains != [audience]", "            && false"),
    ("holder", "nonce of a token", "src/format/vc/secured.rs", '        && claims.member("nonce").and_then(Value::as_str) != Some(due)', "        && due.is_empty()"),
    ("holder", "audience of a token", "src/format/vc/secured.rs", "        if !named {", "        if false {"),
    ("holder", "a bare credential and a nonce", "src/verify.rs", "if is_bare && occasion.nonce.is_some() {", "if false {"),
    ("holder", "a bare credential and an audience", "src/verify.rs", "} else if is_bare && occasion.audience.is_some() {", "} else if false {"),
    ("holder", "the key that a credential names", "src/verify.rs", "held().any(|credential| !may_show(signer, credential))", "held().any(|credential| false && !may_show(signer, credential))"),
    ("holder", "the holder as subject", "src/verify.rs", "if held().count() == inner.len() && held().all(is_about_holder) {", "if true || held().all(is_about_holder) {"),
    ("holder", "sd_hash of a key binding", "src/format/key_binding.rs", 'if text("sd_hash") != Some(sd_jwt::digest(processed.hash, sd_jwt.presented).as_str()) {', "if false {"),
    ("holder", "nonce of a key binding", "src/format/key_binding.rs", "(Some(nonce), Some(due)) if nonce != due =>", "(Some(nonce), Some(due)) if nonce != due && false =>"),
    ("holder", "audience of a key binding", "src/format/key_binding.rs", "(Some(audience), Some(due)) if audience != due =>", "(Some(audience), Some(due)) if audience != due && false =>"),
    ("holder", "age of a key binding", "src/format/key_binding.rs", "    faults.extend(check_age(claims, context).into_iter().map(|reason| reason.at(Stage::Holder)));\n", ""),
    ("digests", "disclosures that nobody signed", "src/envelope/sd_jwt/processing.rs", "    walk.check_all_used();\n", ""),
    ("digests", "digests of related resources", "src/format/vc/related.rs", "        if stated.iter().all(is_right) {", "        if true || stated.iter().all(is_right) {"),
    ("status", "whose list it is", "src/verify/status_lists/credential.rs", "if issuer != Some(usable.issuer.as_str()) {", "if false {"),
    ("status", "signature of a list", "src/verify/status_lists/credential.rs", '        ("accepted", [part]) if part.parts.is_empty() => Ok(part),', "        (_, [part]) if part.parts.is_empty() => Ok(part),"),
    ("status", "who asks for a list", "src/verify.rs", "let may_ask = !findings.is_faulty(Stage::Key) && !findings.has(Code::X509Expired);", "let may_ask = true;", "verify::status_lists"),
    ("status", "id of a list", "src/status/bitstring.rs", "if self.id.as_ref().is_some_and(|id| *id != entry.list) {", "if false {"),
    ("status", "purpose of a list", "src/status/bitstring.rs", "if !self.purposes.contains(&entry.purpose) {", "if false {"),
    ("status", "places of a list", "src/status/bitstring.rs", "if entry.index >= count {", "if false {"),
    ("status", "a place that is set", "src/status/bitstring.rs", '("revocation", _) => Err(Reason::new(Code::StatusRevoked)),', '("revocation", _) => Ok(Meaning::Clear),'),
    ("status", "age of a list", "src/verify/status_lists/credential.rs", "    check_age(list.ttl_ms.map(|ttl_ms| ttl_ms / 1000), document, context)?;\n", ""),
    ("status", "age of a status list token", "src/verify/status_lists/token.rs", "    check_age(said.ttl().map_err(Trouble::Fault)?, document, context)?;\n", ""),
    ("status", "place of a status list token", "src/format/token_status_list/claims.rs", "(Some(subject), Some(due)) if subject != due => {", "(Some(subject), Some(due)) if subject != due && false => {"),
    ("status", "a status list as JWT", "src/verify/status_lists/token.rs", "if opened.is_cose() && referring.format.about().name == sd_jwt_vc::NAME {", "if false {"),
    ("key", "use of a document signer", "src/format/mdoc/certificates.rs", "if !uses.iter().any(|usage| usage == DOCUMENT_SIGNER) {", "if false {"),
    ("holder", "device authentication", "src/verify/holder.rs", "                Some(Err(_)) => format.judge_wrong_holder(self.opened, context, findings),", "                Some(Err(_)) => findings.pass(Stage::Holder),"),
    ("status", "a token status list that revokes", "src/status/token_status_list.rs", "INVALID => Err(fault(Code::StatusRevoked)),", "INVALID => Ok(()),"),
    ("digests", "an element of an mdoc", "src/format/mdoc/items.rs", "if is_same { Ok(()) } else { Err(named(Reason::new(Code::MdocDigestMismatch))) }", "if is_same || true { Ok(()) } else { Err(named(Reason::new(Code::MdocDigestMismatch))) }"),
    ("holder", "a key binding that is due", "src/format/sd_jwt_vc.rs", "if is_asked || is_due {", "if false && (is_asked || is_due) {"),
    ("policy", "a presentation that holds nothing", "src/verify.rs", "        check_holds_any(decoded, &inner, context, &mut findings);\n", ""),
]


def main() -> int:
    if COPY.exists():
        shutil.rmtree(COPY / "tree", ignore_errors=True)
    if sys.argv[1:] == ["--stale"]:
        return stale()
    wanted = set(sys.argv[1:])
    unnoticed = 0
    for stage, name, file, old, new, *tests in CHECKS:
        if wanted and name not in wanted:
            continue
        tree = fresh_copy()
        path = tree / file
        text = path.read_text()
        if text.count(old) != 1:
            print(f"stale      {stage:<10} {name}: the text stands {text.count(old)} times in {file}")
            return 2
        path.write_text(text.replace(old, new))
        failures = run_vectors(tree) or run_tests(tree, tests)
        noticed = bool(failures)
        unnoticed += not noticed
        print(f"{'noticed' if noticed else 'UNNOTICED':<10} {stage:<10} {name}: {failures[0] if noticed else 'every vector passed'}", flush=True)
    print(f"{unnoticed} deletions went unnoticed")
    return 1 if unnoticed else 0


def stale() -> int:
    """Whether every text stands once in its file."""
    found = [(name, file, (ROOT / file).read_text().count(old)) for _, name, file, old, *_ in CHECKS]
    for name, file, times in found:
        if times != 1:
            print(f"stale      {name}: the text stands {times} times in {file}")
    if len({name for name, *_ in found}) != len(found):
        print("stale      two checks have one name")
        return 2
    return 2 if any(times != 1 for *_, times in found) else 0


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


def run_tests(tree: pathlib.Path, names: list[str]) -> list[str]:
    """The failing tests of the library among those with these names."""
    environment = dict(os.environ, CARGO_TARGET_DIR=str(COPY / "build"), RUSTFLAGS="-A warnings", CARGO_INCREMENTAL="1")
    for name in names:
        test = ["cargo", "test", "--quiet", "-p", "vidimus", "--lib", name]
        done = subprocess.run(test, cwd=tree, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("    ") and "::" in line]
            return lines or [done.stderr.strip().splitlines()[-1]]
    return []


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
