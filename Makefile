# make demo   trains a haze classifier on scenes made here, tests it and draws what it says
# make test   lint, types and tests
# Each makes .venv if it is missing. PYTHON=python3.12 takes another Python; 3.9 is the oldest.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: demo test lint clean

demo: $(VENV)/.installed
	$(RUN) tools/demo.py

test: lint
	$(RUN) -m pytest -q

lint: EXTRAS = [tests]
lint: $(VENV)/.installed-tests
	$(RUN) -m ruff check .
	$(RUN) -m mypy

# stamps of what is installed, made anew when the requirements change
$(VENV)/.%: setup.py pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9) and "mmhaze needs Python 3.9 or newer: make PYTHON=python3.12 ...")'
	$(RUN) -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -e '.$(EXTRAS)'
	touch $@

clean:
	rm -rf $(VENV) demo_out data/demo build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
