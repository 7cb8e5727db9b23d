# The commands of the project. A person, .ci/run and the workflow call these alone.

PYTHON ?= python3
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help env book serve test test-fast lint format lock clean

help:  ## say what each command does
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /:/' | awk -F: '{printf "make %-10s %s\n", $$1, $$2}'

env:
	@$(PYTHON) tools/environment.py

book: env  ## build the book and its gallery, strictly, into _build/html
	@$(RUN) tools/build.py

serve: env  ## build, show at http://localhost:8000, rebuild what changes
	@$(RUN) tools/serve.py

test: env  ## run every test (some build miniature books: a few minutes)
	@$(RUN) -m pytest

test-fast: env  ## run the tests that take seconds
	@$(RUN) -m pytest -m "not slow"

lint: env  ## check style, types and spelling
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(RUN) -m codespell_lib

format: env  ## rewrite the code in the project's style
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

lock: env  ## pin anew the versions that pyproject.toml allows
	@$(RUN) -m uv pip compile --universal --python-version 3.11 --fork-strategy fewest \
		--all-extras --upgrade --no-emit-index-url --no-annotate --no-header \
		--quiet pyproject.toml --output-file requirements.lock

clean:  ## remove everything generated: the book, the gallery, caches, .venv
	@rm -rf _build book/gallery .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
