#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernel-config: the options of a kernel image.

load lab.bash

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    CONFIG=$LAB_SCRIPTS/kernel-config
}

# Makes a file that has a kernel image's header, and a payload packed like this.
image() { # FILE CONFIG PACKER...
    python3 -c '
import gzip, struct, subprocess, sys
config = open(sys.argv[2], "rb").read()
kernel = b"x" * 5000 + b"IKCFG_ST" + gzip.compress(config) + b"IKCFG_ED" + b"y" * 5000
packed = subprocess.run(sys.argv[3:], input=kernel, stdout=subprocess.PIPE, check=True).stdout
head = bytearray(1024)
head[497], head[566], head[514:518] = 1, 1, b"HdrS"
struct.pack_into("<II", head, 584, 10, len(packed) + 4)
open(sys.argv[1], "wb").write(bytes(head) + b"0" * 10 + packed + struct.pack("<I", len(kernel)) + b"more")
' "$@"
}

@test "the options are read from the image, however it is packed" {
    printf 'CONFIG_MEMCG=y\nCONFIG_NR_CPUS=64\n# CONFIG_KASAN is not set\nCONFIG_KASAN_X=y\n' >config.in
    echo 'CONFIG_NR_CPUS=9' >.config
    local packer
    for packer in gzip xz zstd bzip2 'lz4 -l' lzma; do
        command -v "${packer% *}" >/dev/null || continue
        # shellcheck disable=SC2086 # words
        image bzImage config.in $packer -c
        "$CONFIG" bzImage >out
        cat out
        grep -qx 'MEMCG=y' out
        grep -qx 'NR_CPUS=64' out
        grep -qx 'KASAN=not set' out
        [ "$(wc -l <out)" -eq 16 ]
    done
}

@test "else they are read from a file beside the image" {
    local file
    mkdir -p tree/arch/x86/boot
    head -c 2000 /dev/zero >tree/arch/x86/boot/vmlinuz-6.1-mine
    run -3 "$CONFIG" tree/arch/x86/boot/vmlinuz-6.1-mine
    [ -z "$output" ]
    for file in tree/.config tree/arch/x86/boot/config-6.1-mine tree/arch/x86/boot/config tree/arch/x86/boot/.config; do
        echo "CONFIG_NR_CPUS=${#file}" >"$file"
        "$CONFIG" tree/arch/x86/boot/vmlinuz-6.1-mine | grep -qx "NR_CPUS=${#file}"
    done
    one_line 2 'name a kernel image' "$CONFIG" none
}
