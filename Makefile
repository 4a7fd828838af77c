# `make demo` trains on rendered faces; `make test` runs the whole suite, `make oldest` too, with the
# oldest of each dependency that is allowed. All install first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test oldest lint install
demo: install
	$(BIN)/python train.py

test: install
	$(BIN)/python -m pytest -q --durations=8

oldest: install
	$(PYTHON) -m venv .venv-oldest
	$(BIN)/uv pip install --quiet --python .venv-oldest/bin/python --resolution lowest-direct \
	  --editable '.[test]'
	.venv-oldest/bin/python -m pytest -q

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
