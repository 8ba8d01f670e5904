# `make run` serves Cultivar, `make test` checks everything. Both set up `.venv` themselves, without root.

SHELL  := bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DONE   := $(VENV)/.done
UV     := $(PYTHON) tools/uv.py
NODE   := $(PYTHON) tools/node.py
HELP   := site/index.html
APP    := web/dist/index.html
NPM    := web/node_modules/.done
PYTEST := $(BIN)/python -m pytest -n $(or $(JOBS),logical) --dist loadgroup
RULES  := $(wildcard tests/*/test_rules.py tests/*/test_instances.py) tests/predictions/test_findings.py

unexport VIRTUAL_ENV
# A run of the tests starts hundreds of processes: without bytecode each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/$(VENV)
export UV_PYTHON := $(shell command -v $(PYTHON))
export UV_PYTHON_DOWNLOADS := never

.PHONY: help run setup app check lint test docs reference client bench soak lock wheel
.DELETE_ON_ERROR:

help: ## Say what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1|/' | column -t -s '|'

run: $(DONE)/server $(HELP) $(APP) ## Serve Cultivar at http://127.0.0.1:8000 (set CULTIVAR_PORT, CULTIVAR_HOST, CULTIVAR_DATA_DIR to change)
	@exec $(BIN)/cultivar serve

setup: $(DONE)/all ## Install everything that development needs, the trainer's torch too

# What serving and its help pages need: no torch, no test tools.
$(DONE)/server: pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --no-default-groups --group docs
	@mkdir -p $(@D) && touch $@

# torch stands outside the lock: its build depends on the machine. uv does not read pip's settings, so they are handed
# over; where none is set it takes the build that PyPI serves, which runs on a CPU too.
$(DONE)/all: pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --all-extras --no-extra ray --no-extra yolo --all-groups
	links="$${UV_FIND_LINKS:-$${PIP_FIND_LINKS:-$$($(PYTHON) -m pip config get global.find-links 2>/dev/null || true)}}"; \
	UV_FIND_LINKS="$$links" $(UV) pip install --quiet --no-config --python $(BIN)/python torch==2.13.0
	@mkdir -p $(@D) && touch $@ $(DONE)/server

docs: $(HELP) ## Build the documentation into site/, served at /help

$(HELP): mkdocs.yml $(shell find docs -type f) | $(DONE)/server
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@touch $@

app: $(APP) ## Build the web app into web/dist, served at /

$(APP): $(NPM) $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)
	$(NODE) run --silent build
	@touch $@

$(NPM): web/package.json web/package-lock.json
	$(NODE) --install
	@touch $@

.PHONY: app-check
app-check: $(NPM)
	$(NODE) run --silent check

lint: $(DONE)/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .

check: $(DONE)/all $(NPM) ## The fast checks: style, types, imports, budgets, quick tests
	@$(MAKE) --no-print-directory --output-sync -j2 lint app-check
	$(PYTEST) --cov --cov-report= --no-cov-on-fail
	$(BIN)/python tools/coverage_report.py

# Counting branches nearly doubles a test's time: here they are counted of the rules alone, by the tests that hold them.
test: $(DONE)/all $(NPM) $(HELP) ## Every check there is
	@$(MAKE) --no-print-directory --output-sync -j2 lint app-check
	$(PYTEST) -m "" --cov --cov-report= --no-cov-on-fail $(RULES)
	$(BIN)/python tools/coverage_report.py --rules
	$(PYTEST) -m "" $(addprefix --ignore=,$(RULES))

reference: $(DONE)/all ## Write the reference pages of docs/ from the code
	$(BIN)/python tools/reference.py

client: $(DONE)/all $(NPM) ## Write the web app's client from the API's document
	$(BIN)/python tools/openapi.py
	$(NODE) run --silent generate

bench: $(DONE)/all $(APP) ## Measure a running server beside the bare loop, the plain way and a peer; the app in a browser
	$(BIN)/python -m bench
	$(BIN)/python -m bench.segmentation
	$(BIN)/python -m bench.bulk
	$(BIN)/python -m bench.app

soak: $(DONE)/all ## What is too long for `make test`: twenty kills a database, a batch of ten thousand photos
	CULTIVAR_SOAK=20 $(BIN)/python -m pytest -m "" --timeout 7200 tests/system/test_kill.py tests/system/test_kill_bulk.py

lock: ## Lock again after a change of dependencies; no path of this machine may get into the lock
	env -u UV_FIND_LINKS $(UV) lock

wheel: $(HELP) $(APP) ## Build the wheel, web app, documentation and packs inside
	$(UV) build --wheel
