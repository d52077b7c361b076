# Everything runs in a virtual environment of its own; Python 3.11 or newer, pip and make are enough.
#   make demo    check the example derivation, derive its gradient, descend along the compiled one
#   make test    run the tests
#   make check   linters, types, import layers, then the tests
#   make pages   bring the picture and the index under docs/ up to date
PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?= -n auto

BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
SETTINGS = pyproject.toml constraints.txt src/gradproof/_version.py

.PHONY: demo test check lint slow pages clean
.DELETE_ON_ERROR:

# The gradient of the first question, in the three styles of its three answers.
ENTRIES = '-(y \log\hat y + (1-y) \log(1-\hat y))' --wrt y_hat
FACTS = --declare 'X \in \mathbb{R}^{m \times n}' --declare 'w \in \mathbb{R}^n' --declare 'y \in \mathbb{R}^m'
CHAIN = 'J = -(y^T \log z + (1-y)^T \log(1-z))' 'z = \sigma(h), h = X w' --wrt w --update $(FACTS)
ARRAYS = 'J = -\frac1m (y : \log\hat y + (1-y) : \log(1-\hat y))' --wrt y_hat \
  --declare 'y \in \mathbb{R}^m' --declare '\hat y \in (0,1)^m'

# The example holds a mistake on purpose: exit code 1 is the right one.
demo: $(VENV)/.installed
	@$(BIN)/gradproof check examples/first_question.md; code=$$?; \
	if [ $$code -ne 1 ]; then \
	  echo "make demo: exit code $$code, expected 1 (the example holds a mistake)" >&2; exit 2; \
	fi
	@echo; $(BIN)/gradproof derive $(ENTRIES) --style elementwise
	@echo; $(BIN)/gradproof derive $(CHAIN) --style chain
	@echo; $(BIN)/gradproof derive $(ARRAYS) --style differential
	@echo; $(BIN)/python examples/descent.py

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: lint test

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright --level error
	$(BIN)/lint-imports

slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)
	@set -e; for file in benchmarks/[!_]*.py; do \
	  if [ -e "$$file" ]; then echo "$$file"; $(BIN)/python "$$file"; fi; \
	done

pages: $(VENV)/.installed-dev
	@mkdir -p docs/pictures
	$(BIN)/gradproof check --exit-zero --format svg examples/first_question.md > docs/pictures/first_question.svg
	$(BIN)/gradproof derive $(CHAIN) --style chain --format svg > docs/pictures/derive.svg
	UPDATE_PAGES=1 $(BIN)/python -m pytest -q tests/test_docs.py

clean:
	rm -rf build dist .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	rm -f $(VENV)/.installed $(VENV)/.installed-dev
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(SETTINGS) | $(BIN)/python
	$(INSTALL) -e .
	@touch $@

$(VENV)/.installed-dev: $(SETTINGS) | $(BIN)/python
	$(INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.installed
