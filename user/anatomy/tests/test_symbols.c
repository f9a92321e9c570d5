// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/anatomy/functions.h"
#include "user/anatomy/symbols.h"

static int read_kernel(struct symbols *s, const char *text, struct fault *why)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err = symbols__read_kernel(s, in, why);

	fclose(in);
	return err;
}

static int read_modules(struct symbols *s, const char *text, struct fault *why)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err = symbols__read_modules(s, in, "driver", "server", why);

	fclose(in);
	return err;
}

TEST(functions_are_found_by_address_under_their_best_name)
{
	struct functions f = {0};
	const struct function *found;

	functions__add(&f, "__libc_fork", "libc", 0x1000, 16);
	functions__add(&f, "fork", "libc", 0x1000, 16);
	functions__add(&f, "__fork", "libc", 0x1000, 16);
	functions__add(&f, "big.constprop.0", "libc", 0x2000, 32);
	functions__add(&f, "big.part.3.cold", "libc", 0x3000, 0);
	functions__add(&f, "end", "libc", 0x4000, 1);
	functions__sort(&f);
	assert_int_equal(f.n, 4);
	assert_null(functions__find(&f, 0xfff));
	assert_string_equal(functions__find(&f, 0x1000)->name, "fork");
	assert_string_equal(functions__find(&f, 0x100f)->name, "fork");
	assert_null(functions__find(&f, 0x1010));
	found = functions__find(&f, 0x2001);
	assert_string_equal(found->name, "big");
	assert_false(found->fragment);
	/* Without a size it lasts until the next one. */
	found = functions__find(&f, 0x3fff);
	assert_string_equal(found->name, "big");
	assert_true(found->fragment);
	assert_null(functions__find(&f, UINT64_MAX));
	functions__free(&f);
}

TEST(a_kernel_that_names_nothing_is_refused_with_one_line)
{
	static const struct {
		const char *text, *fault;
	} bad[] = {
		{"0000000000000000 T do_exit\n0000000000000000 t f\n", "hides the addresses"},
		{"ffffffff81000000 D data\n", "lists no functions"},
		{"what\n", "no symbol"},
	};
	struct fault why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct symbols *s = symbols__new();

		assert_int_equal(read_kernel(s, bad[i].text, &why), -EINVAL);
		assert_non_null(strstr(why.text, bad[i].fault));
		symbols__free(s);
	}
}

TEST(more_mappings_than_a_process_can_have_are_refused)
{
	struct symbols *s = symbols__new();
	struct fault why;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "program\t/driver\t/driver\n");
	for (unsigned int i = 0; i <= 65536; i++)
		fprintf(out, "map\t%x000\t%x001\t0\t\n", i + 1, i + 1);
	fclose(out);
	assert_int_equal(read_modules(s, text, &why), -EINVAL);
	assert_non_null(strstr(why.text, "not as expected"));
	free(text);
	symbols__free(s);
}

TEST(modules_of_the_kernel_have_their_names)
{
	struct symbols *s = symbols__new();
	struct fault why;

	assert_int_equal(read_kernel(s,
				     "ffffffff81000000 T do_exit\n"
				     "ffffffffa0000000 t ext4_fork\t[ext4]\n",
				     &why),
			 0);
	assert_string_equal(symbols__find(s, SYMBOLS_DRIVER, 0xffffffff81000010).module, "kernel");
	assert_string_equal(symbols__find(s, SYMBOLS_DRIVER, 0xffffffffa0000010).name, "ext4_fork");
	assert_string_equal(symbols__find(s, SYMBOLS_DRIVER, 0xffffffffa0000010).module, "ext4");
	assert_null(symbols__find(s, SYMBOLS_DRIVER, 0xffffffff80000000).name);
	symbols__free(s);
}

int a_function_of_this_program(int x);

__attribute__((noinline)) int a_function_of_this_program(int x)
{
	return 3 * x;
}

/* The line of /proc/self/maps that has the address, as a line of modules. */
static void own_mapping(uint64_t address, char *line, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uint64_t start, end, offset;
	char text[512], path[256];

	assert_non_null(maps);
	line[0] = '\0';
	while (fgets(text, sizeof(text), maps))
		if (sscanf(text, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %255s", &start,
			   &end, &offset, path) == 4 &&
		    address >= start && address < end)
			snprintf(line, size, "map\t%" PRIx64 "\t%" PRIx64 "\t%" PRIx64 "\t%s\n",
				 start, end, offset, path);
	fclose(maps);
	assert_true(line[0]);
}

TEST(functions_of_a_program_are_found_where_it_is_mapped)
{
	uint64_t here = (uint64_t)(uintptr_t)a_function_of_this_program;
	struct symbols *s = symbols__new();
	char line[512], text[1600];
	struct symbol found;
	struct fault why;

	own_mapping(here, line, sizeof(line));
	snprintf(text, sizeof(text),
		 "program\t/bin/driver\t/nowhere/driver\n"
		 "map\t%" PRIx64 "\t%" PRIx64 "\t0\t/nowhere/driver\n"
		 "program\t/lab/server\t/proc/self/exe\n%s"
		 "map\t7ffff7ffd000\t7ffff7fff000\t0\t[vdso]\n",
		 here & ~UINT64_C(0xfff), (here & ~UINT64_C(0xfff)) + 0x1000, line);
	assert_int_equal(read_modules(s, text, &why), 0);
	found = symbols__find(s, SYMBOLS_PROGRAM, here + 1);
	assert_string_equal(found.name, "a_function_of_this_program");
	assert_int_equal(found.start, here);
	assert_string_equal(found.module, "test_symbols");
	/* The driver lies at the same addresses, and its file is not here. */
	found = symbols__find(s, SYMBOLS_DRIVER, here + 1);
	assert_null(found.name);
	assert_string_equal(found.module, "driver");
	/* Of another process nothing is known. */
	assert_string_equal(symbols__find(s, SYMBOLS_ANOTHER, here).name, "[another process]");
	assert_string_equal(symbols__find(s, SYMBOLS_PROGRAM, 0x7ffff7ffd100).name, "[vdso]");
	assert_null(symbols__find(s, SYMBOLS_PROGRAM, 0x10).name);
	assert_int_equal(a_function_of_this_program(1), 3);
	symbols__free(s);
}

TEST(a_list_of_programs_that_is_damaged_is_refused)
{
	static const char *const bad[] = {
		"map\t1000\t2000\t0\t/bin/x\n",
		"program\t/bin/x\t/x\nmap\t2000\t1000\t0\t/bin/x\n",
		"program\t/bin/x\t/x\nmap\tzz\t1000\t0\t/bin/x\n",
		"what\n",
	};
	struct fault why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct symbols *s = symbols__new();

		assert_int_equal(read_modules(s, bad[i], &why), -EINVAL);
		assert_non_null(strstr(why.text, "list of programs"));
		symbols__free(s);
	}
}
