# make demo   trains a haze classifier on scenes made here, tests it and draws what it says
# make test   lint, types and tests
# Each makes .venv if it is missing. PYTHON=python3.12 takes another Python; 3.9 is the oldest.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: demo test lint clean

demo: $(VENV)/.demo
	$(RUN) tools/demo.py

test: lint
	$(RUN) -m pytest -q

lint: $(VENV)/.tests
	$(RUN) -m ruff check .
	$(RUN) -m mypy

# a stamp for each set of extras, made anew when the requirements change
$(VENV)/.%: setup.py pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9) and "mmhaze needs Python 3.9 or newer: make PYTHON=python3.12 ...")'
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -e '.[$*]'
	touch $@

clean:
	rm -rf $(VENV) demo_out data/demo build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
