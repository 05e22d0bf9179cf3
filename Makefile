# Everything a newcomer needs: `make run`, `make test`. The rest is for people who change the code.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
CATALOGUE := translations/en/LC_MESSAGES/messages

.PHONY: run install test check format lint types contracts templates translations lock clean

## Start the service with the demonstration region on http://127.0.0.1:8000
run: install
	@$(FLASK) migrate
	@$(FLASK) load-demo
	@$(FLASK) sign-ins
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

## Run every check: what must pass before a change lands
check: install $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
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

## Pin what requirements.in and requirements-dev.in resolve to now
lock:
	rm -rf var/lock && $(PYTHON) -m venv var/lock
	var/lock/bin/pip install --quiet --disable-pip-version-check -r requirements.in
	{ echo "# Pinned from requirements.in by \`make lock\`; do not edit by hand."; var/lock/bin/pip freeze; } > requirements.txt
	var/lock/bin/pip freeze | sort > var/runtime.txt
	grep -v '^-c' requirements-dev.in > var/dev.in && var/lock/bin/pip install --quiet --disable-pip-version-check -r var/dev.in
	{ echo "# Pinned from requirements-dev.in by \`make lock\`; do not edit by hand."; echo "-r requirements.txt"; var/lock/bin/pip freeze | sort | comm -13 var/runtime.txt -; } > requirements-dev.txt

clean:
	rm -rf var .mypy_cache .ruff_cache .import_linter_cache .hypothesis
