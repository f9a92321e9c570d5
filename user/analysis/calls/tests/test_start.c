// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/tests/unit.h"
#include "user/analysis/calls/start.h"
#include "user/model/series.h"
#include "user/tests/trees.h"

/* A dynamic program as glibc 2.36 starts it: instructions are powers of two, so that sums show. */
static const char dynamic[] = "=program\n"
			      " s kernel entry_SYSCALL_64 1 3\n"
			      "  c kernel __x64_sys_execve 1 1000000\n"
			      " c ld-linux-x86-64.so.2 _start 1 1\n"
			      "  c ld-linux-x86-64.so.2 _dl_start 1 2\n"
			      "   c ld-linux-x86-64.so.2 dl_main 1 4\n"
			      "    c ld-linux-x86-64.so.2 _dl_map_object 2 8\n"
			      "     c ld-linux-x86-64.so.2 _dl_map_object_from_fd 2 16\n"
			      "      s kernel entry_SYSCALL_64 9 100\n"
			      "       c kernel __x64_sys_mmap 8 2000\n"
			      "       c kernel __x64_sys_close 1 300\n"
			      "    c ld-linux-x86-64.so.2 _dl_relocate_object 3 32\n"
			      "     c ld-linux-x86-64.so.2 _dl_lookup_symbol_x 9 64\n"
			      "     e kernel asm_exc_page_fault 5 5000\n"
			      "      c kernel handle_mm_fault 5 700\n"
			      "     c libc.so.6 strlen_ifunc 1 128\n"
			      "  c ld-linux-x86-64.so.2 _dl_init 1 256\n"
			      "   c ld-linux-x86-64.so.2 call_init 2 512\n"
			      "    c libc.so.6 init_first 1 1024\n"
			      "    c libslow.so slow 1 2048\n"
			      "     c libc.so.6 memset 1 4096\n"
			      "  c server _start 1 8192\n"
			      "   c libc.so.6 __libc_start_main 1 16384\n"
			      "    c server frame_dummy 1 32768\n"
			      "    c libc.so.6 __libc_start_call_main 1 65536\n"
			      "     c server main 1 131072\n"
			      "      s kernel entry_SYSCALL_64 3 10\n"
			      "       c kernel __x64_sys_mmap 3 30\n"
			      "     c libc.so.6 exit 1 262144\n"
			      "      s kernel entry_SYSCALL_64 1 40\n"
			      "       c kernel __x64_sys_exit_group 1 50\n";

static const struct start_row *row_of(const struct start *s, enum start_stage stage,
				      const char *module)
{
	for (size_t i = 0; i < s->row_count; i++) {
		const struct start_row *r = &s->rows[i];

		if (r->stage == stage &&
		    (module ? r->module && !strcmp(r->module, module) : !r->module))
			return r;
	}
	fail_msg("no row of %s, %s", start_stage_title(stage), module ? module : "any");
	return NULL;
}

TEST(each_instruction_is_in_one_stage)
{
	struct call_tree t = trees_of(dynamic);
	struct start s;
	const struct start_row *r;
	int64_t sum = 0;

	assert_int_equal(start__split(&s, &t), 0);
	assert_int_equal(s.total, t.nodes[0].total);
	for (size_t i = 0; i < s.row_count; i++)
		sum += start_figures__sum(&s.rows[i].is);
	assert_int_equal(sum, s.total);
	assert_int_equal(row_of(&s, START_EXEC, NULL)->is.syscalls, 1000003);
	assert_int_equal(row_of(&s, START_LOADER, NULL)->is.user, 1 + 2 + 4);
	r = row_of(&s, START_MAPPING, NULL);
	assert_int_equal(r->is.user, 8 + 16);
	assert_int_equal(r->is.syscalls, 2400);
	assert_int_equal(r->is.syscall_count, 9);
	r = row_of(&s, START_RELOCATION, NULL);
	assert_int_equal(r->is.user, 32 + 128); /* a resolver belongs to it */
	assert_int_equal(r->is.faults, 5700);
	assert_int_equal(r->is.fault_count, 5);
	assert_int_equal(row_of(&s, START_LOOKUP, NULL)->is.user, 64);
	assert_int_equal(row_of(&s, START_CONSTRUCTORS, NULL)->is.user, 256 + 512);
	assert_int_equal(row_of(&s, START_CONSTRUCTORS, "libc.so.6")->is.user, 1024);
	assert_int_equal(row_of(&s, START_CONSTRUCTORS, "libslow.so")->is.user, 2048 + 4096);
	assert_int_equal(row_of(&s, START_CONSTRUCTORS, START_PROGRAM)->is.user, 32768);
	assert_int_equal(row_of(&s, START_LIBC, NULL)->is.user, 8192 + 16384 + 65536);
	r = row_of(&s, START_MAIN, NULL);
	assert_int_equal(r->is.user, 131072);
	assert_int_equal(r->is.syscalls, 40);
	r = row_of(&s, START_EXIT, NULL);
	assert_int_equal(r->is.user, 262144);
	assert_int_equal(r->is.syscalls, 90);
	assert_int_equal(s.libraries, 2);
	assert_int_equal(s.module_count, 2);
	start__free(&s);
	trees_free(&t);
}

TEST(system_calls_stand_by_name_and_by_who_makes_them)
{
	struct call_tree t = trees_of(dynamic);
	int64_t of_loader = 0, of_main = 0, shared = 0;
	struct start s;

	assert_int_equal(start__split(&s, &t), 0);
	for (size_t i = 0; i < s.syscall_count; i++) {
		const struct start_syscall *c = &s.syscalls[i];

		if (!c->name)
			shared += c->instructions;
		else if (!strcmp(c->name, "mmap") && c->stage == START_MAPPING)
			of_loader += c->calls * 10000 + c->instructions;
		else if (!strcmp(c->name, "mmap") && c->stage == START_MAIN)
			of_main += c->calls * 10000 + c->instructions;
	}
	assert_int_equal(of_loader, 82000);
	assert_int_equal(of_main, 30030);
	assert_int_equal(shared, 3 + 100 + 10 + 40);
	start__free(&s);
	trees_free(&t);
}

TEST(a_loader_without_names_is_one_stage_and_its_libraries_are_not_counted)
{
	struct call_tree t = trees_of("=program\n"
				      " c ld-linux-x86-64.so.2 0x7ffff7fc1000 1 10\n"
				      "  c libslow.so 0x7ffff7aa1000 1 20\n"
				      "  c server _start 1 40\n"
				      "   c libc.so.6 __libc_start_main 1 80\n"
				      "    c server 0x401000 1 160\n");
	struct start s;

	assert_int_equal(start__split(&s, &t), 0);
	assert_int_equal(s.libraries, MISSING);
	assert_int_equal(row_of(&s, START_LOADER, NULL)->is.user, 10);
	assert_int_equal(row_of(&s, START_CONSTRUCTORS, "libslow.so")->is.user, 20);
	/* A constructor or main: calls do not show which. */
	assert_int_equal(row_of(&s, START_OTHER, NULL)->is.user, 160);
	start__free(&s);
	trees_free(&t);
}

TEST(a_stripped_program_has_its_main_where_libc_has_names)
{
	struct call_tree t = trees_of("=program\n"
				      " c server _start 1 1\n"
				      "  c libc.so.6 __libc_start_main_impl 1 2\n"
				      "   c server 0x401000 1 4\n"
				      "   c libc.so.6 __libc_start_call_main 1 8\n"
				      "    c server 0x402000 1 16\n");
	struct start s;

	assert_int_equal(start__split(&s, &t), 0);
	assert_int_equal(row_of(&s, START_CONSTRUCTORS, START_PROGRAM)->is.user, 4);
	assert_int_equal(row_of(&s, START_MAIN, NULL)->is.user, 16);
	start__free(&s);
	trees_free(&t);
}

TEST(a_static_program_has_no_loader)
{
	struct call_tree t = trees_of("=program\n"
				      " c server _start 1 1\n"
				      "  c server __libc_start_main_impl 1 2\n"
				      "   c server __libc_setup_tls 1 4\n"
				      "   c server apply_irel 1 8\n"
				      "   c server call_init 1 16\n"
				      "    c server slow 1 32\n"
				      "   c server main 1 64\n");
	struct start s;

	assert_int_equal(start__split(&s, &t), 0);
	assert_int_equal(row_of(&s, START_LIBC, NULL)->is.user, 7);
	assert_int_equal(row_of(&s, START_RELOCATION, NULL)->is.user, 8);
	assert_int_equal(row_of(&s, START_CONSTRUCTORS, START_PROGRAM)->is.user, 32);
	assert_int_equal(row_of(&s, START_MAIN, NULL)->is.user, 64);
	start__free(&s);
	trees_free(&t);
}

TEST(a_signal_handler_belongs_to_the_stage_that_it_interrupts)
{
	struct call_tree t = trees_of("=program\n"
				      " c server main 1 1\n"
				      "  s kernel entry_SYSCALL_64 1 2\n"
				      "   c kernel __x64_sys_kill 1 4\n"
				      "    g server handler 1 8\n");
	struct start s;

	assert_int_equal(start__split(&s, &t), 0);
	assert_int_equal(row_of(&s, START_MAIN, NULL)->is.user, 9);
	assert_int_equal(row_of(&s, START_MAIN, NULL)->is.syscalls, 6);
	start__free(&s);
	trees_free(&t);
}

TEST(a_difference_names_what_came_in)
{
	struct call_tree a = trees_of("=program\n"
				      " c ld-linux-x86-64.so.2 _dl_map_object_from_fd 1 10\n"
				      " c ld-linux-x86-64.so.2 call_init 1 1\n"
				      "  c libc.so.6 init 1 5\n"
				      "  c libold.so.1 init 1 5\n"
				      " c old main 1 100\n");
	struct call_tree b = trees_of("=program\n"
				      " c ld-linux-x86-64.so.2 _dl_map_object_from_fd 3 35\n"
				      " c ld-linux-x86-64.so.2 call_init 1 1\n"
				      "  c libc.so.6 init 1 5\n"
				      "  c libnew.so init 1 500\n"
				      " c new main 1 90\n"
				      "  s kernel __x64_sys_mmap 7 20\n");
	struct start_diff d;

	assert_int_equal(start_diff__make(&d, &a, &b), 0);
	assert_int_equal(d.rows[0].stage, START_CONSTRUCTORS);
	assert_string_equal(d.rows[0].module, "libnew.so");
	assert_int_equal(start_change__more(&d.rows[0]), 500);
	assert_int_equal(d.rows[1].stage, START_MAPPING);
	assert_int_equal(start_change__more(&d.rows[1]), 25);
	assert_int_equal(d.new_count, 1);
	assert_string_equal(d.new_modules[0], "libnew.so");
	assert_int_equal(d.gone_count, 1);
	assert_string_equal(d.gone_modules[0], "libold.so.1");
	assert_string_equal(d.syscalls[0].b.name, "mmap");
	assert_int_equal(d.syscalls[0].a.calls, 0);
	assert_int_equal(d.syscalls[0].b.calls, 7);
	start_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}

TEST(a_function_that_is_bound_at_its_first_call_belongs_to_its_caller)
{
	struct call_tree t = trees_of("=program\n"
				      " c server main 1 1\n"
				      "  c ld-linux-x86-64.so.2 _dl_runtime_resolve_xsavec 1 2\n"
				      "   c ld-linux-x86-64.so.2 _dl_fixup 1 4\n"
				      "   c libc.so.6 puts 1 8\n");
	struct start s;

	assert_int_equal(start__split(&s, &t), 0);
	assert_int_equal(row_of(&s, START_MAIN, NULL)->is.user, 9);
	assert_int_equal(row_of(&s, START_LOOKUP, NULL)->is.user, 6);
	start__free(&s);
	trees_free(&t);
}

TEST(what_a_system_call_s_entry_jumps_to_is_the_same_call)
{
	struct call_tree t = trees_of("=program\n"
				      " c server main 1 1\n"
				      "  s kernel entry_SYSCALL_64 9 0\n"
				      "   c kernel do_syscall_64 9 0\n"
				      "    c kernel x64_sys_call 9 0\n"
				      "     c kernel __x64_sys_mmap 8 16\n"
				      "     c kernel ksys_mmap_pgoff 8 160\n"
				      "     c kernel vm_mmap_pgoff 4 40\n"
				      "     c kernel __x64_sys_access 1 2\n"
				      "     c kernel do_faccessat 1 20\n");
	int64_t calls = 0, instructions = 0;
	struct start s;

	assert_int_equal(start__split(&s, &t), 0);
	for (size_t i = 0; i < s.syscall_count; i++) {
		if (s.syscalls[i].name && !strcmp(s.syscalls[i].name, "mmap")) {
			calls += s.syscalls[i].calls;
			instructions += s.syscalls[i].instructions;
		}
	}
	assert_int_equal(calls, 8);
	assert_int_equal(instructions, 216);
	assert_int_equal(row_of(&s, START_MAIN, NULL)->is.syscall_count, 9);
	start__free(&s);
	trees_free(&t);
}
