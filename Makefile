# Everything a command needs is set up on first use, from the locks, into .venv and node_modules,
# and again only when a lock changes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
PYTHON_BIN := $(VENV)/bin/python
PAGE := web/scoreboard
PEERS := tests/bench/peers
PAGE_FILES := $(shell find $(PAGE) -name node_modules -prune -o -type f -print 2>/dev/null)

# The tools of the environment come first, npm's and Node's included where they were brought.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

LOCKED := $(PYTHON_BIN) -m pip install -qq --no-deps --require-hashes

.PHONY: help run test fuzz audit bench soak shots format types lock clean setup page venv node

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime page ## Start the server and a rehearsal of the 97th night at 60x
	@$(PYTHON_BIN) scripts/run.py

test: $(VENV)/.dev page ## Run every check and every test
	@scripts/check

fuzz: $(VENV)/.dev page ## Hammer on every door of the API, 5,000 requests as each role
	@PYTHONPATH=tests $(PYTHON_BIN) scripts/hammer.py

audit: $(VENV)/.dev node ## Ask the public services for known weaknesses of what is locked
	@for lock in requirements*.lock; do \
	    printf '\n== %s\n' "$$lock"; \
	    $(VENV)/bin/uv tool run --quiet pip-audit --disable-pip --require-hashes -r $$lock || exit 1; \
	done
	@printf '\n== %s\n' $(PAGE)
	@cd $(PAGE) && npm audit

bench: $(VENV)/.dev $(VENV)/.bench $(PEERS)/node_modules/.installed page ## Take every measurement of tests/bench
	@for bench in tests/bench/fanout tests/bench/size $(filter-out tests/bench/test_%,$(wildcard tests/bench/*.py)); do \
	    printf '\n== %s\n' "$$bench"; $(PYTHON_BIN) "$$bench" || exit 1; \
	done

soak: $(VENV)/.dev page ## 500 kills; 2,000 flipped bits; crowds of thousands: a night, restarts, half an hour of coming and going; attacks
	@for soak in kills damage night restart churn attack replay_attacks; do \
	    printf '\n== %s\n' "$$soak"; $(PYTHON_BIN) "tests/soak/$$soak.py" || exit 1; \
	done

shots: $(VENV)/.dev page ## Take pictures of the pages into shots/, and the README's
	@PYTHONPATH=tests $(PYTHON_BIN) scripts/shots.py

format: $(VENV)/.dev $(PAGE)/node_modules/.installed ## Put every file in its form
	ruff check --fix --quiet .
	ruff format --quiet .
	cd $(PAGE) && npm run --silent format

types: $(VENV)/.dev $(PAGE)/node_modules/.installed ## Write the OpenAPI document and the page's types anew
	$(VENV)/bin/tracker openapi > $(PAGE)/openapi.json.tmp
	mv $(PAGE)/openapi.json.tmp $(PAGE)/openapi.json
	cd $(PAGE) && npm run --silent types

lock: $(VENV)/.dev node ## Renew the locks of both languages
	scripts/lock
	for folder in $(PAGE) $(PEERS); do \
	    (cd $$folder && npm update --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund) || exit 1; \
	done

clean: ## Remove what was set up and built; the database in var/ stays
	rm -rf $(VENV) $(PAGE)/node_modules $(PEERS)/node_modules web/static dist
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

setup: $(VENV)/.dev page ## Set everything up, and stop there

# --- the Python environment

venv:
	@scripts/venv

$(VENV)/.runtime: requirements.lock requirements-build.lock pyproject.toml | venv
	@echo "setup: Python packages"
	@$(LOCKED) -r requirements-build.lock -r requirements.lock
	@$(PYTHON_BIN) -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "setup: Python tools"
	@$(LOCKED) --no-compile -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev
	@echo "setup: Python packages to measure beside"
	@$(LOCKED) --no-compile -r requirements-bench.lock
	@touch $@

# --- what comes from npm

$(PEERS)/node_modules/.installed: $(PEERS)/package.json $(PEERS)/package-lock.json | node
	@echo "setup: packages from npm to measure beside"
	@cd $(PEERS) && npm ci --no-audit --no-fund --silent
	@touch $@

# --- the page

node: | venv
	@scripts/node

$(PAGE)/node_modules/.installed: $(PAGE)/package.json $(PAGE)/package-lock.json | node
	@echo "setup: packages of the page"
	@cd $(PAGE) && npm ci --no-audit --no-fund --silent
	@touch $@

# The stamp lies outside web/static, since a build empties that; without its output it is stale.
$(PAGE)/node_modules/.built: $(PAGE)/node_modules/.installed $(PAGE_FILES) $(if $(wildcard web/static/*),,absent)
	@echo "setup: building the page"
	@cd $(PAGE) && npm run --silent build -- --logLevel warn
	@touch $@

.PHONY: absent
absent:

page: $(PAGE)/node_modules/.built
