# Plain `make` lists what there is. Each target sets up what it needs, from a bare clone on.
# PYTHON is the interpreter that .venv is made from; ARGS goes to the command behind the target.

PYTHON ?= python3
ARGS ?=
IN := .venv/bin
# Whole files to a process, as their tests share a world. Three processes keep two cores busy while
# some tests wait for a browser, a clock or a server.
PYTEST := $(IN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
# What somebody waits for. The browser's tests are left to CI, as the bench and the faults are (ADR 21).
SUITE := -m 'not browser'
COVERAGE := --cov --cov-report=term:skip-covered
# What decides money and legality is walked along every branch.
RULES := --include='*/rules/*' --fail-under=100
# How many examples a property is tried with: `tests/properties.py`.
THOROUGH := --hypothesis-profile=thorough
DEEP := tests/stateful -k equal_answers --hypothesis-profile=deep
COMPILE := $(IN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate

export UV_PYTHON_DOWNLOADS := never
# Without bytecode every process compiles Django anew, which costs seconds each; it stays in here.
unexport PYTHONDONTWRITEBYTECODE

# Says what it does, does it, and says how long that took.
step = @printf '\n== %s\n' '$(1)'; begin=$$(date +%s); $(2) || exit $$?; \
	printf '== %s: %d s\n' '$(1)' $$(($$(date +%s) - begin))

.PHONY: help demo test check check-with-services faults fix bench docs messages lock reset clean runtime tools
.NOTPARALLEL:

help:
	@awk -F ': .*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

demo: runtime  ## The marketplace with a demo world in it; Ctrl-C ends everything
	@$(IN)/python -m config.catalogues compile
	@$(IN)/python -m config.demo $(ARGS)

test: tools  ## The tests but a browser's; ARGS="tests/auctions -x" or ARGS=tests/browser for some of all
	@$(IN)/python -m config.catalogues compile
	@$(IN)/python -m config.embedded --fast -- $(PYTEST) $(or $(ARGS),$(SUITE))

check: tools  ## What CI runs: format, lint, types, imports, migrations, documents, tests, bench in small, faults
	$(call step,format,$(IN)/ruff format --check .)
	$(call step,lint,$(IN)/ruff check .)
	$(call step,types,$(IN)/mypy)
	$(call step,imports,$(IN)/lint-imports)
	@$(IN)/python -m config.catalogues compile
	@$(IN)/python -m config.embedded --fast -- $(MAKE) --no-print-directory check-with-services
	$(call step,faults,$(IN)/python -m tests.faults)

check-with-services: export DJANGO_SETTINGS_MODULE := config.settings_test
check-with-services:
	$(call step,migrations,$(IN)/python manage.py makemigrations --check --dry-run)
	$(call step,documents,$(IN)/python manage.py write_docs --check)
	$(call step,tests,$(PYTEST) $(COVERAGE) $(THOROUGH) $(ARGS))
	$(if $(ARGS),,$(call step,rules,$(IN)/coverage report $(RULES)))
	$(if $(ARGS),,$(call step,bench,$(IN)/python -m pytest -q tests/bench/small.py))

faults: tools  ## Kill processes while bidders bid: are the promises kept? ARGS="--seconds 600"
	@$(IN)/python -m config.catalogues compile
	$(call step,faults,$(IN)/python -m tests.faults $(ARGS))
	$(call step,doors,$(IN)/python -m config.embedded --fast -- $(IN)/python -m pytest $(DEEP))

fix: tools  ## Format, and mend what the linter can mend
	@$(IN)/ruff format .
	@$(IN)/ruff check --fix .

bench: tools  ## How fast it is beside the bare database; ARGS="--only bids --rounds 1" for a part
	@$(IN)/python -m config.catalogues compile
	@$(IN)/python -m config.embedded --name bench -- $(IN)/python -m tests.bench $(ARGS)

docs: export DJANGO_SETTINGS_MODULE := config.settings_test
docs: tools  ## Write the generated documents anew
	@$(IN)/python -m config.embedded --fast -- $(IN)/python manage.py write_docs $(ARGS)

messages: export DJANGO_SETTINGS_MODULE := config.settings_test
messages: tools  ## Compile the message catalogues and list the texts that have no Chinese yet
	@$(IN)/python -m config.catalogues compile
	@$(IN)/python -m config.catalogues missing

lock: tools  ## Resolve pyproject.toml into requirements/*.lock; ARGS=--upgrade for newer versions
	$(COMPILE) $(ARGS) pyproject.toml -o requirements/main.lock
	$(COMPILE) $(ARGS) pyproject.toml --group dev -c requirements/main.lock -o requirements/dev.lock
	echo uv | $(COMPILE) - -c requirements/dev.lock -o requirements/bootstrap.lock

reset:  ## Forget the demo world
	@$(or $(wildcard $(IN)/python),$(PYTHON)) -m config.embedded --name demo --forget
	@rm -rf .local/demo.env .local/secret_key .local/mail .local/records .local/logs .local/static .local/beat-schedule*

clean:  ## Remove caches and build products; the demo world and .venv stay
	@find . \( -name .venv -o -name .git -o -name .local \) -prune -o \
		\( -name __pycache__ -o -name '*.mo' -o -name .coverage -o -name '.coverage.*' \) -print0 | xargs -0 rm -rf
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache staticfiles .local/prepared

runtime:
	@$(PYTHON) config/bootstrap.py requirements/main.lock

tools:
	@$(PYTHON) config/bootstrap.py requirements/dev.lock
