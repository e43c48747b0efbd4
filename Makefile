# Developer commands. `make` alone lists them; everything is installed into .venv inside the checkout.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/installed
SCRIPTS := benchmarks examples/lorenz96 tests/conformance
# Scripts import packages that are not always there; the random programs are a test's modules and checked with it.
LENIENT := --no-warn-return-any --no-warn-unused-ignores --allow-untyped-decorators
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint check format bench bench-simulation clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(STAMP) ## create .venv with the compiler and the developer tools

demo: $(STAMP) ## Lorenz-96: train a closure, compile it ahead of time, forecast with the artifact
	$(BIN)/python examples/lorenz96/demo.py

test: $(STAMP) ## run all tests (pytest, lit)
	$(BIN)/python -m pytest $(TESTFLAGS)

lint: $(STAMP) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	for folder in $(SCRIPTS); do MYPYPATH=$$folder:tests/conformance $(BIN)/mypy $(LENIENT) \
	  $$(ls $$folder/*.py | grep -v /random_) || exit 1; done

check: lint test ## everything continuous integration runs

format: $(STAMP) ## format the sources and sort the imports
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/installed-bench ## measure inference beside torch and ONNX Runtime
	$(BIN)/python benchmarks/inference.py

bench-simulation: $(VENV)/installed-bench ## measure simulations beside NumPy, numba, JAX and torch.compile
	$(BIN)/python benchmarks/simulation.py $(BENCHFLAGS)

clean: ## remove .venv and everything built
	rm -rf $(VENV) build dist *.egg-info src/*.egg-info .pytest_cache .mypy_cache .ruff_cache out

# torch comes first and alone, so that no other requirement decides which build of it is taken.
$(STAMP): pyproject.toml constraints.txt Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "error: '$(PYTHON)' is missing or older than Python 3.11"; \
	    echo "note: name another one, as in: make venv PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "error: '$(PYTHON)' cannot create virtual environments"; \
	    echo "note: on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt torch==2.13.0
	$(PIP) install --quiet --constraint constraints.txt --editable '.[compiler,dev,demo]'
	@touch $@

$(VENV)/installed-bench: $(STAMP)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[bench]'
	@touch $@
