# Two commands on a fresh machine: make run, make test. They need Python 3.11 or newer with pip, and nothing else.
PYTHON ?= python3
BIN = .venv/bin
SOURCES = campaignkit tools tests

# .venv's own kernel, whatever else the user has registered
export JUPYTER_PREFER_ENV_PATH = 1
export DB ROLE

.DELETE_ON_ERROR:
.PHONY: help run test check bench

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' $(MAKEFILE_LIST)

run: .venv/run.stamp $(if $(DB),,sample.duckdb) ## notebooks and dashboards on sample data; DB=… [ROLE=…]: on your own
	@$(if $(DB),CAMPAIGNKIT_DB="$$DB" exec $(BIN)/campaignkit up --role "$${ROLE:-viewer}",\
	exec $(BIN)/campaignkit up --db sample.duckdb --simulate --workspace master --role "$${ROLE:-moderator}")

sample.duckdb: | .venv/run.stamp
	$(BIN)/campaignkit demo $@

test: .venv/dev.stamp ## everything, with a browser and both databases
	$(BIN)/python tools/browser.py
	$(BIN)/python tools/nginx.py
	$(BIN)/pytest -q -n 2 --dist loadfile
	$(BIN)/python tools/notebooks.py run

check: .venv/dev.stamp ## format, lint, types, dead code, notebooks without outputs
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/vulture
	$(BIN)/python tools/notebooks.py check

bench: .venv/dev.stamp build/bench/rivals.stamp ## how fast it is, in ratios to what this machine could do; history in build/bench
	$(BIN)/python tools/browser.py
	$(BIN)/python -m tools.bench

build/bench/rivals.stamp: tools/bench/rivals/requirements.txt .venv/dev.stamp
	$(BIN)/python -m tools.bench.rivals.install "$(PYTHON)"
	@touch $@

.venv/%.stamp: requirements/%.lock pyproject.toml tools/install
	@tools/install "$(PYTHON)" $<
	@touch $@
