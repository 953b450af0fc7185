# Everything sets itself up: only python3 (3.11 or newer), make and git are needed.
# `make` alone lists what there is.

PYTHON ?= python3
PORT ?= 4566
FLEET ?= local/fleets/demo.yaml
POLICY ?= local/policy.yaml
SPEED ?= 60
ENVIRONMENT ?= production

bin := .venv/bin
# Node, npm and the CDK CLI come from PyPI and npm packages; none of them has to be installed
node = $(shell $(bin)/python -c "from infra.node import NODE; print(NODE)")
with_node = PATH="$(dir $(node)):$$PATH" $(node)
npm = $(with_node) $(shell $(bin)/python -c "from infra.node import NPM; print(NPM)")
cdk = $(with_node) node_modules/.bin/cdk
progress = $(bin)/python cli/install_progress.py
sources := functions schedule_expressions policy infra local cli library examples tests bench docs app.py

.PHONY: help demo local test domain unit fuzz sabotage check format synth deploy lock clean

help:  ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

demo: .venv/app node_modules/installed  ## all three workflows on a demo fleet: deploy to local AWS, let the schedule fire, watch
	@$(bin)/python -m cli demo --fleet $(FLEET) --policy $(POLICY)

local: .venv/app node_modules/installed  ## keep local AWS up with the stack deployed (PORT=, FLEET=, POLICY=, SPEED=)
	@exec $(bin)/python -m cli local --port $(PORT) --fleet $(FLEET) --policy $(POLICY) --speed $(SPEED)

test: .venv/dev node_modules/installed  ## everything that CI runs, on two cores
	@$(MAKE) --no-print-directory --jobs 2 check domain
	$(bin)/python -m pytest tests/workflows tests/model tests/matrix tests/cli --numprocesses 2 --dist worksteal
	$(bin)/python -m pytest tests/e2e tests/clients tests/policy tests/infra tests/contracts tests/browser tests/local --numprocesses 2 --dist loadfile --no-loadscope-reorder

domain: .venv/dev
	@$(bin)/python -m coverage run -m pytest tests/unit tests/adapters
	@$(bin)/python -m coverage report --include="*/steward/domain/*" --fail-under=100

unit: .venv/dev  ## the inner loop: domain and adapters, in seconds (properties are left to make test)
	$(bin)/python -m pytest tests/unit tests/adapters --numprocesses 2 --dist loadfile -m "not hypothesis"

faults: .venv/dev node_modules/installed  ## the model's games (20,000 and more), then the whole fault matrix: takes about an hour; begun anew, the matrix goes on where it ended
	$(bin)/python -m pytest -m long --numprocesses 2 --dist worksteal tests
	$(bin)/python -m tests.model.run
	$(bin)/python -m tests.matrix.run

sabotage: .venv/dev node_modules/installed  ## break each promise's lines, one at a time: a named test has to notice
	$(bin)/python -m tests.sabotage.run

fuzz: .venv/dev  ## 20,000 generated calls to local AWS: none may be a server error (make test has a sample)
	$(bin)/python -m tests.local.fuzz --calls 20000

check: .venv/dev node_modules/installed  ## formatting, lint, types, layers
	$(bin)/ruff format --check --quiet $(sources)
	$(bin)/ruff check --quiet $(sources)
	$(bin)/mypy functions/steward schedule_expressions policy infra library/redshift_steward local cli
	$(bin)/lint-imports --no-logo

format: .venv/dev  ## format the code
	$(bin)/ruff format $(sources)
	$(bin)/ruff check --fix $(sources)

synth: .venv/app node_modules/installed  ## what would be deployed, as CloudFormation (cdk.out)
	@$(cdk) synth --quiet

deploy: .venv/app node_modules/installed  ## deploy to the account of ENVIRONMENT, with your AWS credentials
	$(cdk) deploy RedshiftSteward-$(ENVIRONMENT)

lock: .venv/dev  ## renew the lock files from the *.in files and package.json
	$(bin)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 requirements-dev.in --output-file requirements-dev.txt
	$(bin)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --constraint requirements-dev.txt requirements.in --output-file requirements.txt
	$(bin)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.13 functions/requirements.in --output-file functions/requirements.txt
	$(bin)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 tests/clients/c7n-requirements.in --output-file tests/clients/c7n-requirements.txt
	$(npm) install --package-lock-only
	$(npm) install --package-lock-only --omit-lockfile-registry-resolved --prefix tests/browser
	$(npm) install --package-lock-only --omit-lockfile-registry-resolved --prefix tests/contracts/jsonata

clean:  ## remove all that make has made
	rm -rf .venv .build node_modules cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/made:
	@echo "Setting up, once: a virtual environment in .venv"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Set another one: make PYTHON=…") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/app: requirements.txt pyproject.toml | .venv/made
	@echo "Setting up, once: Python packages and the CDK CLI (about a minute)"
	@$(progress) "Python packages" $$(grep -c == requirements.txt) $(bin)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements-dev.txt .venv/app
	@$(progress) "Python packages for tests" $$(grep -c == requirements-dev.txt) $(bin)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/installed: package-lock.json .venv/app
	@$(progress) "CDK CLI" 0 env $(npm) ci --loglevel=error --no-progress
	@touch $@
