# make run   sets everything up and starts the program (without a terminal: the tour of the labs)
# make test  sets everything up and runs the checks, but for the long ones
# make test-all  runs the long ones too
# make site  builds the chapters as pages for a browser, in .build/site
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test test-all lint site clean

setup: $(VENV)/.installed

$(BIN)/python:
	@echo "Preferably: making a virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Preferably needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); $(PYTHON) -m pip install --quiet --target .build/virtualenv virtualenv && PYTHONPATH=.build/virtualenv $(PYTHON) -m virtualenv --quiet $(VENV); }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Preferably: installing what it needs (once; a few minutes)"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Preferably: installing what the tests need (once)"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: setup
	@if [ -t 1 ]; then exec $(BIN)/preferably; else exec $(BIN)/preferably tour; fi

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Each worker takes one stretch of the tests, so that what a file makes once is seldom made twice.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal

test: lint
	$(PYTEST) -m "not long"

test-all: lint
	$(PYTEST)

site: $(VENV)/.installed-dev
	@$(BIN)/python -m tui.site .build/site-source
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "The site is in .build/site: open .build/site/index.html"

clean:
	rm -rf $(VENV) .build
