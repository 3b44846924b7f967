# The LiveRC practice warehouse. `make` lists what there is; settings come from the environment, .env or the command line.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SCRAPER := $(BIN)/python -m scraper

.DEFAULT_GOAL := help
# `make crawl transform` is one after the other, whatever -j says.
.NOTPARALLEL:
.PHONY: help crawl reparse transform status verify doctor demo report export docs dbt db-shell db-stop migrate test soak
.PHONY: lint format bench lock clean

help: ## List the targets
	@echo "make <target> [SETTING=value …]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "Example: make crawl transform TRACK=canberraoffroad DATE=2025-10-25"
	@echo "Settings: TRACK, DATE or FROM and TO, LIST_ONLY, REFRESH, FULL, OUT; and those of README.md, section Settings"

crawl: $(READY) ## Fetch practice days into the raw tables: TRACK and DATE, or FROM and TO; without them the scheduled run
	@$(SCRAPER) crawl

reparse: $(READY) ## Read the kept bodies of failed pages again, after a page object was mended; asks the site nothing
	@$(SCRAPER) reparse

transform: $(READY) ## Derive the final schema from what changed, and test it; FULL=1 re-derives everything in place
	@$(SCRAPER) transform

demo: $(READY) ## The main job on the bundled sample site, without network
	@$(SCRAPER) demo

status: $(READY) ## Last crawl and transform, and what is missing of each day; exit 1 if anything is
	@$(SCRAPER) status

verify: $(READY) ## Compare everything derived with everything raw, and test all rows; for a nightly run
	@$(SCRAPER) verify

doctor: $(READY) ## Look at what the work depends on, and say what to do about it
	@$(SCRAPER) doctor

export: $(READY) ## Write racing and analytics to Parquet in exports/, the days that have changed; TRACK, DATE, FROM, TO, FULL
	@$(SCRAPER) export

report: $(READY) ## One practice day as a web page in one file, which needs no network: TRACK and DATE; OUT= names the file
	@$(SCRAPER) report

docs: $(READY) ## Build the dbt documentation: models, columns, lineage
	@$(SCRAPER) docs

dbt: $(READY) ## dbt itself, for analysts: make dbt ARGS="build -s +laps"
	@$(SCRAPER) dbt

db-shell: $(READY) ## psql on the database
	@$(SCRAPER) db-shell

db-stop: $(READY) ## Stop the embedded database server; the next target that needs it starts it again
	@$(SCRAPER) db-stop

migrate: $(READY) ## Bring the database's schema up to date; every target that needs it does so by itself
	@$(SCRAPER) migrate

test: $(READY) ## All tests; ARGS="tests/pages -k month" for some, TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin for another server
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

soak: $(READY) ## The reliability tests at full counts, most of an hour on two cores; ends in a table of trials, faults and losses
	@SOAK=1 $(BIN)/pytest -n 2 --dist loadfile $(or $(ARGS),-m reliability)

bench: $(READY) ## Measure it against other tools, some minutes; BENCH_SESSIONS="10000 1000000" for longer histories
	@$(BIN)/python -m bench

lint: $(READY) ## ruff, mypy, import-linter, sqlfluff, and dbt's own parser with warnings as errors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(SCRAPER) lint-sql

format: $(READY) ## Format Python and SQL
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## Choose versions anew within pyproject.toml's bounds; needs uv
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade --generate-hashes \
		--only-binary :all: --no-strip-extras --no-annotate --no-header --no-emit-index-url --quiet -o requirements.lock

clean: ## Remove the environment and dbt's artifacts; the database under .data stays
	@if [ -e $(READY) ]; then $(SCRAPER) db-stop; fi
	@rm -rf $(VENV) target logs

# The environment is what the lock says, all of it and nothing else: built anew when the lock changes. The embedded
# server's programs are in it, so the server stops first.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || \
		{ echo "$(PYTHON) is not Python 3.11 to 3.14: install one, and name it as in: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 2; }
	@if [ -e $@ ]; then $(SCRAPER) db-stop; fi
	@echo "Installing the locked dependencies into $(VENV), about a minute, once …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@
