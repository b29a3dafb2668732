# The only commands that people and CI type. `make help` lists them.

# Tests build outside the repository, so that a fresh clone on a warm machine is fast; `up` and `build` leave target/ alone.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rendezvous
RELEASE := $(or $(CARGO_TARGET_DIR),target)/release/rendezvous
TYPES := web/sdk/src/wire.generated.ts

.DEFAULT_GOAL := help
.PHONY: help up build web test check types spec e2e docs bench harness contracts sdks faults autobahn bounds fuzz clean

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## /  make \1\t/p' Makefile | expand -t 18

up: build ## build, then run all three services with a demo session; more arguments through ARGS="--demo-in 10s"
	@exec $(RELEASE) up --demo $(ARGS)

build: web ## the web app and the release binary, target/release/rendezvous (or under CARGO_TARGET_DIR)
	cargo build --release --locked -p rendezvous

web: ## the web app, into web/app/dist
	@scripts/build-web.sh

test: ## install what the tests need, then run every suite; the last line counts all
	@scripts/install-test-deps.sh
	@python3 scripts/test.py

check: ## formatting, lints, boundaries, names, floors, docs, dependencies, rules and tests, fresh types
	@scripts/install-test-deps.sh check
	@python3 scripts/test.py tooling check

types: ## write what is generated: web/sdk/src/wire.generated.ts from crates/wire, the types of the SDKs for servers from /openapi.json
	CARGO_TARGET_DIR=$${CARGO_TARGET_DIR:-$(CACHE)/target} \
	  cargo run -q -p wire --features typescript --bin export-types -- $(TYPES)
	@scripts/sdks/install.sh
	CARGO_TARGET_DIR=$${CARGO_TARGET_DIR:-$(CACHE)/target} cargo build -q --workspace --all-features --bins
	@python3 scripts/sdks/generated.py $(or $(CARGO_TARGET_DIR),$(CACHE)/target)/debug/rendezvous

docs: ## the reference of the TypeScript packages, into target/reference
	@scripts/build-web.sh --modules-only
	@cd web && ../scripts/with-node npm run --silent docs

spec: ## write into docs/SPEC.md which tests each rule has
	@python3 scripts/spec.py

e2e: ## the stories in real browsers
	@scripts/install-test-deps.sh
	@python3 scripts/test.py e2e

harness: ## the seeded harness around signaling's core, 1,000 seeds
	@python3 scripts/test.py harness

contracts: ## whether the services answer as their /openapi.json says, tried by Schemathesis
	@scripts/install-test-deps.sh
	@python3 scripts/test.py contracts

sdks: ## the SDKs for servers, in Node and Python, against the running product
	@scripts/install-test-deps.sh
	@python3 scripts/test.py sdks

faults: ## every fault around the real binary: kills, full and failing disks, clocks, bad links, databases that are away, 300 kills of chat on each store (two hours)
	@scripts/install-test-deps.sh faults
	@RENDEZVOUS_FAULTS=all python3 scripts/test.py faults chat-long

autobahn: ## the Autobahn WebSocket suite (RFC 6455) against the shared sockets; fetches it once
	@python3 scripts/test.py autobahn

fuzz: ## each fuzz target for two minutes, from its corpus on (half an hour); ARGS="30 sdp" for one, shorter
	@scripts/fuzz.sh $(ARGS)

bounds: build ## try the bounds that a stranger meets against the release binary, and write docs/SECURITY.md's figures (8 minutes)
	@python3 tools/bounds/run.py --binary $(RELEASE) $(ARGS)

bench: ## measure against a bare relay and PeerJS, and write docs/PERFORMANCE.md's figures; ARGS=--quick to try it
	@python3 tools/bench/run.py $(ARGS)

clean: ## remove what was built here; the cache of tools and test builds stays
	rm -rf target web/app/dist web/node_modules web/e2e/results
