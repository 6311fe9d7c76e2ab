# Two commands: `make demo` runs the main job on the sample city, `make test` runs every check.
# Both need Python >= 3.11 and make, and nothing else.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
STAMP := $(VENV)/.installed
STAMP_DEV := $(VENV)/.installed-dev

.PHONY: demo test lint types layers unit fix clean python

demo: $(STAMP)
	@$(BIN)/aqdaq sample $(DEMO) --overwrite
	@$(BIN)/aqdaq run $(DEMO) --date 2026-06-01

test: lint types layers unit

lint: $(STAMP_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP_DEV)
	$(BIN)/mypy

layers: $(STAMP_DEV)
	$(BIN)/lint-imports

unit: $(STAMP_DEV)
	$(BIN)/pytest -n 2 --dist loadfile

fix: $(STAMP_DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

python:
	@test -n "$(PYTHON)" || { echo "aqdaq needs Python 3.11 or newer; none was found (set PYTHON=...)" >&2; exit 1; }

$(BIN)/python: | python
	$(PYTHON) -m venv $(VENV)

$(STAMP): requirements/base.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(STAMP_DEV): requirements/dev.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

clean:
	rm -rf $(VENV) $(DEMO) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
