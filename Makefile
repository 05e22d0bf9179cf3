# Everything a newcomer needs: `make run`, `make test`. The rest is for people who change the code.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
CATALOGUE := translations/en/LC_MESSAGES/messages

.PHONY: run install test steps check format lint types contracts templates translations lock dependencies clean

## Start the service with the demonstration region on http://127.0.0.1:8000
run: install
	@$(FLASK) demo
	@trap 'kill 0' INT TERM EXIT; \
	$(FLASK) scheduler & \
	$(BIN)/gunicorn --bind 127.0.0.1:8000 --workers 2 --threads 4 --no-control-socket --log-level warning wsgi:app

## Make the environment for running
install: $(VENV)/.installed $(CATALOGUE).mo

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(CATALOGUE).mo: $(CATALOGUE).po $(VENV)/.installed
	@$(BIN)/pybabel --quiet compile --directory translations

## Run all tests; those that need a browser or PostgreSQL are skipped where these are missing
test: install $(VENV)/.installed-dev
	$(BIN)/pytest --numprocesses 2

## Draw many orders of steps in a timetable and in the life of a meeting; takes about an hour
steps: install $(VENV)/.installed-dev
	$(BIN)/pytest --numprocesses 2 --hypothesis-profile thorough tests/events/test_steps.py tests/outcomes/test_steps.py

## Run every check: what must pass before a change lands
check: install $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/bandit --configfile pyproject.toml --quiet --recursive --severity-level medium sme_match config.py wsgi.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/pytest --numprocesses 2

## Put the code into its one form
format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

## Collect the marked texts into the English catalogue; its head keeps what no clock changes
translations: install
	@mkdir -p var
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --keywords _l --keywords mark_text --no-location --no-wrap --sort-output --omit-header --output-file var/messages.pot .
	$(BIN)/pybabel --quiet update --input-file var/messages.pot --domain messages --locale en --output-dir translations --no-fuzzy-matching --no-wrap --ignore-obsolete
	@sed -i -E '1{/^$$/d}; /^"(Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):/d' $(CATALOGUE).po

# Tools that only the two targets below need, apart from the environment of the project.
var/tools/.made:
	$(PYTHON) -m venv var/tools
	var/tools/bin/pip install --quiet --disable-pip-version-check uv cyclonedx-bom
	@touch $@

## Pin what the requirements*.in ask for, with the hashes of all files; pins stay as they are unless UPGRADE=1
PIN := var/tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
lock: var/tools/.made
	$(PIN) requirements.in --output-file requirements.txt
	$(PIN) requirements-dev.in --output-file requirements-dev.txt
	$(PIN) requirements-cluster.in --output-file requirements-cluster.txt

## List what the service runs on with licences (docs/sbom.json, docs/dependencies.md); fails when a package is abandoned
dependencies: var/tools/.made
	rm -rf var/runtime && $(PYTHON) -m venv var/runtime
	var/runtime/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	var/tools/bin/cyclonedx-py environment --output-reproducible --short-PURLs --output-file docs/sbom.json var/runtime/bin/python
	$(PYTHON) tools/dependencies.py docs/sbom.json docs/dependencies.md

clean:
	rm -rf var .mypy_cache .ruff_cache .import_linter_cache .hypothesis
