# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Programs whose start differs in one way each, in the folder programs/.

# Compiles a program; its source is standard input.
program() { # NAME OPTION...
    local name=$1
    shift
    cc -O1 -x c -o "programs/$name" - "$@"
}

# One that makes 2,000 VMAs.
program_maps() { # OPTION...
    program maps "$@" <<<'#include <sys/mman.h>
        int main(void) { for (int i = 0; i < 2000; i++)
            mmap(0, 4096, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            return 0; }'
}

# One that does nothing, and loads libc.
program_dynamic() {
    program dynamic <<<'int main(void) { return 0; }'
}

# The same with 30 more libraries, of one text, which the guest finds below the temporary folder.
program_libraries() {
    local n
    cc -shared -fPIC -x c -o lib1.so - <<<'int number(void) { return 1; }'
    for n in {2..30}; do
        cp lib1.so "lib$n.so"
    done
    program libraries -Wl,--no-as-needed -L. -l{1..30} "-Wl,-rpath,$PWD" <<<'int main(void) { return 0; }'
}

# The same with 200,000 relocations.
program_relocations() {
    program relocations -fPIE -pie \
        <<<'char data; void *all[200000] = {[0 ... 199999] = &data}; int main(void) { return 0; }'
}
