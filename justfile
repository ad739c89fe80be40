# What can be done here. `just` lists it; `just check` is what CI runs.

default:
    @just --list

# Everything that CI runs.
check:
    bash .ci/run

# All tests.
test:
    cargo test --workspace

# Our own vectors, with the coverage gate.
vectors:
    cargo run -q -p vidimus-conformance -- run --coverage test-vectors

# Make the vectors and samples anew.
mint:
    cargo run -q -p vidimus-conformance -- mint --into test-vectors

# Public corpora: `just corpora path/to/corpora`.
corpora path:
    ./conformance/run-corpora.sh {{path}}

# Fuzz every target for a minute, or the named ones.
fuzz *targets:
    cargo run -q -p vidimus-fuzz -- {{targets}}

# The verification benchmark, against ring in the same run.
bench:
    cargo run --release -q -- bench

# The HTTP benchmark, against a bare route in the same run.
bench-service:
    cargo bench --bench service

# vidimus and its rivals in one run (needs Node and Python).
rivals *arguments:
    ./benches/rivals/run.sh {{arguments}}

# Interop with independent implementations (needs Node and Python).
interop:
    ./tests/interop/run.sh

# The page in Chromium (needs Node and Chromium).
browser *cases:
    ./tests/browser/run.sh {{cases}}

# Remove one check after the other and see a test fail.
check-deletion:
    python3 conformance/check_deletion.py

# Make REASONS.md anew from the table.
reasons:
    cargo run -q -- reasons --markdown > REASONS.md
