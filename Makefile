# `make demo` trains on rendered faces; `make test` runs the whole suite, `make oldest` too, with the
# oldest of each dependency that is allowed. All install first.
PYTHON ?= python3
BIN := .venv/bin
# A process a core, each with one thread: threads of two that wait for each other take twice as long.
SUITE := -m pytest -q --numprocesses auto --maxprocesses 8 --dist worksteal

.PHONY: demo test oldest lint install
demo: install
	$(BIN)/python train.py

test: install
	OMP_NUM_THREADS=1 $(BIN)/python $(SUITE) --durations=8

oldest: install
	$(PYTHON) -m venv .venv-oldest
	$(BIN)/uv pip install --quiet --python .venv-oldest/bin/python --resolution lowest-direct \
	  --editable '.[test]'
	OMP_NUM_THREADS=1 .venv-oldest/bin/python $(SUITE)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

install: .venv/installed

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $$($(PYTHON) --version) is too old; name a Python of 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	@echo "installing into .venv (about 6 GB with torch, the first time) ..."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[test]'
	@touch $@
