# A thin wrapper: the work is done by the Python tool in tools/keystone (see "make help").
MAKEFLAGS += --no-print-directory
PYTHON ?= $(or $(KEYSTONE_PYTHON),python3)
ARGS ?=
PORT ?=
export PYTHONPATH := tools
export PYTHONDONTWRITEBYTECODE := 1
# exec: a signal to make reaches the tool itself.
KEYSTONE = @exec $(PYTHON) -m keystone

.PHONY: help run test lint i18n bench env shell story stop clean

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: ## set up what is missing and serve http://localhost:8069 (PORT=8070 for another port)
	$(KEYSTONE) run $(if $(PORT),--port $(PORT)) $(ARGS)

test: ## every test; ARGS="-k split" runs a part (pytest's options)
	$(KEYSTONE) test $(ARGS)

lint: ## code style, Odoo conventions, XML
	$(KEYSTONE) lint $(ARGS)

i18n: ## export and merge translations, fail on untranslated Chinese
	$(KEYSTONE) i18n $(ARGS)

bench: ## run the benchmarks (ARGS="-k name --repeat 5")
	$(KEYSTONE) bench $(ARGS)

env: ## shell export lines for working by hand: eval "$(make env)"
	$(KEYSTONE) env

shell: ## odoo shell on the demo database
	$(KEYSTONE) shell

story: ## play the demo story (ARGS="--path DIR"); RETAIL=1 or RETAIL=FILE: invoice lines, DAYS=3 of them
	$(KEYSTONE) story $(if $(RETAIL),--retail "$(RETAIL)") $(if $(DAYS),--days "$(DAYS)") $(ARGS)

stop: ## stop the database server that "make env" left running
	$(KEYSTONE) stop

clean: ## remove what these commands made
	$(KEYSTONE) clean
