# make demo   trains a haze classifier on scenes made here, tests it and draws what it says
# make check  lint, types and the fast tests: a minute or so, before each commit
# make test   lint, types and all tests
# make docs   the documentation: docs/_build/index.html
# make coverage  the tests, and which lines they reach: htmlcov/index.html
# make dist   sdist and wheel in dist/, checked and tried in an environment of their own
# Each makes .venv if it is missing. PYTHON=python3.12 takes another Python; 3.9 is the oldest.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

# a process for each core, and an idle one takes tests from the others; each wants 1.5 GB
SHARED := -n logical --maxprocesses 8 --dist worksteal

.PHONY: demo check test docs coverage dist lint style types fast tests toolboxes clean

demo: $(VENV)/.installed
	$(RUN) tools/demo.py

check: style
	$(MAKE) -j 2 fast types

test: style $(VENV)/.installed-toolboxes
	$(MAKE) -j 2 tests types toolboxes

fast: $(VENV)/.installed-tests
	$(RUN) -m pytest -q $(SHARED) -m 'not slow'

tests: $(VENV)/.installed-tests
	$(RUN) -m pytest -q $(SHARED)

toolboxes: $(VENV)/.installed-toolboxes
	PYTHONPATH='$(CURDIR)/$(VENV)/toolboxes' $(RUN) -m pytest -q tests/toolboxes

docs: $(VENV)/.installed-tests
	$(RUN) -m sphinx -W --keep-going -q docs docs/_build

coverage: $(VENV)/.installed-tests
	$(RUN) -m pytest -q $(SHARED) --cov --cov-report=term --cov-report=html

dist: $(VENV)/.installed-tests
	$(RUN) -m pip install -q 'build>=1.2' 'twine>=6'
	rm -rf build dist
	MMHAZE_MMCV=none $(RUN) -m build
	$(RUN) -m twine check --strict dist/*
	$(PYTHON) -m venv dist/try
	dist/try/bin/python -m pip install -q "$$(ls dist/*.whl)[lite]"
	cd dist/try && bin/mmhaze info && bin/python -c 'import mmpretrain, mmhaze; mmpretrain.get_model("magnet-fe-s_resnet18_hazel-level")'
	rm -rf dist/try

lint: style types

style: $(VENV)/.installed-tests
	$(RUN) -m ruff check .
	$(VENV)/bin/lint-imports --no-cache

types: $(VENV)/.installed-tests
	$(RUN) -m mypy

# stamps of what is installed, made anew when the requirements change
$(VENV)/.installed-tests: EXTRAS = [tests]
$(VENV)/.%: setup.py pyproject.toml mmhaze/ucm/_passes.c
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9) and "mmhaze needs Python 3.9 or newer: make PYTHON=python3.12 ...")'
	$(RUN) -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -e '.$(EXTRAS)'
	touch $@

# mmdet and mmseg lie beside the environment, as the mmcv that they accept is older than ours
$(VENV)/.installed-toolboxes: tests/toolboxes/requirements.txt tests/toolboxes/mmcv_ext.py | $(VENV)/.installed-tests
	rm -rf $(VENV)/toolboxes
	$(RUN) -m pip install --no-deps --target $(VENV)/toolboxes -r $<
	cp tests/toolboxes/mmcv_ext.py $(VENV)/toolboxes/mmcv/_ext.py
	touch $@

clean:
	rm -rf $(VENV) demo_out data/demo build dist docs/_build htmlcov .coverage* *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
