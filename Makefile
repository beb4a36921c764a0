# The few commands of this project. `make` alone lists them.

# Where cargo puts its output. The tools for the tests are in $(TARGET)/tools.
TARGET := $(or $(CARGO_TARGET_DIR),target)
TOOLS := $(abspath $(TARGET))/tools
export PATH := $(TOOLS)/bin:$(PATH)

# Most tests wait for programs to start, for a scrape or for a timeout, so more of them run at once than there are cores.
export RUST_TEST_THREADS ?= $(shell echo $$((2 * $$(nproc))))

# Everything that the built page depends on.
PAGE_SOURCES := $(shell find web/src -type f) web/index.html web/vite.config.ts web/tsconfig.json docs/openapi.json

# The browser tests start this binary.
E2E := KOLIBRI_BINARY="$(abspath $(TARGET))/debug/kolibri" npm run
QUIETLY := $(abspath scripts/quietly)
PYTHON = $(shell git grep -lI '^\#!.*python' ; git ls-files '*.py')
SHELL_SCRIPTS = $(shell git grep -lIE '^\#!.*[/ ](ba)?sh$$')

.PHONY: help run page model check test test-long reliability lint bless bench ops-demo screenshots tools

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

run: page model ## Build the node with its page and its model and start it (Ctrl-C stops it)
	cargo build --release --locked
	exec "$(TARGET)/release/kolibri" serve

page: web/dist/index.html ## Build the page, which cargo then embeds into the node

model: ## Make the model that finds answers by meaning, which cargo then embeds into the node (40 MB)
	@scripts/make-model

web/dist/index.html: web/node_modules/.package-lock.json $(PAGE_SOURCES)
	cd web && $(QUIETLY) npm run build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && $(QUIETLY) npm ci --no-audit --no-fund
	@touch $@

check: web/node_modules/.package-lock.json ## The quick part of `make test`: format, clippy, types, unit tests; needs no test tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cd web && $(QUIETLY) npm run types && $(QUIETLY) npm run lint
	cargo test --workspace --lib --bins --locked
	cd web && npm run test

test: lint ## Everything a change has to pass: lint, then every test, the last ones in a real browser
	cargo test --workspace --locked
	cd web && npm run test
	cd web && $(E2E) e2e

test-long: tools page model ## The Rust tests with many more rounds (kills, generated cases, long streams), and every fuzz target
	KOLIBRI_TEST_LONG=1 PROPTEST_CASES=10000 cargo test --workspace --locked
	scripts/install-test-tools fuzz
	scripts/fuzz

RELIABILITY := backup:: crash:: disk_full:: erasing:: locked:: mark:: replaced:: tamper::

reliability: tools page model ## Do to a node what docs/reliability.md tells of, many times, and write its table anew
	KOLIBRI_TEST_LONG=1 cargo test --locked -p kolibri --test it -- $(RELIABILITY)
	KOLIBRI_BLESS=1 cargo test --locked -p kolibri --test it every_fault_that_is_tried

lint: tools page model ## Format, clippy, types, scripts, dependencies and their licenses, docs
	cargo fmt --all --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	cargo clippy --workspace --all-targets --locked -- -D warnings
	"$(TOOLS)/checkers/bin/shellcheck" $(sort $(SHELL_SCRIPTS))
	"$(TOOLS)/checkers/bin/ruff" check --quiet $(sort $(PYTHON))
	"$(TOOLS)/checkers/bin/check-jsonschema" --quiet --builtin-schema vendor.github-workflows .github/workflows/ci.yml
	cargo deny --locked check bans licenses sources
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --locked
	cd web && $(QUIETLY) npm run api -- --check && $(QUIETLY) npm run types && $(QUIETLY) npm run lint

bless: tools page model ## Write anew what is made from something else: the OpenAPI document, the page's types, the operator's rules, what the hot paths cost
	KOLIBRI_BLESS=1 cargo test --workspace --locked --lib openapi
	KOLIBRI_BLESS=1 cargo test --workspace --locked --test it the_operator_gets_the_rules
	KOLIBRI_BLESS=1 cargo test --workspace --locked --test it the_hot_paths_cost_what_they_did
	cd web && $(QUIETLY) npm run api

bench: model ## Measure Kolibri beside PostgreSQL, Redis and SQLite, and write docs/performance.md (BENCH_SECONDS=10 a round)
	cargo build --release --locked -p kolibri --bins --examples
	scripts/install-test-tools bench
	"$(TOOLS)/bench/bin/python" bench/run

ops-demo: tools page model ## Break a node on purpose and see which alerts fire and what they say (about two minutes)
	cargo build --locked
	scripts/ops-demo "$(TARGET)/debug/kolibri"

screenshots: page model tools ## Retake the README's screenshots of the running node
	cargo build --locked
	cd web && $(E2E) screenshots

tools:
	@scripts/install-test-tools
