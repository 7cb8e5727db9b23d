# The commands of the project. A person, .ci/run and the workflow call these alone.

PYTHON ?= python3
RUN := .venv/bin/python
BACKEND_TESTS ?= tests/backends
COMPILE := $(RUN) -m uv pip compile --universal --python-version 3.11 --fork-strategy fewest \
	--upgrade --no-emit-index-url --no-annotate --no-header --quiet pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help env env-backends book serve test test-fast test-backends test-downloads costs gallery-gpu \
	lint format lock clean

help:  ## say what each command does
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /:/' | awk -F: '{printf "make %-14s %s\n", $$1, $$2}'

env:
	@$(PYTHON) -m bookbuild.environment

env-backends:
	@$(PYTHON) -m bookbuild.environment backends

book: env  ## build the book and its gallery, strictly, into _build/html
	@$(RUN) -m bookbuild build

serve: env  ## build, show at http://localhost:8000, rebuild what changes
	@$(RUN) -m bookbuild serve

test: env  ## run every test (some build miniature books: a few minutes)
	@$(RUN) -m pytest

test-fast: env  ## run the tests that take seconds
	@$(RUN) -m pytest -m "not slow"

test-backends: env-backends  ## run what must hold on TensorFlow, JAX and PyTorch alike
	@.venv-backends/bin/python -m pytest --backends $(BACKEND_TESTS) $(if $(RECORD),--record)

test-downloads: book  ## run what a reader downloads, with what a reader installs
	@$(RUN) -m bookbuild downloads $(if $(ONLY),--only $(ONLY))

costs: env  ## measure every example on the processor, for the page of costs
	@$(RUN) -m bookbuild gallery measure cpu

# With the Python at hand, whose Keras has a backend for cards: make gallery-gpu PYTHON=...
gallery-gpu:  ## run and measure every example on a graphics card, or refuse
	@$(PYTHON) -m bookbuild gallery measure gpu

lint: env  ## check style, types and spelling
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(RUN) -m codespell_lib

format: env  ## rewrite the code in the project's style
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

# What torch's CUDA build adds is pinned by torch itself, and its CPU build lacks it.
lock: env  ## pin anew the versions that pyproject.toml allows
	@$(COMPILE) --extra dev --output-file requirements.lock
	@$(COMPILE) --extra backends --constraint requirements.lock \
		--output-file requirements-backends.lock
	@sed -i.old -E '/^(cuda|nvidia|triton)/d' requirements-backends.lock
	@rm requirements-backends.lock.old

clean:  ## remove everything generated: the book, the gallery, caches, .venv
	@rm -rf _build book/gallery .venv .venv-backends .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
