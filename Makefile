# nkgraph: everything a newcomer needs is `make serve` and `make test`. Each target sets up .venv/ first where it has to.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
JOBS ?= 2
CLIENTS := .venv-clients
BENCH := .venv-bench

.PHONY: help setup clients build serve check quick test lint types bench bench-reasoning agreement lock wheel clean
.DEFAULT_GOAL := help

help: ## Print this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "nkgraph needs Python 3.11: no $(PYTHON) here; name it with PYTHON=…" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(STAMP) ## Make .venv/ with everything from requirements.lock

$(CLIENTS)/.installed: requirements-clients.lock
	$(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-clients.lock
	@touch $@

clients: $(CLIENTS)/.installed ## Make .venv-clients/: other people's readers of what we write, for tests only

build: $(STAMP) ## Build the graph from data/ into build/
	$(BIN)/nkgraph build

serve: build ## Build the graph and serve it at http://127.0.0.1:8080
	$(BIN)/nkgraph serve --host 127.0.0.1 --port 8080

check: $(STAMP) ## Check the data, and the words where the documents are at hand
	$(BIN)/nkgraph check

quick: $(STAMP) ## The everyday tests: under two minutes
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadscope -m "not slow"

test: $(STAMP) clients lint types ## All tests, which CI runs
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadscope

lint: $(STAMP) ## ruff
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests

types: $(STAMP) ## mypy --strict
	$(BIN)/mypy

bench: $(STAMP) build ## Measure, and print the table
	$(BIN)/python tests/bench/bench.py

$(BENCH)/.installed: requirements-bench.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

bench-reasoning: $(STAMP) $(BENCH)/.installed ## Measure reasoning at 1, 10 and 100 times the graph, beside others
	$(BIN)/python tests/bench/reasoning_bench.py --others $(BENCH)/bin/python

agreement: $(STAMP) ## Agreement of the two codings
	$(BIN)/python -m nkgraph.agreement

lock: $(STAMP) ## Write requirements.lock anew from pyproject.toml
	$(BIN)/pip-compile -q --extra dev --extra drafting --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements-clients.lock requirements-clients.in

wheel: $(STAMP) ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

clean: ## Remove what was built
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache
