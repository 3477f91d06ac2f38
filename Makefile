# The two main commands are `make run` and `make test`. They need only make and Python 3.11 or newer.
.DEFAULT_GOAL := help
.PHONY: help run test test-slow test-djongo check bench guard evaluate faults attack soak nightly release pictures lock clean install install-dev
PYTHON_IN_VENV := .venv/bin/python

# requirements*.txt list every package with the hashes of its files, and nothing else is installed. `make lock` generates them
# from requirements*.in, for all systems and Python versions.
LOCK := .venv/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --no-python-downloads \
	--generate-hashes --custom-compile-command "make lock"

# Creates a virtual environment and installs into it, unless that was done with the same requirements in the same place.
# An environment that was moved, or whose Python was removed, is created again.
# Usage: $(call install_into_venv,requirements file,another environment than .venv)
define install_into_venv
	@set -eu; \
	stamp="$(or $(2),.venv)/installed-from-$(1)"; \
	wanted="$$(cksum < $(1)) $$(pwd)"; \
	if [ "$$(cat "$$stamp" 2>/dev/null)" = "$$wanted" ] && $(or $(2),.venv)/bin/python -c ''; then exit 0; fi; \
	if ! [ "$$(cat $(or $(2),.venv)/made-in 2>/dev/null)" = "$$(pwd)" ] || ! $(or $(2),.venv)/bin/python -m pip --version >/dev/null 2>&1; then \
		found=""; \
		for candidate in $${PYTHON:-} python3 python3.13 python3.12 python3.11; do \
			if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$candidate"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "lambdaserve needs Python 3.11 or newer; none was found. PYTHON=/path/to/python make … names one." >&2; exit 1; \
		fi; \
		echo "Making $(or $(2),.venv) with $$("$$found" --version)"; \
		"$$found" -m venv --clear $(or $(2),.venv) || { echo "python's venv module is missing (Debian: apt install python3-venv)" >&2; exit 1; }; \
		pwd > $(or $(2),.venv)/made-in; \
	fi; \
	echo "Installing $(1) into $(or $(2),.venv) (once per change of it)"; \
	$(or $(2),.venv)/bin/python -m pip install --disable-pip-version-check --require-hashes -r $(1); \
	echo "$$wanted" > "$$stamp"
endef

help: ## List these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1|\2/' | while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done

install: ## Install into .venv what running the service needs
	$(call install_into_venv,requirements.txt)

install-dev: ## Install into .venv what the tests need
	$(call install_into_venv,requirements-dev.txt)

run: install ## Serve on http://127.0.0.1:8000 with embedded stores and sample data, until Ctrl-C
	@$(PYTHON_IN_VENV) manage.py serve

test: install-dev ## Run the everyday tests, one process per processor
	@$(PYTHON_IN_VENV) -m pytest --numprocesses auto --dist loadfile -m "not slow" $(ARGS)

test-slow: install-dev ## Run the tests that start the whole service or a browser
	@$(PYTHON_IN_VENV) -m pytest --numprocesses auto --dist loadfile -m slow $(ARGS)

test-djongo: ## Run the admin's tests of stored documents with djongo, in an environment of its own
	$(call install_into_venv,requirements-djongo-dev.txt,.venv-djongo)
	@VIEWS_ENGINE=djongo .venv-djongo/bin/python -m pytest tests/pages/test_stored_documents.py $(ARGS)

check: install-dev ## Check style, types, layers, migrations and production settings
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .
	$(PYTHON_IN_VENV) -m mypy --strict
	.venv/bin/lint-imports
	ENV_FILE= SECRET_KEY=0123456789-checked-and-thrown-away $(PYTHON_IN_VENV) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	ENV_FILE= SECRET_KEY="$$($(PYTHON_IN_VENV) -c 'import secrets; print(secrets.token_urlsafe(48))')" ALLOWED_HOSTS=api.example.org \
		$(PYTHON_IN_VENV) manage.py check --deploy --fail-level WARNING

bench: install-dev ## Measure the service by itself and beside a FastAPI service (ARGS=--help)
	@$(PYTHON_IN_VENV) -m benchmarks $(ARGS)

guard: install-dev ## Compare the cost of requests, start and memory with this release's figures (ARGS=--help)
	@$(PYTHON_IN_VENV) -m benchmarks.guard $(ARGS)

evaluate: install-dev ## Evaluate recommendations beside simpler methods, on simulated likes (ARGS=--help)
	@$(PYTHON_IN_VENV) -m benchmarks.likes $(ARGS)

faults: install-dev ## Make stores, layers and workers fail under load and check every answer (ARGS=--help)
	@$(PYTHON_IN_VENV) -m tests.integration.faults $(ARGS)

attack: install-dev ## Send a real server thousands of requests generated from its description (ARGS=--help)
	@$(PYTHON_IN_VENV) -m tests.contract $(ARGS)

soak: install-dev ## Overload a real server for ten minutes and check that nothing grows (ARGS=--help)
	@$(PYTHON_IN_VENV) -m tests.integration.soak $(ARGS)

nightly: install-dev ## Run the checks that take too long for every change; results go to docs/nightly.md (ARGS=--help)
	@$(PYTHON_IN_VENV) -m tests.nightly $(ARGS)

release: install-dev ## Make an archive, a list of all packages (SBOM) and provenance in build/release (ARGS=--help)
	@$(PYTHON_IN_VENV) -m deploy.release $(ARGS)

pictures: install-dev ## Take the README's pictures of a running service (ARGS=http://127.0.0.1:8000)
	@$(PYTHON_IN_VENV) -m deploy.pictures $(ARGS)

lock: install-dev ## Pin the packages of requirements*.in and their dependencies (ARGS=--upgrade: newest versions)
	$(LOCK) $(ARGS) --output-file requirements.txt requirements.in
	$(LOCK) $(ARGS) --constraints requirements.txt --output-file requirements-dev.txt requirements-dev.in
	$(LOCK) $(ARGS) --output-file requirements-djongo.txt requirements-djongo.in
	$(LOCK) $(ARGS) --constraints requirements-djongo.txt --output-file requirements-djongo-dev.txt requirements-djongo-dev.in

clean: ## Remove .venv, the local data and all caches
	rm -rf .venv .venv-djongo .data build .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
