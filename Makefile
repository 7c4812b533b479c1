# The whole project from a fresh clone. `make help` lists the targets.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
NODE_MODULES := node_modules/.package-lock.json
VENV := .venv/.installed
VENDOR := runner/vendor/.installed
BUILD := lib/.built
SOURCES := $(shell find src charts imports -name '*.ts' 2>/dev/null) package.json tsconfig.json tsconfig.build.json
CONTROL_PLANE ?= .cache/kubebuilder
# The real node needs more programs than the envtest convention promises.
CLUSTER_PROGRAMS ?= $(if $(wildcard $(KUBEBUILDER_ASSETS)/kubelet),$(KUBEBUILDER_ASSETS),$(CONTROL_PLANE))
NBV := node lib/src/cli/main.js

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: build venv vendor synth ## Validate two example notebooks through the real reconciler on the embedded cluster
	@scripts/run-examples.sh

.PHONY: test
test: build venv vendor control-plane ## Run every suite: Jest, then pytest; the last line holds the totals
	@node scripts/run-tests.mjs

.PHONY: test-cluster
test-cluster: $(NODE_MODULES) vendor ## Run the operator's stories in a real single-node cluster (root, Debian packages of .ci/run)
	@npm run --silent build:image
	@scripts/run-cluster-tests.sh "$(CLUSTER_PROGRAMS)" .cache/test-cluster

.PHONY: synth
synth: build ## Synthesize dist/ with cdk8s
	@npm run --silent synth:only

.PHONY: lint
lint: $(NODE_MODULES) $(VENV) ## Lint, import rules of the rooms, format
	@npm run --silent lint
	@cd runner && ../.venv/bin/ruff check --quiet . && ../.venv/bin/ruff format --quiet --check .

.PHONY: format
format: $(NODE_MODULES) $(VENV) ## Rewrite the sources in the project's format
	@npx biome check --write .
	@cd runner && ../.venv/bin/ruff check --quiet --fix . && ../.venv/bin/ruff format --quiet .

.PHONY: typecheck
typecheck: $(NODE_MODULES) $(VENV) ## Check the types of sources, tests and benchmarks
	@npm run --silent typecheck
	@cd runner && ../.venv/bin/mypy --no-error-summary

.PHONY: docs
docs: build ## Generate the pages of docs/ that come from the sources
	@npm run --silent docs

.PHONY: check-fresh
check-fresh: synth docs ## Fail when dist/ or a generated page differs from what the sources give
	@scripts/check-fresh.sh

.PHONY: bench
bench: build venv vendor ## Measure synthesis, runner, checks, operator on a real API server, latency on a real node; one table
	@scripts/run-benchmarks.sh

.PHONY: image
image: $(NODE_MODULES) vendor ## Build the operator image: make image IMAGE=ref BASE_IMAGE=ref
	@npm run --silent build:image
	@scripts/build-image.sh "$(IMAGE)" "$(BASE_IMAGE)"

.PHONY: build
build: $(BUILD) ## Install node modules and compile
$(BUILD): $(NODE_MODULES) $(SOURCES)
	@npm run --silent build
	@touch $@

$(NODE_MODULES): package.json package-lock.json
	@npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

.PHONY: venv
venv: $(VENV) ## Create .venv with a Jupyter kernel and the test tools
$(VENV): runner/requirements-dev.txt
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r runner/requirements-dev.txt
	@touch $@

.PHONY: vendor
vendor: $(VENDOR) ## Fetch what the runner carries with it (pinned, hash-checked, pure Python)
$(VENDOR): runner/vendor.sh runner/requirements-py310.txt runner/requirements-py39.txt
	@PYTHON=$(PYTHON) runner/vendor.sh
	@touch $@

.PHONY: control-plane
control-plane: ## Build kube-apiserver, etcd and kubectl from pinned Go modules (5 minutes, once); skipped without Go
	@KUBEBUILDER_ASSETS="$(KUBEBUILDER_ASSETS)" test/cluster/build-control-plane.sh "$(CONTROL_PLANE)"

.PHONY: clean
clean: ## Remove what the targets above made, except node modules and caches
	@rm -rf lib build coverage reports .venv runner/vendor nbv-report examples/platform/{lib,dist,node_modules} notebook-validator-operator-*.tgz
