# What a person asks for. `make` alone says what there is.

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
RELEASE := $(TARGET)/release/hopline

# Further arguments of the program: make demo ARGS='--web-listen 127.0.0.1:8080'
ARGS ?=

.PHONY: help demo run test bench fmt release sdk setup-demo setup-test ui

help:
	@echo "make demo    install what is missing, build, serve, and run a small shop that sends spans"
	@echo "make run     the same without the shop"
	@echo "make test    everything: format, lints, docs, tests, viewer, browser, exporters, licences"
	@echo "make bench   measure the release build; results go to bench/runs"
	@echo "make fmt     format everything"

demo: release
	@exec $(RELEASE) demo $(ARGS)

run: release
	@exec $(RELEASE) serve $(ARGS)

release: setup-demo
	@scripts/expect $(RELEASE)
	@$(CARGO) build --release --locked --bin hopline

test: setup-test sdk ui
	@echo "== format"
	@$(CARGO) fmt --all --check
	@echo "== lints"
	@scripts/expect $(TARGET)/debug/hopline
	@$(CARGO) lint
	@echo "== docs"
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items --locked --quiet
	@echo "== tests"
	@$(CARGO) test --workspace --locked

# The viewer's own checks. Its bundle is built by cargo, in ui/build.rs.
ui: ui/node_modules/.package-lock.json
	@echo "== viewer"
	@cd ui && npm run --silent check && npm test --silent

ui/node_modules/.package-lock.json: ui/package-lock.json ui/.npmrc
	@echo "== the viewer's packages"
	@cd ui && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

sdk: setup-test
	@scripts/sdk

bench: release
	@$(CARGO) build --release --locked --package hopline-bench
	@$(TARGET)/release/hopline-bench run --binary $(RELEASE) $(ARGS)

fmt: ui/node_modules/.package-lock.json
	@$(CARGO) fmt --all
	@cd ui && npm run --silent format

setup-demo:
	@scripts/setup demo

setup-test:
	@scripts/setup test
