# rackplan: `make help` lists what there is.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
SITE ?= sites/h20-inference-hall.yaml
SITES ?= $(wildcard sites/*.yaml)
DEMO := build/demo
SCHEMA := docs/site.schema.json
MUTATIONS ?= 5000

PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install -qq --no-input -c constraints.txt
NO_INSTALL := echo "rackplan: the install failed (it needs a package index once); run the same command again" >&2

# A checkout that was moved or copied gets a new environment: the old one points to the old place.
ifneq "$(shell cat $(VENV)/.place 2>/dev/null)" "$(CURDIR)"
.PHONY: $(VENV)/.place
endif

.PHONY: help demo nodes cooling test check lint types docs reference schema schema-check catalog-check coolants fuzz bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.demo-stamp ## solve a real site, write its plan and report
	@mkdir -p $(DEMO)
	@$(BIN)/rackplan solve $(SITE) --time-limit 60 \
		-o $(DEMO)/plan.json --report $(DEMO)/report.html
	@echo
	@echo "site    $(SITE)"
	@echo "plan    $(DEMO)/plan.json"
	@echo "report  $(DEMO)/report.html (open it in a browser)"

nodes: $(VENV)/.demo-stamp ## solve every site that fits, print its power nodes in every loss state
	@mkdir -p build/nodes
	@for site in $(SITES); do \
		name=$$(basename $$site .yaml); \
		echo "== $$site"; \
		$(BIN)/rackplan solve $$site -q --workers 1 -o build/nodes/$$name.json > build/nodes/$$name.txt 2>&1; \
		case $$? in \
			0) $(BIN)/rackplan power $$site build/nodes/$$name.json --all || exit 1 ;; \
			3) echo "does not fit: no node table" ;; \
			*) cat build/nodes/$$name.txt >&2; exit 1 ;; \
		esac; \
		echo; \
	done

cooling: $(VENV)/.demo-stamp ## solve every site that fits, print its zones and loops in every loss state
	@mkdir -p build/cooling
	@for site in $(SITES); do \
		name=$$(basename $$site .yaml); \
		echo "== $$site"; \
		$(BIN)/rackplan solve $$site -q --workers 1 -o build/cooling/$$name.json > build/cooling/$$name.txt 2>&1; \
		case $$? in \
			0) $(BIN)/rackplan cooling $$site build/cooling/$$name.json --all || exit 1 ;; \
			3) echo "does not fit: no cooling table" ;; \
			*) cat build/cooling/$$name.txt >&2; exit 1 ;; \
		esac; \
		echo; \
	done

test: $(VENV)/.test-stamp ## run every test
	@$(BIN)/python -m pytest -q

check: lint types docs schema-check catalog-check ## everything but the tests: style, types, docs, data

lint: $(VENV)/.dev-stamp
	@echo "ruff check, ruff format, codespell"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || \
		{ echo "rackplan: run '$(BIN)/ruff format .'" >&2; exit 1; }
	@$(BIN)/codespell

types: $(VENV)/.dev-stamp
	@echo "mypy --strict"
	@$(BIN)/mypy --strict --no-error-summary

docs: $(VENV)/.dev-stamp
	@echo "documentation and layout"
	@$(BIN)/python -m pytest -q --no-header tests/docs tests/layout

schema: $(VENV)/.demo-stamp ## write the JSON Schema of the site file
	@mkdir -p build
	@$(BIN)/rackplan schema > build/schema.json && mv build/schema.json $(SCHEMA)
	@echo "wrote $(SCHEMA)"

reference: $(VENV)/.demo-stamp ## write the command reference in docs/cli.md from --help
	@$(BIN)/python tools/cli_reference.py

schema-check: $(VENV)/.demo-stamp
	@echo "$(SCHEMA) in sync"
	@$(BIN)/rackplan schema | diff -u $(SCHEMA) - || \
		{ echo "rackplan: $(SCHEMA) is out of date; run 'make schema'" >&2; exit 1; }

catalog-check: $(VENV)/.demo-stamp
	@echo "catalog check"
	@$(BIN)/rackplan catalog check

coolants: $(VENV)/.test-stamp ## write the catalog's coolants from CoolProp
	@$(BIN)/python tools/coolant_tables.py

fuzz: $(VENV)/.test-stamp ## break the sites in thousands of ways: never a traceback, never a hang
	@$(BIN)/python tests/fuzz/fuzz_sites.py --mutations $(MUTATIONS)

bench: $(VENV)/.test-stamp ## time the commands (see tests/benchmarks/README.md)
	@$(BIN)/python tests/benchmarks/startup.py
	@$(BIN)/python tests/benchmarks/solving.py --racks 96 504

clean: ## remove the environment and everything that was built
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find rackplan tests -type d -name __pycache__ -prune -exec rm -rf {} +

# The environment. It is made once, and anew only when what it is made from changes; each stamp
# stands for one finished step, so an interrupted install is simply done again.

$(VENV)/.place: pyproject.toml constraints.txt
	@python=$$(sh tools/find-python "$(PYTHON)") || exit 1; \
	echo "making $(VENV) with $$("$$python" --version)"; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV) && echo "$(CURDIR)" > $@

$(VENV)/.demo-stamp: $(VENV)/.place
	@echo "installing rackplan"
	@$(INSTALL) -e . || { $(NO_INSTALL); exit 1; }
	@touch $@

$(VENV)/.test-stamp: $(VENV)/.demo-stamp
	@echo "installing the test tools"
	@$(INSTALL) -e '.[test]' || { $(NO_INSTALL); exit 1; }
	@touch $@

$(VENV)/.dev-stamp: $(VENV)/.test-stamp
	@echo "installing the checking tools"
	@$(INSTALL) -e '.[dev]' || { $(NO_INSTALL); exit 1; }
	@touch $@
