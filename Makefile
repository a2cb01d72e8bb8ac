# Everything runs from .venv, made here with nothing but Python 3.11 and what its venv needs.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
TEMPLATES := $(wildcard templates)

.DEFAULT_GOAL := help
.PHONY: help demo test lint format lock screenshots clean

help:
	@echo "make demo     a demo company on SQLite, served on http://127.0.0.1:$(PORT)/"
	@echo "make test     lint, types, import contracts, migrations check, tests"
	@echo "make lint     the same without the tests"
	@echo "make format   put the code in order"
	@echo "make lock     compile requirements*.lock anew from pyproject.toml"
	@echo "make screenshots   pictures of the pages of the demo that runs on port $(PORT)"
	@echo "make clean    remove .venv and caches; var/ (the data) stays"

# The demo is the embedded set-up, whatever else this shell has set.
demo: export DATABASE_URL =
demo: export REDIS_URL =
demo: .venv/runtime.stamp
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) demo
	$(MANAGE) start --port $(PORT)

test: lint
	$(BIN)/python -m pytest -n auto

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --quiet --lint $(TEMPLATES)
	$(BIN)/djlint --quiet --check $(TEMPLATES)
	$(MANAGE) makemigrations --check --dry-run

format: .venv/dev.stamp
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/djlint --quiet --reformat $(TEMPLATES)

# The index the packages come from is a matter of the machine, not of the project: no address here.
LOCKED := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
lock: .venv/dev.stamp
	$(BIN)/uv pip compile $(LOCKED) pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCKED) pyproject.toml --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock

# While the demo runs.
screenshots: .venv/dev.stamp
	$(BIN)/python docs/screenshots/take.py http://127.0.0.1:$(PORT)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Steward needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv

# A stamp is younger than its lock exactly when that lock is installed. The development lock holds
# the runtime's packages in the same versions, so installing it serves both.
.venv/runtime.stamp: requirements.lock | .venv/bin/python
	$(PIP_INSTALL) --requirement requirements.lock
	touch $@

.venv/dev.stamp: requirements-dev.lock | .venv/bin/python
	$(PIP_INSTALL) --requirement requirements-dev.lock
	touch $@ .venv/runtime.stamp
