# dvm: make help lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# vmlinux, an init, the peer to compare with, and file systems to put on volumes
PACKAGES := user-mode-linux kmod gcc libc6-dev util-linux lvm2 thin-provisioning-tools xfsprogs btrfs-progs e2fsprogs fio mosquitto mosquitto-clients openssl initramfs-tools-core busybox-static cpio docker.io etcd-server etcd-client docker-registry skopeo apache2-utils libnbd-bin nbd-client zstd git gnupg openssh-client patch ansible-core

# What the tools under test run on: node, or dist (make test RUNTIME=dist)
RUNTIME := node
PREFIX := /usr/local

.PHONY: help build dist install deb check lint format test test-long fuzz bench demo sandbox docs clean packages

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

node_modules: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch node_modules

packages: # installs from Debian only what is missing
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing" $$missing; $(SUDO) apt-get update -q >/dev/null; \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing >/dev/null; fi

build: node_modules ## validators and one bundle a tool, under build/
	node scripts/build.mjs

dist: node_modules ## every tool in one executable that needs no Node, build/dist/dvm
	node scripts/build.mjs --dist $(TARGET:%=--target=%)

install: dist docs ## the executable, a link for each tool, man pages, rules, units and the initramfs hook (DESTDIR, PREFIX)
	install -D build/dist/dvm $(DESTDIR)$(PREFIX)/sbin/dvm
	for tool in $$(ls bin | grep -vx dvm); do ln -sf dvm $(DESTDIR)$(PREFIX)/sbin/$$tool; done
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 build/man/*.1
	scripts/install-system.sh '$(DESTDIR)' '$(PREFIX)'
	[ -e $(DESTDIR)/etc/default/dvs ] || install -D -m 644 packaging/dvs/default $(DESTDIR)/etc/default/dvs
	[ -e $(DESTDIR)/etc/dvs/config.json ] || install -D -m 600 packaging/dvs/config.json $(DESTDIR)/etc/dvs/config.json

deb: ## the same as a Debian package, build/dvm_VERSION_ARCH.deb
	rm -rf build/deb
	$(MAKE) install DESTDIR=build/deb PREFIX=/usr
	scripts/deb.sh build/deb

check: build ## types and the rules of the code
	npx tsc

lint: node_modules ## lint and format check (make format mends)
	npx biome check --error-on-warnings .

format: node_modules
	npx biome check --write .

test: node_modules packages ## all tests, on a real kernel in a sandbox too (RUNTIME=dist: of the executable)
	node scripts/build.mjs --tests --dist
	npx tsc
	npx biome check --error-on-warnings .
	DVM_TEST_RUNTIME=$(RUNTIME) node test/run.mjs $(ONLY)

sandbox: build packages ## an interactive shell in a guest with four blank disks
	node build/sandbox/sandbox.cjs --shell

test-long: node_modules packages ## the long tests too (more than an hour)
	node scripts/build.mjs --tests --dist
	DVM_TEST_RUNTIME=$(RUNTIME) node test/run.mjs --long $(ONLY)

# Seconds for each target, where the random numbers start, and which targets (all)
SECONDS := 60
SEED := 1

fuzz: node_modules ## every parser and every input with made-up ones (ONLY=region SECONDS=600 SEED=2)
	node scripts/build.mjs --tests
	nice -n 15 node build/test/fuzz/fuzz.cli.cjs $(ONLY) --seed $(SEED) --seconds $(SECONDS)

demo: node_modules packages ## everything, from blank disks on, in a throw-away guest
	node scripts/build.mjs --tests
	node build/sandbox/sandbox.cjs --memory 1G --time-limit 900 --disk 128M --disk 128M --disk 128M --disk 128M -- bash scripts/demo.sh

bench: node_modules packages ## figures beside the peer's, one JSON line each (ONLY=metadata, ONLY=activate)
	@node scripts/build.mjs --tests --dist
	@node test/bench/run.mjs $(ONLY)

docs: build ## the man pages, under build/man
	node scripts/man.mjs

clean: ## remove what was built
	rm -rf build
