# The few commands of this project. `make` alone lists them.

# Where cargo puts things. The tools of the tests live beside them, in $(TARGET)/tools.
TARGET := $(or $(CARGO_TARGET_DIR),target)
export PATH := $(abspath $(TARGET)/tools/bin):$(PATH)

# Everything that the built page depends on.
PAGE_SOURCES := $(shell find web/src -type f) web/index.html web/vite.config.ts web/tsconfig.json

.PHONY: help run page test lint bench ops-demo screenshots tools

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

run: page ## Build the node with its page and start it (Ctrl-C stops it)
	cargo build --release --locked
	exec "$(TARGET)/release/kolibri" serve

page: web/dist/index.html ## Build the page, which cargo then embeds into the node

web/dist/index.html: web/node_modules/.package-lock.json $(PAGE_SOURCES)
	cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --silent --no-audit --no-fund
	@touch $@

test: lint ## Everything a change has to pass: lint, then every test, the last ones in a real browser
	cargo test --workspace --locked
	cd web && npm run --silent test
	cd web && KOLIBRI_BINARY="$(abspath $(TARGET))/debug/kolibri" npm run --silent e2e

lint: tools page ## Format, clippy, types, shell scripts, dependencies and their licenses, docs
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	"$(TARGET)/tools/checkers/bin/shellcheck" .ci/run scripts/install-test-tools
	cargo deny --locked check bans licenses sources
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --locked
	cd web && npm run --silent api -- --check && npm run --silent types && npm run --silent lint

bench: ## Measure TEACH and ASK beside PostgreSQL, drills beside SQLite, recall (BENCH_SECONDS=10 a round)
	cargo build --release --locked
	bench/run

ops-demo: tools page ## Break a node on purpose and see which alerts fire and what they say (about two minutes)
	cargo build --locked
	scripts/ops-demo "$(TARGET)/debug/kolibri"

screenshots: page tools ## Take the README's screenshots of the running node anew
	cargo build --locked
	cd web && KOLIBRI_BINARY="$(abspath $(TARGET))/debug/kolibri" npm run --silent screenshots

tools:
	@scripts/install-test-tools
