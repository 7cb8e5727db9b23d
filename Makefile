# The commands of the project. A person, .ci/run and the workflow call these alone.

PYTHON ?= python3
RUN := .venv/bin/python
BACKEND_TESTS ?= tests/backends
WORKERS ?= 2
SOLUTIONS ?= end

# What names a finished environment: this Python and this folder.
KEY := $(shell $(PYTHON) -m bookbuild.environment key)
MADE_OF := bookbuild/environment.py bookbuild/npm/package-lock.json pyproject.toml

COMPILE := $(RUN) -m uv pip compile --universal --python-version 3.11 --fork-strategy fewest \
	--upgrade --generate-hashes --no-emit-package byhand --no-emit-index-url --no-annotate \
	--no-header --quiet pyproject.toml
# PyTorch's builds for processors and for cards differ in their files and in what they
# ask for. pyproject.toml pins its version, and that pins the rest.
OF_TORCH := torch triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas \
	nvidia-cuda-cupti nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 \
	nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse \
	nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx

.DEFAULT_GOAL := help
.PHONY: help env env-backends book book-elsewhere serve check-equations mutate-equations test test-fast test-weekly test-backends test-downloads \
	test-site pdf offline costs gallery-gpu package links newest lint audit format lock clean

help:  ## say what each command does
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /:/' | awk -F: '{printf "make %-14s %s\n", $$1, $$2}'

env: .venv/made-$(KEY)  ## make the environment in .venv alone

env-backends: .venv-backends/made-$(KEY)

.venv/made-$(KEY): requirements.lock $(MADE_OF)
	@$(PYTHON) -m bookbuild.environment book
	@touch $@

.venv-backends/made-$(KEY): requirements-backends.lock $(MADE_OF)
	@$(PYTHON) -m bookbuild.environment backends
	@touch $@

book: env  ## build the book and its gallery, strictly, into _build/html
	@$(RUN) -m bookbuild build

# The instructions of an older processor with an x86 core round differently, and a
# training that hangs on its last digits ends elsewhere. On one, TensorFlow does not use
# oneDNN; a newer one would ask oneDNN for what this limit takes away, and fail.
OLDER := OPENBLAS_CORETYPE=Prescott TF_ENABLE_ONEDNN_OPTS=0 ONEDNN_MAX_CPU_ISA=SSE41 \
	NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
book-elsewhere: env  ## build the book with the instructions of an older processor
	@$(OLDER) $(RUN) -m bookbuild build

serve: env  ## build, show in a browser, rebuild and reload what changes
	@$(RUN) -m bookbuild serve

check-equations: env  ## evaluate the equations of PAGE=book/..., or of all, from their LaTeX
	@$(RUN) -m bookbuild equations check $(PAGE)

mutate-equations: env  ## change each equation in every way, and see whether it shows
	@$(RUN) -m bookbuild equations mutate $(PAGE)

# pytest rewrites assertions. Where Python is told to keep no compiled code, each worker
# would do so anew each time; that takes longer than the fast tests. Of these a worker
# takes half at once, and an idle one steals; tests/conftest.py hands out the others.
PYTEST := PYTHONDONTWRITEBYTECODE= $(RUN) -m pytest -n $(WORKERS) --dist worksteal

test: env  ## run every test, on WORKERS=2 cores
	@$(PYTEST) -m "not weekly"

test-fast: env  ## run the tests that take no second and need no framework
	@$(PYTEST) -m "not slow and not weekly"

test-weekly: env  ## run the random tests with ten times as many cases, and more of the slow
	@$(PYTEST) --hypothesis-profile=thousands -m "seeds or hypothesis or weekly"

test-backends: env-backends  ## run what must hold on TensorFlow, JAX and PyTorch alike
	@.venv-backends/bin/python -m pytest --backends $(BACKEND_TESTS) $(if $(RECORD),--record) $(if $(RESUME),--resume)

test-downloads: book  ## run what a reader downloads, with what a reader installs
	@$(RUN) -m bookbuild downloads $(if $(ONLY),--only $(ONLY))

test-site: book  ## look at the pages in a browser: weight, search, keyboard, axe, print
	@$(PYTEST) --site -m "not weekly" tests/site $(if $(ONLY),-k $(ONLY))

pdf: env  ## print the built book into one PDF; SOLUTIONS=end, here or no
	@$(RUN) -m bookbuild pdf --solutions $(SOLUTIONS)

offline: env  ## pack the built site into a zip that is read without a server
	@$(RUN) -m bookbuild offline

costs: env  ## measure every example on the processor, for the page of costs
	@$(RUN) -m bookbuild gallery measure cpu

# With the Python at hand, whose Keras has a backend for cards: make gallery-gpu PYTHON=...
gallery-gpu:  ## run and measure every example on a graphics card, or refuse
	@$(PYTHON) -m bookbuild gallery measure gpu

package: env  ## build the package and try its wheel on the oldest and the newest NumPy
	@$(RUN) -m bookbuild package $(addprefix --python ,$(ON))

links: book  ## ask every address that a page links to whether it is there
	@$(RUN) -m bookbuild links

newest: env  ## build the book on the newest Sphinx, parsers and theme
	@$(RUN) -m bookbuild newest

audit: env  ## ask whether a pinned version has a known weakness
	@$(RUN) -m uv tool run pip-audit@2.10.1 --strict --disable-pip --requirement requirements.lock

lint: env  ## check style, types, spelling, imports and the rules for sources
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(RUN) -m codespell_lib
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/zizmor --offline --quiet .github
	@$(RUN) -m bookbuild lint

format: env  ## rewrite the code in the project's style
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

lock: env  ## pin anew the versions that pyproject.toml allows, with hashes
	@$(COMPILE) --extra dev --output-file requirements.lock
	@$(COMPILE) --extra backends --constraint requirements.lock \
		$(addprefix --no-emit-package ,$(OF_TORCH)) --output-file requirements-backends.lock

clean:  ## remove everything generated: the book, the gallery, caches, environments
	@rm -rf _build book/gallery .uv .venv .venv-backends .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
