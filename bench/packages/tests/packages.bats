#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The tarball of the sources, and the Debian packages made of what is built here already.
# bench/tests/fresh builds and installs them in clean systems.
#
# shellcheck disable=SC2153,SC2154 # what bats and the helpers set

load ../../tests/common.bash

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    TOP=$(realpath "$BATS_TEST_DIRNAME/../../..")
    export BUILD TOP
}

setup() {
    DIR=$BATS_TEST_TMPDIR
}

version() {
    sed -n 's/^#define SPAWNSCOPE_VERSION "\(.*\)"$/\1/p' "$TOP/user/base/command.h"
}

@test "the same sources make the same tarball, also when it is unpacked elsewhere" {
    local first second name
    name=spawnscope-$(version)
    first=$("$TOP/bench/packages/dist" "$DIR/1")
    [ "$first" = "$DIR/1/$name.tar.gz" ]
    tar -xzf "$first" -C "$DIR"
    # Modes and times of the tree do not matter, and what is built is left out.
    (
        umask 077
        cd "$DIR/$name"
        chmod -R go-rwx .
        mkdir build
        touch build/x
        SOURCE_DATE_EPOCH=$(stat -c %Y Makefile) bench/packages/dist "$DIR/2" >"$DIR/second"
    )
    second=$(<"$DIR/second")
    cmp "$first" "$second"
    # It can be built: a page, a test and a result file, one of each folder.
    for file in Makefile LICENSE bpf/phases.h user/main.c user/report/page.css bench/lab/lab \
        results/README.md .clang-format bench/packages/debian/control; do
        cmp "$TOP/$file" "$DIR/$name/$file"
    done
    tar -tzf "$first" >"$DIR/names"
    refute grep -E '/(build|\.git)/' "$DIR/names"
}

@test "a package is built with what deps installs to build" {
    awk '$1 == "build" && $4 !~ /^(gcc|libc6-dev)$/ { print $4 }' "$TOP/bench/tests/deps" | sort -u >"$DIR/deps"
    awk '/^Build-Depends:/ { on = 1; sub(/^[^:]*:/, "") } on && /^[^ ]/ { exit } on' \
        "$TOP/bench/packages/debian/control" | tr ',' '\n' | awk '$1 && $1 != "debhelper-compat" { print $1 }' |
        sort -u | diff "$DIR/deps" -
    awk '$1 == "lab" && $4 !~ /^(util-linux|dpkg)$/ { print $4 }' "$TOP/bench/tests/deps" | sort -u >"$DIR/deps"
    [ -s "$DIR/deps" ]
    for name in $(<"$DIR/deps"); do
        awk '/^Package: spawnscope-lab$/ { on = 1 } on' "$TOP/bench/packages/debian/control" | grep -wq -- "$name"
    done
}

# The real debian/ and the real `make install`, of the programs in BUILD: nothing is compiled.
make_packages() {
    local name
    name=spawnscope-$(version)
    mkdir -p "$DIR/$name" "$DIR/packages"
    cat >"$DIR/$name/Makefile" <<MAKE
all clean:
install:
	\$(MAKE) --no-print-directory -C $TOP -n install BUILD=$BUILD DESTDIR=\$(DESTDIR) PREFIX=\$(PREFIX) | sed -n '/^install -d/,\$\$p' | (cd $TOP && sh -e)
MAKE
    tar -czf "$DIR/$name.tar.gz" -C "$DIR" "$name"
    # What compresses them, and the packages for debuggers, are Debian's.
    DPKG_DEB_COMPRESSOR_TYPE=none DEB_BUILD_OPTIONS=noautodbgsym D3_MODULES=none \
        "$TOP/bench/packages/deb" "$DIR/$name.tar.gz" "$DIR/packages" >"$DIR/made"
}

files_of() { # PACKAGE
    dpkg-deb -c "$DIR/packages/$1_$(version)-1_"*.deb | awk '$1 !~ /^d/ { print $6 }'
}

@test "the packages have the programs, the lab, the man page, the documents and the completions" {
    command -v dh >/dev/null || skip "debhelper is not installed"
    ! has_sanitizers || skip "debhelper cannot read the debug information of that build, and nobody packs it"
    local file
    make_packages
    grep -q "/spawnscope_$(version)-1_[a-z0-9]*\.deb$" "$DIR/made"
    grep -q "/spawnscope-lab_$(version)-1_[a-z0-9]*\.deb$" "$DIR/made"
    files_of spawnscope >"$DIR/files"
    for file in bin/spawnscope bin/spawnscope-bench bin/spawnscope-child share/man/man1/spawnscope.1.gz \
        share/doc/spawnscope/README.md.gz share/doc/spawnscope/copyright \
        share/bash-completion/completions/spawnscope share/zsh/site-functions/_spawnscope \
        share/fish/vendor_completions.d/spawnscope.fish; do
        grep -Fxq "./usr/$file" "$DIR/files"
    done
    refute grep -q /lab/boot "$DIR/files"
    files_of spawnscope-lab >"$DIR/files"
    for file in lab anatomy guest boot fetch-kernel init maps anatomy-1.so; do
        grep -Fxq "./usr/lib/spawnscope/lab/$file" "$DIR/files"
    done
    # What is unpacked from them runs, and finds the lab once its package is there.
    dpkg-deb -x "$DIR/packages/spawnscope_$(version)-1_"*.deb "$DIR/root"
    "$DIR/root/usr/bin/spawnscope" bench --no-trace --method fork --size 1M --runs 3 -o "$DIR/run.jsonl" >/dev/null
    "$DIR/root/usr/bin/spawnscope" report "$DIR/run.jsonl" -o "$DIR/page.html"
    one_line 2 'install the package spawnscope-lab' "$DIR/root/usr/bin/spawnscope" lab -- doctor
    one_line 2 'install the package spawnscope-lab' "$DIR/root/usr/bin/spawnscope" anatomy
    dpkg-deb -x "$DIR/packages/spawnscope-lab_$(version)-1_"*.deb "$DIR/root"
    "$DIR/root/usr/bin/spawnscope" lab --help | grep -q -- --kernel
}

@test "fresh says in one line what it does not know" {
    local fresh=$TOP/bench/tests/fresh
    one_line 2 "unknown option '11'; --help" "$fresh" 11
    one_line 2 "'all': there is root, user, package and static" "$fresh" --only all
    one_line 2 '--check needs a value' "$fresh" --check
    "$fresh" --help | grep -q '^Exit status: '
}
