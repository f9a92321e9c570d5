# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `make help` lists the targets; `make V=1` shows the commands.

CFLAGS       ?= -O2 -g
CLANG        ?= clang
CLANG_FORMAT ?= clang-format
CLANG_TIDY   ?= clang-tidy
# Debian has bpftool in a folder that is not in the PATH of ordinary users.
BPFTOOL      ?= $(shell PATH="$$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v bpftool || echo bpftool)
PREFIX       ?= /usr/local
DESTDIR      ?=
# `make check` runs the suites whose path contains one of these words (globs); empty: all.
TESTS        ?=
FUZZ_SECONDS ?= 60
# Builds on all CPUs; `make -j1` and the like still count.
MAKEFLAGS    += -j$(shell nproc)

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# As the kernel names them. `make ARCH=arm64` builds for another machine, into build/arm64/: with a
# cross compiler, and with libraries that are unpacked into build/sysroot-arm64/.
MACHINE_x86   := x86_64
MACHINE_arm64 := aarch64
NATIVE  := $(or $(strip $(foreach arch,x86 arm64,$(if $(filter $(MACHINE_$(arch)),$(shell uname -m)),$(arch)))),$(shell uname -m))
ARCH    := $(NATIVE)
CROSS   := $(filter-out $(NATIVE),$(ARCH))
MACHINE := $(or $(MACHINE_$(ARCH)),$(ARCH))
TRIPLET := $(MACHINE)-linux-gnu
BUILD   := build$(addprefix /,$(CROSS))
SYSROOT := $(addprefix build/sysroot-,$(CROSS))
IN_SYSROOT := $(addprefix --sysroot=,$(SYSROOT))
ifdef CROSS
ifeq ($(origin CC),default)
CC := $(TRIPLET)-gcc
endif
AR := $(TRIPLET)-ar
endif

# No built file contains the path of the tree.
HERE         := -ffile-prefix-map=$(CURDIR)=.
OUR_CFLAGS   := -std=gnu11 -D_GNU_SOURCE -I. -I$(BUILD)/gen -Wall -Wextra -Wno-unused-parameter $(HERE) $(IN_SYSROOT)
# BPF programs include <asm/types.h>, which Debian has in a folder per architecture.
BPF_CFLAGS   := -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -I. \
		$(IN_SYSROOT) -idirafter $(SYSROOT)/usr/include/$(TRIPLET) \
		-Wall -Wextra -Wno-unused-parameter $(HERE)
CHILD_CFLAGS := -std=gnu11 -I. -Os -Wall -Wextra -static -nostdlib -ffreestanding \
		-fno-stack-protector $(if $(filter x86,$(ARCH)),-fcf-protection=none) \
		-Wl,--build-id=none $(HERE) $(IN_SYSROOT)
# The guest unpacks its programs under emulation, so they have no debug information.
STATIC       := -static -s -Wl,--build-id=none
# Address and undefined-behaviour sanitizers, and what libFuzzer needs: one build serves tests and fuzzers.
SANITIZE     := -O1 -gline-tables-only -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=undefined

USER_LIBS        := -lbpf -ldw -lelf -lz -ljansson -lcap-ng -lseccomp -lm
USER_STATIC_LIBS := -Wl,-u,eu_tsearch -lbpf -ldw -lelf -lz -llzma -lbz2 -lzstd -ljansson -lcap-ng -lseccomp -lm
BENCH_LIBS       := -linih

# Sources are found by folder, as paths without suffix. Each folder's tests stand in its tests/.
sources      = $(basename $(sort $(shell find $(1) -name '*.c' ! -path '*/tests/*')))
tests_of     = $(sort $(shell find user bench -path '*/tests/*' -name '$(1)'))

main        := $(basename $(wildcard user/*.c))
shared      := $(call sources,bench/shared)
user        := $(call sources,user/*/) $(shared)
# The plugin's model is there for its test.
bench       := $(call sources,bench/methods bench/axes bench/suite bench/parent bench/driver) bench/lab/plugin/model $(shared)
unit_tests  := $(basename $(call tests_of,test_*.c))
fuzz_tests  := $(basename $(call tests_of,fuzz_*.c))
bats        := $(call tests_of,*.bats)
# Programs that suites run: the driver's loops without a driver; exact counts in the guests; a storm of
# births; a thread that measures what it waits; calls that the lab's anatomy must find; the judge and
# the simulation of results/gate.
bare        := $(basename $(call tests_of,bare.c))
exact       := $(basename $(call tests_of,exact*.c))
storm       := $(basename $(call tests_of,storm.c))
waiter      := $(basename $(call tests_of,waiter.c))
bystander   := $(basename $(call tests_of,bystander.c))
known       := $(basename $(call tests_of,known.c))
judge       := $(basename $(call tests_of,judge.c))
simulate    := $(basename $(call tests_of,simulate.c))

# Each source is built once for this machine and the lab, whose programs differ in how they are linked,
# and once with sanitizers.
usual   = $(patsubst %,$(BUILD)/obj/%.o,$(1))
san     = $(patsubst %,$(BUILD)/san/obj/%.o,$(1))
unit    := $(call usual,bench/tests/unit)
OBJECTS := $(unit) $(call usual,$(sort $(main) $(user) $(bench) $(unit_tests) $(bare) $(judge) $(simulate) \
			$(exact) $(storm) $(waiter) $(bystander) $(known))) \
	   $(call san,bench/tests/unit $(sort $(main) $(user) $(bench) $(unit_tests) $(fuzz_tests)))

PROGRAMS        := $(addprefix $(BUILD)/,spawnscope spawnscope-bench spawnscope-child)
STATIC_PROGRAMS := $(addprefix $(BUILD)/static/,spawnscope spawnscope-bench spawnscope-child lab-init lab-maps $(if $(CROSS),busybox))
# The same with sanitizers, and the fuzzers by the last part of their names.
FUZZERS         := $(patsubst fuzz_%,$(BUILD)/san/fuzz/%,$(notdir $(fuzz_tests)))
SAN_PROGRAMS    := $(addprefix $(BUILD)/san/,spawnscope spawnscope-bench spawnscope-child $(addprefix tests/,$(unit_tests))) \
		   $(FUZZERS)
# What the emulator loads, for each version of its interface. They know no other machine's code.
PLUGINS         := $(if $(CROSS),,$(foreach version,1 2 3 4 5 6 7,$(addsuffix -$(version).so,$(addprefix $(BUILD)/lab/,anatomy points))))
TEST_PROGRAMS   := $(addprefix $(BUILD)/tests/,$(unit_tests)) $(BUILD)/tests/bare \
		   $(addprefix $(BUILD)/static/,bare exact storm waiter bystander known) $(BUILD)/gate-study $(BUILD)/gate-simulate

# These goals first install missing packages.
READY := $(if $(filter deps check check-kernels check-sanitizers lint fuzz speed peers stall machine results,$(MAKECMDGOALS)),deps,$(if $(filter run,$(MAKECMDGOALS)),deps-build) \
	   $(if $(filter deb,$(MAKECMDGOALS)),deps-deb) $(if $(filter kernels,$(MAKECMDGOALS)),deps-lab))

QUIET := @printf '  %-7s %s\n'
say    = $(if $(V),,$(QUIET) '$(1)' '$@';)
quoted = '$(subst ','\'',$(1))'

# What root has built by sudo in a user's tree goes to the user, who could not build there else.
give_back = if [ -n "$$SUDO_UID" ] && [ "$$(stat -c %u .)" = "$$SUDO_UID" ]; then \
		find $(BUILD) -uid 0 -exec chown -h "$$SUDO_UID:$$SUDO_GID" {} +; \
	    fi

.PHONY: all
all: $(PROGRAMS) $(if $(CROSS),,$(BUILD)/manual.done $(BUILD)/completions.done) ## build the programs into build/ (what `make` does); ARCH=arm64: into build/arm64/

.PHONY: run
run: $(PROGRAMS) | $(READY) ## install what is missing, build, and compare the ways to start a process
	@sudo=; \
	if [ "$$(id -u)" -ne 0 ] && command -v sudo >/dev/null && sudo -v; then sudo=sudo; fi; \
	$$sudo $(BUILD)/spawnscope bench --suite quick -o $(BUILD)/run.jsonl && \
	$(BUILD)/spawnscope report $(BUILD)/run.jsonl -o $(BUILD)/run.html && \
	echo "The result file: $(BUILD)/run.jsonl" && \
	echo "The page, for a browser: $(BUILD)/run.html"; \
	status=$$?; $(give_back); exit $$status

.PHONY: machine
machine: $(PROGRAMS) | $(READY) ## run the standard suite on this machine, into results/machine/
	@bench/machine

# What `make results` passes on; empty: all steps.
STEPS ?=

.PHONY: results
results: $(PROGRAMS) static $(BUILD)/gate-study $(BUILD)/gate-simulate $(BUILD)/static/bystander | $(READY) ## make everything under results/ again: two hours and a half (STEPS=NAMES, or --lab: see bench/results --help)
	@bench/results $(STEPS)

.PHONY: static
static: $(STATIC_PROGRAMS) $(BUILD)/static/spawnscope-bench.debug $(PLUGINS) ## build the programs that run in the lab, into build/static/

# Only this suite needs the build with sanitizers, which takes as long as all others together.
san_suite  := $(filter %/sanitizers.bats,$(bats))
wants_san   = $(shell set -f; words=$(call quoted,$(TESTS)); \
		for word in $${words:-.}; do case $(san_suite) in (*$$word*) echo yes ;; esac; done)

.PHONY: check
check: $(PROGRAMS) static $(TEST_PROGRAMS) $(if $(wants_san),$(SAN_PROGRAMS)) $(BUILD)/completions.done | $(READY) $(filter lint,$(MAKECMDGOALS)) ## run all tests (TESTS=WORDS: only suites that match)
	@bench/tests/run $(BUILD) $(call quoted,$(TESTS)) $(addsuffix .c,$(unit_tests)) $(filter-out %/more/kernel.bats,$(bats)); \
	status=$$?; $(give_back); exit $$status

# From which milliseconds of a busy loop storms begin on debian:sid, 36 storms each, four minutes of a
# CPU; other kernels take the first.
OFFSETS ?= 0 1 2 3 4 5 6 7 8 9

.PHONY: check-kernels
check-kernels: $(PROGRAMS) static $(addprefix $(BUILD)/static/,exact storm) | $(READY) ## test on each kernel of the lab, a line per kernel and property (OFFSETS=0: fewer storms)
	@{ bench/tests/deps arm64 && $(MAKE) ARCH=arm64 CC=aarch64-linux-gnu-gcc static build/arm64/static/exact; } || \
		echo 'No programs for arm64: its kernels are skipped.' >&2
	@OFFSETS=$(call quoted,$(OFFSETS)) TEST_SECONDS=28800 bench/tests/run --each $(BUILD) '' $(filter %/kernel.bats,$(bats))

# What lint checks.
C_FILES     := $(sort $(shell find bpf user bench -name '*.[ch]'))
TIDY_FILES  := $(filter-out %/child.c,$(filter %.c,$(C_FILES)))
SHELL_FILES  = $(shell find .ci user bench -type f ! -name '*.[ch]' -exec \
		 awk 'FNR == 1 && /^\#!.*(sh|bats)$$/ { print FILENAME } { nextfile }' {} +) \
	       $(sort $(shell find user bench -name '*.bash'))
TIDY_FLAGS   = $(if $(filter bpf/%,$(1)),$(BPF_CFLAGS),$(OUR_CFLAGS))

# bats runs each test in a subshell, so shellcheck's two warnings about these are off there.
.PHONY: lint
lint: QUIET := @:
lint: $(addprefix $(BUILD)/gen/,spawnscope.skel.h dynamic_child.h library.h) | $(READY) ## check the sources that changed; silent if all is well
	@bad=0; \
	$(CLANG_FORMAT) --dry-run -Werror $(C_FILES) || bad=1; \
	printf '%s\n' $(filter-out bpf/%,$(TIDY_FILES)) | CLANG='$(CLANG)' bench/tests/tidy --passed $(BUILD)/lint $(CLANG_TIDY) $(call TIDY_FLAGS,) || bad=1; \
	printf '%s\n' $(filter bpf/%,$(TIDY_FILES)) | CLANG='$(CLANG)' bench/tests/tidy --passed $(BUILD)/lint $(CLANG_TIDY) $(call TIDY_FLAGS,bpf/) || bad=1; \
	shellcheck $(filter-out %.bats,$(SHELL_FILES)) || bad=1; \
	shellcheck --exclude=SC2030,SC2031 $(filter %.bats,$(SHELL_FILES)) || bad=1; \
	user/tests/style || bad=1; \
	exit $$bad

.PHONY: format
format: ## format the C sources
	@$(CLANG_FORMAT) -i $(C_FILES)

.PHONY: check-sanitizers
check-sanitizers: $(SAN_PROGRAMS) $(PROGRAMS) static $(TEST_PROGRAMS) | $(READY) ## run with sanitizers all tests that run a program of that build (TESTS=WORDS)
	@bench/tests/sanitized $(BUILD)/san $(call quoted,$(TESTS)) $(addsuffix .c,$(unit_tests)) $(bats)

.PHONY: fuzz
fuzz: $(FUZZERS) | $(READY) ## fuzz all readers of files and options, FUZZ_SECONDS (60) each
	@bench/tests/fuzz $(BUILD)/san -max_total_time=$(FUZZ_SECONDS)

.PHONY: speed
speed: $(BUILD)/spawnscope $(BUILD)/static/storm | $(READY) ## measure how fast births are written and pages, gates and exports made, against the goals
	@user/tests/speed $(BUILD)

.PHONY: peers
peers: $(PROGRAMS) static $(BUILD)/static/bystander | $(READY) ## measure what tracers cost births and others, in the lab and here (ten minutes; again: goes on)
	@bench/peers/peers

.PHONY: stall
stall: $(PROGRAMS) $(BUILD)/static/waiter | $(READY) ## measure what a fork makes other threads wait: by bench, by profile, and by a thread itself
	@bench/peers/stall

.PHONY: price
price: $(BUILD)/spawnscope $(BUILD)/static/spawnscope $(BUILD)/static/bystander ## measure what profile -a costs tasks that spawn nothing, at each level of detail
	@bench/peers/price

.PHONY: kills
kills: $(PROGRAMS) static ## kill each command at random moments, 200 times in all, and look for what is left (quarter of an hour)
	@user/tests/kills $(BUILD)

.PHONY: deps deps-build deps-deb deps-lab
deps: ## install what is missing to build and to test
	@bench/tests/deps build deb lab check $(CROSS)
deps-build: # install what is missing to build
	@bench/tests/deps build $(CROSS)
deps-deb: # install what is missing to make packages
	@bench/tests/deps build deb
deps-lab: # install what the lab lacks
	@bench/tests/deps lab

.PHONY: kernels
kernels: | $(READY) ## install what the lab lacks, and fetch its kernels; names those that it cannot get
	@bench/lab/fetch-kernel lab || [ $$? -eq 3 ]

LAB_SCRIPTS := $(addprefix bench/lab/,lab anatomy guest boot make-initramfs fetch-kernel kernel-config)
LAB_PARTS   := $(addprefix bench/lab/,points.bash debian.bash machine.bash tools.bash saved.bash)

# Where bash, zsh and fish look for them, below share/.
COMPLETIONS := bash-completion/completions/spawnscope zsh/site-functions/_spawnscope \
	       fish/vendor_completions.d/spawnscope.fish

LAB = $(DESTDIR)$(PREFIX)/lib/spawnscope/lab
DOC = $(DESTDIR)$(PREFIX)/share/doc/spawnscope

# Those that the programs and the man page name.
DOCUMENTS := LICENSE README.md bench/lab/README.md results/README.md

.PHONY: install
install: $(PROGRAMS) $(BUILD)/static/lab-init $(BUILD)/static/lab-maps $(PLUGINS) $(BUILD)/completions.done ## install to PREFIX (/usr/local), below DESTDIR
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(LAB)" "$(DESTDIR)$(PREFIX)/share/man/man1" \
		$(patsubst %,"$(DESTDIR)$(PREFIX)/share/%",$(dir $(COMPLETIONS))) \
		$(patsubst %,"$(DOC)/%",$(sort $(dir $(DOCUMENTS))))
	install -m 755 $(PROGRAMS) "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 $(LAB_SCRIPTS) "$(LAB)"
	install -m 644 $(LAB_PARTS) "$(LAB)"
	install -m 755 $(BUILD)/static/lab-init "$(LAB)/init"
	install -m 755 $(BUILD)/static/lab-maps "$(LAB)/maps"
	install -m 644 $(filter $(BUILD)/lab/anatomy-%,$(PLUGINS)) "$(LAB)"
	$(foreach file,$(DOCUMENTS),install -m 644 $(file) "$(DOC)/$(file)" &&) :
	install -m 644 user/spawnscope.1 "$(DESTDIR)$(PREFIX)/share/man/man1"
	$(foreach file,$(COMPLETIONS),install -m 644 $(BUILD)/completions/$(notdir $(file)) \
		"$(DESTDIR)$(PREFIX)/share/$(file)" &&) :
	@$(give_back)

.PHONY: uninstall
uninstall: ## remove what `make install` with the same PREFIX and DESTDIR put there
	rm -f $(patsubst %,"$(DESTDIR)$(PREFIX)/bin/%",$(notdir $(PROGRAMS)))
	rm -f "$(DESTDIR)$(PREFIX)/share/man/man1/spawnscope.1" \
		$(patsubst %,"$(DESTDIR)$(PREFIX)/share/%",$(COMPLETIONS))
	rm -rf "$(DOC)" "$(DESTDIR)$(PREFIX)/lib/spawnscope"

.PHONY: dist
dist: ## pack the sources: build/dist/spawnscope-VERSION.tar.gz
	@bench/packages/dist $(BUILD)/dist

.PHONY: deb
deb: $(BUILD)/gen/page.html | $(READY) ## make the Debian packages spawnscope and spawnscope-lab: build/deb/*.deb
	@$(if $(filter /usr/%,$(D3_MODULES)),,D3_MODULES=$(abspath $(D3_MODULES))) bench/packages/deb "$$(bench/packages/dist $(BUILD)/dist)" $(BUILD)/deb

.PHONY: fresh
fresh: ## install a clean Debian 12 and 13 into temporary folders, and do there what README.md says
	@bench/tests/fresh

.PHONY: clean
clean: ## remove build/
	rm -rf $(BUILD)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A stamp changes when its text does: other flags, or another set of sources, cause a rebuild.
.PHONY: always
$(BUILD)/flags.stamp: text = $(CC) $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(CHILD_CFLAGS) $(CLANG) $(BPF_CFLAGS)
$(BUILD)/sources.stamp: text = $(OBJECTS)
$(BUILD)/%.stamp: always | $(READY) $(SYSROOT)
	@mkdir -p $(@D)
	@printf '%s\n' $(call quoted,$(text)) | cmp -s - $@ || printf '%s\n' $(call quoted,$(text)) >$@

build/sysroot-%: | $(READY)
	@command -v $(CC) >/dev/null || { \
		echo '$(CC) is missing: apt-get install gcc-$(TRIPLET), or make deps ARCH=$*' >&2; exit 2; }
	$(call say,SYSROOT)bench/tests/sysroot $* $@

# Objects.
$(filter %/user/probe/probe.o %/user/probe/profile_maps.o %/user/probe/global_pid.o %/user/probe/target.o,$(OBJECTS)): | $(BUILD)/gen/spawnscope.skel.h

$(filter %/report/page.o,$(OBJECTS)): $(BUILD)/gen/page.html

$(filter %/axes/dynamic.o,$(OBJECTS)): $(BUILD)/gen/dynamic_child.h $(BUILD)/gen/library.h

compile = $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c $(BUILD)/flags.stamp
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(compile)

$(BUILD)/san/obj/%.o: private override CFLAGS := $(SANITIZE)
$(BUILD)/san/obj/%.o: %.c $(BUILD)/flags.stamp
	@mkdir -p $(@D)
	$(call say,CC)$(CLANG) $(compile)

$(BUILD)/gen/spawnscope.bpf.o: bpf/spawnscope.bpf.c $(BUILD)/flags.stamp
	@mkdir -p $(@D)
	$(call say,BPF)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c -o $@.tmp $< && \
		$(BPFTOOL) gen object $@ $@.tmp && rm $@.tmp

$(BUILD)/gen/spawnscope.skel.h: $(BUILD)/gen/spawnscope.bpf.o
	$(call say,SKEL)(echo '/* NOLINTBEGIN */' && $(BPFTOOL) gen skeleton $< name spawnscope && echo '/* NOLINTEND */') >$@

# The modules of D3, from Debian, or else from npm in the versions of package-lock.json.
D3_MODULES ?= $(if $(shell ls -d /usr/share/nodejs/d3-scale 2>/dev/null),/usr/share/nodejs,$(BUILD)/npm/node_modules)
page_parts := $(addprefix user/report/,assemble page.html page.css) $(wildcard user/report/*.js user/report/views/*.js) bpf/phases.h

$(BUILD)/gen/page.html: $(page_parts) | $(READY)
	@mkdir -p $(@D)
	@[ -d $(D3_MODULES) ] || bench/tests/npm user/report $(BUILD)/npm
	$(call say,PAGE)CC='$(CC)' user/report/assemble $(D3_MODULES) $@

# The lists of the man page are those of the programs.
$(BUILD)/manual.done: $(BUILD)/spawnscope $(BUILD)/spawnscope-bench user/tests/manual user/spawnscope.1
	$(call say,MAN)user/tests/manual $< user/spawnscope.1 && touch $@

# So are the words that shells complete.
$(BUILD)/completions.done: $(BUILD)/spawnscope $(BUILD)/spawnscope-bench user/completions bench/lab/lab
	$(call say,WORDS)user/completions $< $(BUILD)/completions && touch $@

# Programs.
link = mkdir -p $(@D) && $(CC) $(IN_SYSROOT) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)

$(BUILD)/spawnscope: $(call usual,$(main)) $(BUILD)/obj/user.a
	$(call say,LINK)$(link) $(USER_LIBS)

$(BUILD)/spawnscope-bench: $(BUILD)/obj/bench/driver/main.o $(BUILD)/obj/bench.a
	$(call say,LINK)$(link) $(BENCH_LIBS)

$(BUILD)/spawnscope-child: bench/child/child.c $(BUILD)/flags.stamp
	@mkdir -p $(BUILD)/obj/bench
	$(call say,LINK)$(CC) $(CHILD_CFLAGS) -MMD -MP -MF $(BUILD)/obj/bench/child.d -MT $@ -o $@ $<

# The same, and a library, as dynamic ones, which the driver holds and executes from memory.
SHARED_CFLAGS := $(filter-out -static,$(CHILD_CFLAGS)) -s -Wl,--hash-style=gnu
as_array       = (echo 'static const unsigned char $(1)[] = {'; od -An -v -tx1 $(2) | sed 's/ \(..\)/0x\1,/g'; echo '};') >$@

$(BUILD)/gen/dynamic_child.h: bench/child/child.c $(BUILD)/flags.stamp
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(SHARED_CFLAGS) -fPIE -pie -o $(@:.h=) $< -Wl,--no-as-needed -lc
	@$(call as_array,dynamic_child,$(@:.h=))

$(BUILD)/gen/library.h: bench/child/library.c $(BUILD)/flags.stamp
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(SHARED_CFLAGS) -fPIC -shared -o $(@:.h=) $<
	@$(call as_array,library,$(@:.h=))

# Hides the linker's warnings that looking up users and groups needs the shared C library.
define link_static
$(call say,LINK)$(link) $(STATIC) $(USER_STATIC_LIBS) 2>$@.log || { cat $@.log >&2; exit 1; }
$(if $(V),,@)grep -v -e 'in function' -e 'in statically linked' $@.log >&2; rm -f $@.log
endef

$(BUILD)/static/spawnscope: $(call usual,$(main)) $(BUILD)/obj/user.a
	$(link_static)

$(BUILD)/static/spawnscope-bench: $(BUILD)/obj/bench/driver/main.o $(BUILD)/obj/bench.a
	$(call say,LINK)$(link) $(STATIC) $(BENCH_LIBS)

# Its symbols, for those who count by the function: the same layout, not stripped.
$(BUILD)/static/spawnscope-bench.debug: $(BUILD)/obj/bench/driver/main.o $(BUILD)/obj/bench.a
	$(call say,LINK)$(link) $(filter-out -s,$(STATIC)) $(BENCH_LIBS)

$(BUILD)/static/spawnscope-child: $(BUILD)/spawnscope-child
	@mkdir -p $(@D)
	$(call say,COPY)cp $< $@

# The guest's shell and tools, where the host's do not run.
build/$(CROSS)/static/busybox: | $(SYSROOT)
	@mkdir -p $(@D)
	$(call say,COPY)cp $(SYSROOT)/usr/bin/busybox $@

$(BUILD)/static/lab-init: bench/lab/files.c bench/lab/files.h
$(BUILD)/static/lab-init $(BUILD)/static/lab-maps: $(BUILD)/static/lab-%: bench/lab/%.c $(BUILD)/flags.stamp
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(OUR_CFLAGS) -O2 $(STATIC) -o $@ $(filter %.c,$^)

# Plugins of the emulator, of which bench/lab/plugin/qemu.h has the interface.
plugin_parts     := $(addprefix bench/lab/plugin/,code.c meters.c model.c places.c)
plugin_anatomy   := $(addprefix bench/lab/plugin/,anatomy.c paths.c tally.c) $(plugin_parts)
plugin_points    := bench/lab/plugin/points.c $(plugin_parts)
define link_plugin
@mkdir -p $(@D)
$(call say,PLUGIN)$(CC) $(OUR_CFLAGS) -O2 -fPIC -fvisibility=hidden -shared -DPLUGIN_VERSION=$* -o $@ $(filter %.c,$^)
endef

$(BUILD)/lab/anatomy-%.so: $(plugin_anatomy) $(wildcard bench/lab/plugin/*.h) $(BUILD)/flags.stamp
	$(link_plugin)

$(BUILD)/lab/points-%.so: $(plugin_points) $(wildcard bench/lab/plugin/*.h) $(BUILD)/flags.stamp
	$(link_plugin)

# Archives: a program or a test links what it uses.
$(BUILD)/obj/user.a: $(call usual,$(user))
$(BUILD)/obj/bench.a: $(call usual,$(bench))
$(BUILD)/san/obj/user.a: $(call san,$(user))
$(BUILD)/san/obj/bench.a: $(call san,$(bench))
$(foreach kind,obj san/obj,$(BUILD)/$(kind)/user.a $(BUILD)/$(kind)/bench.a): $(BUILD)/sources.stamp
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(BUILD)/tests/user/%: $(BUILD)/obj/user/%.o $(unit) $(BUILD)/obj/user.a
	$(call say,LINK)$(link) $(USER_LIBS) -lcmocka

$(BUILD)/tests/bench/%: $(BUILD)/obj/bench/%.o $(unit) $(BUILD)/obj/bench.a
	$(call say,LINK)$(link) $(BENCH_LIBS) -lcmocka

$(BUILD)/tests/bare: $(call usual,$(bare)) $(BUILD)/obj/bench.a
	$(call say,LINK)$(link) $(BENCH_LIBS)

$(BUILD)/static/storm: $(call usual,$(storm)) $(BUILD)/sources.stamp
	$(call say,LINK)$(link) $(STATIC)

$(BUILD)/static/waiter: $(call usual,$(waiter)) $(BUILD)/sources.stamp
	$(call say,LINK)$(link) $(STATIC)

$(BUILD)/static/bystander: $(call usual,$(bystander)) $(BUILD)/sources.stamp
	$(call say,LINK)$(link) $(STATIC)

# Its functions are looked up by their names.
$(BUILD)/static/known: $(call usual,$(known)) $(BUILD)/sources.stamp
	$(call say,LINK)$(link) $(filter-out -s,$(STATIC))

$(BUILD)/static/bare: $(call usual,$(bare)) $(BUILD)/obj/bench.a
	$(call say,LINK)$(link) $(STATIC) $(BENCH_LIBS)

$(BUILD)/static/exact: $(call usual,$(exact)) $(BUILD)/obj/user.a
	$(link_static)

# user/tests/gate-study/collect says how to use it.
$(BUILD)/gate-study: $(call usual,$(judge)) $(BUILD)/obj/user.a
	$(call say,LINK)$(link) $(USER_LIBS)

$(BUILD)/gate-simulate: $(call usual,$(simulate)) $(BUILD)/obj/user.a
	$(call say,LINK)$(link) $(USER_LIBS)

# With sanitizers. Suites find beside the programs what they find in build/.
link_san = mkdir -p $(@D) && $(CLANG) $(SANITIZE) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)

$(BUILD)/san/spawnscope: $(call san,$(main)) $(BUILD)/san/obj/user.a
	$(call say,LINK)$(link_san) $(USER_LIBS)

$(BUILD)/san/spawnscope-bench: $(BUILD)/san/obj/bench/driver/main.o $(BUILD)/san/obj/bench.a
	$(call say,LINK)$(link_san) $(BENCH_LIBS)

# It has no C library, and so no sanitizer.
$(BUILD)/san/spawnscope-child: $(BUILD)/spawnscope-child
	@mkdir -p $(@D)
	$(call say,COPY)cp $< $@

$(BUILD)/san/tests/user/%: $(BUILD)/san/obj/user/%.o $(call san,bench/tests/unit) $(BUILD)/san/obj/user.a
	$(call say,LINK)$(link_san) $(USER_LIBS) -lcmocka

$(BUILD)/san/tests/bench/%: $(BUILD)/san/obj/bench/%.o $(call san,bench/tests/unit) $(BUILD)/san/obj/bench.a
	$(call say,LINK)$(link_san) $(BENCH_LIBS) -lcmocka

room_of = $(BUILD)/san/obj/$(firstword $(subst /, ,$(1))).a
define fuzzer
$(BUILD)/san/fuzz/$(patsubst fuzz_%,%,$(notdir $(1))): $(call san,$(1)) $(call room_of,$(1))
	$$(call say,LINK)$$(link_san) -fsanitize=fuzzer $(if $(filter bench/%,$(1)),$(BENCH_LIBS),$(USER_LIBS))
endef
$(foreach test,$(fuzz_tests),$(eval $(call fuzzer,$(test))))

.SECONDARY: $(OBJECTS)
-include $(OBJECTS:.o=.d) $(BUILD)/obj/bench/child.d $(BUILD)/gen/spawnscope.bpf.d
