# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# One command each; `make help` lists them. Everything that is made lies in build/.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help test one quick test-boot-full test-faults-full test-fleet-full test-hostile-full test-sanity-full build lint docs sanity units old-python matrix integration fleets molecule kernels release test-kernels release-check demo bench bench-compare bench-document venv clean
.NOTPARALLEL:
.PHONY: site

VENV := build/venv
# What narrows a stage; see CONTRIBUTING.md.
PYTHONS ?=
SCENARIOS ?=
KERNELS ?=
NARROW := LINUXNET_TCP_PYTHONS="$(PYTHONS)" LINUXNET_TCP_SCENARIOS="$(SCENARIOS)" LINUXNET_TCP_KERNELS="$(KERNELS)"
CHECK := unset PYTHONDONTWRITEBYTECODE; $(NARROW) PYTHONPATH=tools $(VENV)/bin/python -m check
CHECK_ONE := unset PYTHONDONTWRITEBYTECODE; LINUXNET_TCP_COLLECTIONS=$(CURDIR)/build/installed PYTHONPATH=build/installed $(VENV)/bin/python -m pytest -q -rs -s
BENCH_RUN := unset PYTHONDONTWRITEBYTECODE; PYTHONPATH=tests/benchmarks:tests/integration $(VENV)/bin/python -m bench
STAGES ?=
ROWS ?=
BENCH ?=
# The run that docs/performance.md tells of.
BASE ?= tests/benchmarks/reference.json
TEST ?=
LINKS := build/links/ansible_collections/linuxnet
BOOT_TREES ?= 3000
HOSTILE_CASES ?= 200000

help: ## list the targets
	@sed -n 's/^\([a-z-][a-z -]*\):.*## \(.*\)/\1	\2/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-58s %s\n", $$1, $$2}'

venv: ## make build/venv with the pinned tools (the others do this first)
	@sh tools/bootstrap.sh

test: venv ## run every check, or some: make test STAGES="lint units"
	@$(CHECK) $(STAGES)

one: venv ## run a file, folder or test as the checkout is: make one TEST=tests/unit/plugins/test_matrix.py
	@test -n "$(TEST)" || { echo "make one: which test? TEST=tests/unit/..." >&2; exit 2; }
	@mkdir -p $(LINKS) && ln -sfn $(CURDIR) $(LINKS)/tcp
	@unset PYTHONDONTWRITEBYTECODE; PYTHONPATH=build/links $(VENV)/bin/python -m pytest -q -rs "$(TEST)"

quick: venv ## run the checks that take seconds: style, types, generated pages, what is written twice
	@$(CHECK) $@

build lint docs sanity units old-python matrix integration fleets molecule kernels release site: venv ## run one stage
	@$(CHECK) $@

test-boot-full: build ## compare the boot prediction with the real loaders on 3,000 random trees
	@export LINUXNET_BOOT_TREES=$(BOOT_TREES); $(CHECK_ONE) tests/integration/test_boot_differential.py

test-hostile-full: build ## give 200,000 random hostile names, values, paths, files and profiles
	@export LINUXNET_HOSTILE_CASES=$(HOSTILE_CASES); $(CHECK_ONE) tests/integration/test_hostile_input.py

test-fleet-full: build ## roll out over 200 network namespaces, and print the cost of a host beside ping
	@export LINUXNET_FLEET_HOSTS=200; $(CHECK_ONE) tests/integration/test_rollout_fleet.py

test-faults-full: build ## try every fault at every system call of the apply path, and every recovery
	@export LINUXNET_FAULTS=full; $(CHECK_ONE) tests/integration/test_kill_matrix.py tests/integration/test_errno_matrix.py

test-sanity-full: venv ## run every sanity test of every supported ansible-core, style included
	@$(CHECK) all-sanity

test-kernels: venv ## boot Debian's kernels 5.10 to the newest in an emulator; print keys by kernel
	@$(CHECK) all-kernels

release-check: venv ## build the artifact twice to the same bytes, install it, run it, and have Galaxy's importer judge it
	@$(CHECK) release

demo: ## show the article's table, before and after, on real sockets
	@tools/demo

bench: venv ## measure speed beside floors and peers (half an hour); ROWS="sockets boot", BENCH="--rounds 3"
	@$(BENCH_RUN) $(ROWS) $(BENCH)

bench-compare: venv ## print the ratios of the last make bench to an earlier one; BASE=FILE
	@$(BENCH_RUN) --compare $(BASE)

bench-document: venv ## keep the last make bench as the run to compare with, and write its figures into docs/performance.md
	@$(BENCH_RUN) --document

clean: ## remove what was made, except downloads and images
	@rm -rf build/tree build/installed build/artifact build/logs build/reports build/old-python build/mypy_cache build/links build/release build/site
