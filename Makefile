# make run · make test · make help
#
# Needs make and Python 3.11 or newer with venv; everything else is made in .venv/ and .data/.
# Programs are run with "python -m": the scripts in .venv/bin break when the checkout is moved.

PYTHON ?= python3
MAKE_ENVIRONMENT = $(PYTHON) -I factually/environment.py
RUN = .venv/bin/python
NEWEST = .venv-newest/bin/python
PACKAGES = factually factchecks sources supporters tests
TEMPLATES = find $(PACKAGES) templates -name '*.html' -exec
DJADE = .venv/bin/djade
UV = uv
LOCK = $(UV) pip compile pyproject.toml --quiet --universal --generate-hashes --no-emit-index-url --no-header

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL = help
.PHONY: run test bench lock format test-newest help

run: ## serve the site on http://127.0.0.1:8000 (PORT=8001 chooses another port)
	@$(MAKE_ENVIRONMENT) run
	@exec $(RUN) manage.py serve --end-with-parent

test: ## run every check (ARGS="-k goal" goes to pytest)
	@$(MAKE_ENVIRONMENT) dev
	@echo "== Lint"; exec $(RUN) -m ruff check manage.py $(PACKAGES)
	@echo "== Format"; exec $(RUN) -m ruff format --check manage.py $(PACKAGES)
	@echo "== Types"; exec $(RUN) -m mypy $(PACKAGES)
	@echo "== Import contracts"; exec $(RUN) -c "from importlinter.cli import lint_imports_command as run; run()"
	@echo "== Templates: style"; exec $(TEMPLATES) $(DJADE) --target-version 5.2 --check {} +
	@echo "== Templates: indentation"; exec $(TEMPLATES) $(RUN) -m djhtml --tabwidth 2 --check {} +
	@echo "== Django idiom"; exec find $(PACKAGES) -name '*.py' -exec $(RUN) -m django_upgrade --target-version 5.2 --check {} +
	@echo "== Migrations"; exec $(RUN) manage.py makemigrations --check --dry-run
	@echo "== Django's checks"; exec $(RUN) manage.py check --fail-level WARNING
	@echo "== Tests"; exec $(RUN) -m pytest $(ARGS)

bench: ## measure the pages against a bare WSGI application; ARGS=desk, =search: 100,000 checks; =supporters, =keeping: 1,000,000; =webhook: a burst; =passages: quotations in 1 MB; =watch: 10,000 sources
	@$(MAKE_ENVIRONMENT) dev
	@exec $(RUN) -m tests.bench $(ARGS)

format: ## put code and templates into the house's form
	@$(MAKE_ENVIRONMENT) dev
	@$(RUN) -m ruff check --fix --quiet manage.py $(PACKAGES)
	@$(RUN) -m ruff format manage.py $(PACKAGES)
	@$(TEMPLATES) $(DJADE) --target-version 5.2 {} + || true # it says by 1 that it changed something
	@$(TEMPLATES) $(RUN) -m djhtml --tabwidth 2 {} +

lock: ## renew the locks from pyproject.toml with uv (ARGS=--upgrade for newer versions)
	@command -v $(UV) >/dev/null || { echo "uv is needed to renew the locks, and is not on this machine." >&2; exit 1; }
	$(LOCK) $(ARGS) -o requirements.txt
	$(LOCK) $(ARGS) --group dev -c requirements.txt -o requirements-dev.txt

test-newest: ## run the tests on the newest Python and Django that can be had
	@$(MAKE_ENVIRONMENT) newest
	@$(NEWEST) -c "import django, platform; print('== Python', platform.python_version(), 'and Django', django.__version__)"
	@exec $(NEWEST) -m pytest $(ARGS)

help: ## list what make can do
	@sed -n 's/^\([a-z-]*\): ## \(.*\)/make \1	\2/p' Makefile | expand -t 20
