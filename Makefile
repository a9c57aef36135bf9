# The commands of this repository; `make` alone lists them. Each does its own set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test build bench lint format setup clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## build everything and serve the demo on this machine (PORT=4173)
	@PORT="$(PORT)" scripts/demo.sh

test: ## run all tests: Rust, Node, Chromium, workerd, packaging
	@scripts/watched.sh scripts/test.sh

build: ## build the wasm module and the npm package, compare their sizes with budgets
	@scripts/build.sh

bench: ## measure, side by side with other libraries
	@scripts/bench.sh

lint: ## check formatting and lints, change nothing
	@scripts/lint.sh

format: ## format all sources
	@scripts/format.sh

setup: ## install what the other commands need, skip what is there
	@scripts/setup.sh

clean: ## remove everything that was built or installed in here
	@rm -rf target .tools .packed node_modules pkg/node_modules pkg/dist pkg/wasm pkg/wasm-lite pkg/LICENSE-* tests/*/node_modules \
	  www-example/*/node_modules www-example/*/dist benches/*/node_modules
