# The LiveRC practice warehouse. `make` lists the targets; settings come from the environment, .env or the command line.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One environment. Each file says that the packages of a lock are installed: requirements.lock for the commands,
# requirements-dev.lock for tests and lint, requirements-bench.lock for the benchmark. The later ones contain the first.
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
READY_BENCH := $(VENV)/.ready-bench
SCRAPER := $(BIN)/python -m scraper
# axe-core, which tests the accessibility of pages, is a package of npm; npm itself is one of requirements-dev.lock.
AXE := tests/support/axe
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:
# A worker gets whole files, in the order of tests/conftest.py.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
COMPILE := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-strip-extras --no-annotate --no-header --no-emit-index-url --quiet

.DEFAULT_GOAL := help
# `make crawl transform` runs one after the other, with -j too.
.NOTPARALLEL:
# Under this name `make -n` does not run the recipe that uses it.
GO_ON := $(MAKE) --no-print-directory
.PHONY: help crawl reparse transform status verify doctor demo report export columns docs dbt serve worker db-shell db-stop
.PHONY: migrate
.PHONY: test test-reliability soak lint format bench bench-test lock clean

help: ## List the targets
	@echo "make <target> [SETTING=value …]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "Example: make crawl transform TRACK=canberraoffroad DATE=2025-10-25"
	@echo "Arguments: TRACK, DATE or FROM and TO, LIST_ONLY, REFRESH, FULL, QUIET, OUT, FORMAT, PERSON, MODEL. Settings: see README.md"

# What a crawl has stored is derived also when it ended with status 1, such as a changed layout at one track. It has stored
# nothing if its settings are wrong (2) or another crawl is running (4).
crawl: $(READY) ## Fetch practice days into the raw tables: TRACK and DATE, or FROM and TO; without them, the scheduled crawl
	@$(SCRAPER) crawl || { status=$$?; goals=" $(MAKECMDGOALS)"; goals=$${goals##* crawl}; \
		if [ $$status -eq 1 ] && [ -n "$$goals" ]; then $(GO_ON) $$goals; fi; exit $$status; }

reparse: $(READY) ## Read the stored bodies of failed pages again, after a fix of a page object; sends no request
	@$(SCRAPER) reparse

transform: $(READY) ## Derive the final schema from what changed, and test it; FULL=1 derives every day again
	@$(SCRAPER) transform

demo: $(READY) ## Crawl and transform the bundled sample site; needs no network once the environment is installed
	@$(SCRAPER) demo

status: $(READY) ## Print the last crawl and transform, and what each day lacks; exit status 1 if anything is missing or stale
	@$(SCRAPER) status

verify: $(READY) ## Compare all derived rows with all raw rows, and run every test; for a nightly run
	@$(SCRAPER) verify

doctor: $(READY) ## Check settings, server, rights, migrations, locks, disk and clock; print a remedy for each problem
	@$(SCRAPER) doctor

export: $(READY) ## Write the changed days of racing and analytics to Parquet in exports/; TRACK, DATE, FROM, TO, FULL; FORMAT=csv and PERSON for a spreadsheet
	@$(SCRAPER) export

columns: $(READY) ## List the models of racing and analytics; MODEL=sessions lists the columns of one
	@$(SCRAPER) columns

report: $(READY) ## Write one practice day as an HTML file that needs no network: TRACK and DATE; OUT= names the file
	@$(SCRAPER) report

serve: $(READY) ## Run the service: web server and worker, on 127.0.0.1:8000 unless SERVE_HOST and SERVE_PORT say otherwise
	@$(BIN)/python -m service serve

docs: $(READY) ## Build the dbt documentation: models, columns, lineage
	@$(SCRAPER) docs

dbt: $(READY) ## Run dbt: make dbt ARGS="build -s +laps"
	@$(SCRAPER) dbt

worker: $(READY) ## Do the jobs of the service until SIGTERM; SCHEDULE_CRAWL, SCHEDULE_VERIFY and SCHEDULE_EXPORT ask for some at times
	@$(BIN)/python -m service worker

db-shell: $(READY) ## Run psql on the database
	@$(SCRAPER) db-shell

db-stop: $(READY) ## Stop the embedded database server; a target that needs it starts it again
	@$(SCRAPER) db-stop

migrate: $(READY) ## Bring the database's schema up to date; every target that needs it does so by itself
	@$(SCRAPER) migrate

test: $(READY_DEV) ## Run the tests, except those of test-reliability and bench-test; ARGS="tests/pages -k month" selects some
	@$(PYTEST) -m "not reliability" --ignore tests/bench/competitors $(ARGS)

test-reliability: $(READY_DEV) ## Kill and disturb the commands, and count the losses; low counts, for every change
	@$(PYTEST) -m reliability $(ARGS)

soak: $(READY_DEV) ## Run the reliability tests at full counts, half an hour on two cores; prints trials, faults and losses
	@SOAK=1 $(PYTEST) -m reliability $(ARGS)

lint: $(READY_DEV) ## Run ruff, mypy, import-linter, dbt's parser with warnings as errors, sqlfluff, and linters of workflows and deploy/
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(SCRAPER) lint-sql
	@$(BIN)/actionlint -shellcheck= -pyflakes=
	@$(BIN)/zizmor --offline --quiet .github
	@$(BIN)/hadolint deploy/Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml

format: $(READY_DEV) ## Format Python, and fix what ruff can fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY_BENCH) ## Measure against other tools, some minutes; BENCH_AGAINST=<folder> measures against another checkout
	@$(BIN)/python -m bench

bench-test: $(READY_BENCH) ## Test that the competitors of make bench produce the same rows; installs them
	@$(PYTEST) tests/bench/competitors $(ARGS)

lock: ## Write the three locks from pyproject.toml; ARGS=--upgrade chooses the newest versions within its bounds
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && $(PYTHON) -m venv "$$tools" && \
		"$$tools/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: 'uv>=0.13,<0.14' && \
		"$$tools/bin/uv" $(COMPILE) $(ARGS) --extra dev -o requirements-dev.lock && \
		"$$tools/bin/uv" $(COMPILE) $(ARGS) -c requirements-dev.lock -o requirements.lock && \
		"$$tools/bin/uv" $(COMPILE) $(ARGS) -c requirements-dev.lock --extra dev --extra bench -o requirements-bench.lock

clean: ## Remove the environment and dbt's artifacts; keep the database in .data
	@if [ -e $(READY) ]; then $(SCRAPER) db-stop; fi
	@rm -rf $(VENV) target logs

# A changed lock begins a new environment, so that nothing stays that the lock no longer names. The programs of the
# embedded server are in the environment: stop the server first.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || \
		{ echo "$(PYTHON) is not Python 3.11 to 3.14: install one, and name it: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 2; }
	@if [ -e $@ ]; then $(SCRAPER) db-stop; fi
	@echo "Installing the dependencies into $(VENV): once, about a minute …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) -r $<
	@touch $@

# Packages that are added replace none that a running server uses: the locks agree on all that they share.
$(VENV)/.ready-%: requirements-%.lock $(AXE)/package-lock.json $(READY)
	@if [ -e $@ ]; then $(MAKE) --no-print-directory --what-if=requirements.lock $(READY); fi
	@echo "Installing the dependencies of $< into $(VENV) …"
	@$(INSTALL) -r $<
	@cp $(AXE)/package.json $(AXE)/package-lock.json $(VENV) && $(BIN)/npm ci --prefix $(VENV) --ignore-scripts --silent
	@touch $@
