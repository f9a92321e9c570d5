# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # the scripts that source it use it
#
# What differs between the machines of the lab: x86, and arm64.

bytes_at() { # FILE OFFSET COUNT: in hexadecimal
    od -An -v -tx1 -j "$2" -N "$3" -- "$1" 2>/dev/null | tr -d ' \n'
}

# The machine that a kernel image is for. Those of arm64 have a magic
# (Documentation/arch/arm64/booting.rst).
machine_of() { # IMAGE
    if [[ $(bytes_at "$1" 56 4) == 41524d64 ]]; then printf arm64; else printf x86; fi
}

# This one, as the kernel names it.
native_machine() {
    case $(uname -m) in
    aarch64) printf arm64 ;;
    *) printf x86 ;;
    esac
}

# Sets what boot needs: the `emulator`, and the `package` that has it; `board`, its options; `cpu`;
# `console`, the guest's device; `settings`, words for the kernel.
describe_machine() { # MACHINE
    case $1 in
    x86)
        emulator=qemu-system-x86_64 package=qemu-system-x86
        board=() cpu=max console=ttyS0
        #   tsc=reliable        no watchdog compares the emulated clocks
        settings='tsc=reliable no_timer_check'
        ;;
    arm64)
        emulator=qemu-system-aarch64 package=qemu-system-arm
        # Version 3 of its interrupt controller is the one that has more than eight CPUs.
        # Addresses are signed by a function of QEMU's own, since the architecture's takes most of the
        # time.
        board=(-M "virt,gic-version=3") cpu=max,pauth-impdef=on console=ttyAMA0
        settings=''
        ;;
    esac
}

# With the rule by which instructions count: sets `cpu`, `rule` its name, `clock`, words for the kernel.
describe_counting() { # MACHINE
    local flag
    case $1 in
    x86)
        # QEMU counts each step of a repeated string instruction, so it must not offer the instructions
        # for which kernel and C library would then step by single bytes. The README says why.
        cpu=max,-rdrand,-rdseed
        for flag in $("$emulator" -cpu help | grep -owE 'erms|fsrm|fzrm|fsrs|fsrc'); do
            cpu+=,-$flag
        done
        rule=quadword-steps
        #   tsc_early_khz, lpj  the clock is 1 GHz by definition; the kernel's own
        #                       calibration is up to 63 ppm off
        #   nolapic_timer       ticks come from the HPET. They cost the same (2,900
        #                       instructions), and calibrating the APIC's timer takes
        #                       half the wall time of a boot
        clock='tsc_early_khz=1000000 lpj=2000000 nolapic_timer'
        ;;
    arm64)
        # A processor that is the same in each version: `max` gains instructions, some that repeat, and
        # clears 512 bytes at once, where this and others clear 64. A tick of its clock is a nanosecond.
        cpu=neoverse-n1,cntfrq=1000000000
        rule=single-instructions
        clock='lpj=2000000'
        ;;
    esac
}

# The options for the port `$2`, whose chardev has this name. The guest knows the ports as console,
# ttyS1, ttyS2, ttyS3.
port_options() { # MACHINE PORT
    case $1:$2 in
    x86:*) printf '%s\n' -serial "chardev:$2" ;;
    arm64:console)
        # The board's own port is the console; the first that is added is ttyS0, which nobody uses.
        printf '%s\n' -serial "chardev:$2" -chardev null,id=unused -device pci-serial,chardev=unused
        ;;
    arm64:*) printf '%s\n' -device "pci-serial,chardev=$2" ;;
    esac
}
