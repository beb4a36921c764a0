# The few commands of this project. `make` alone lists them.

# Where cargo puts things. The tools of the tests live beside them, in $(TARGET)/tools.
TARGET := $(or $(CARGO_TARGET_DIR),target)
export PATH := $(abspath $(TARGET)/tools/bin):$(PATH)

.PHONY: help run test lint bench ops-demo tools

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

run: ## Build the node and start it (Ctrl-C stops it)
	cargo build --release --locked
	exec "$(TARGET)/release/kolibri" serve

test: lint ## Everything a change has to pass: lint, then every test
	cargo test --workspace --locked

lint: tools ## Format, clippy, shell scripts, dependencies and their licenses, docs
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	"$(TARGET)/tools/checkers/bin/shellcheck" .ci/run scripts/install-test-tools
	cargo deny --locked check bans licenses sources
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --locked

bench: ## Measure TEACH and ASK beside PostgreSQL, drills beside SQLite, recall (BENCH_SECONDS=10 a round)
	cargo build --release --locked
	bench/run

ops-demo: tools ## Break a node on purpose and see which alerts fire and what they say (about two minutes)
	cargo build --locked
	scripts/ops-demo "$(TARGET)/debug/kolibri"

tools:
	@scripts/install-test-tools
