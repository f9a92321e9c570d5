// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The kernel's BTF in place, and the copy of the few types that CO-RE needs, against libbpf's. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "bench/tests/unit.h"
#include "user/probe/core_btf.h"

static struct btf *whole;

static int load(void **state)
{
	/* NULL: this kernel has no BTF, or does not show it. */
	whole = btf__load_vmlinux_btf();
	return 0;
}

static int unload(void **state)
{
	btf__free(whole);
	return 0;
}

static const char *name_of(const struct btf *btf, const struct btf_type *t)
{
	return btf__name_by_offset(btf, t->name_off);
}

TEST(every_type_is_where_libbpf_finds_it)
{
	struct kernel_btf *ours;

	if (!whole)
		SKIP("this kernel has no BTF, or does not show it");
	assert_int_equal(kernel_btf__open(KERNEL_BTF, &ours), 0);
	assert_int_equal(kernel_btf__count(ours), btf__type_cnt(whole));
	for (__u32 id = 1; id < btf__type_cnt(whole); id++) {
		const struct btf_type *t = btf__type_by_id(whole, id);
		const struct btf_type *o = kernel_btf__type(ours, id);

		if (memcmp(t, o, sizeof(*t)) ||
		    strcmp(name_of(whole, t), kernel_btf__name(ours, o)) != 0)
			fail_msg("type %u differs", id);
	}
	assert_null(kernel_btf__type(ours, 0));
	assert_null(kernel_btf__type(ours, btf__type_cnt(whole)));
	assert_string_equal(kernel_btf__string(ours, UINT32_MAX), "");
	kernel_btf__close(ours);
	kernel_btf__close(NULL);
}

/* Names, offsets and sizes of members, at any depth: what CO-RE looks at. */
static void compare(const struct btf *copy, __u32 copied, __u32 id)
{
	const struct btf_type *a = btf__type_by_id(copy, copied), *b = btf__type_by_id(whole, id);

	while (btf_is_mod(b) || btf_is_typedef(b))
		b = btf__type_by_id(whole, b->type);
	while (btf_is_typedef(a))
		a = btf__type_by_id(copy, a->type);
	assert_int_equal(btf_kind(a), btf_kind(b));
	if (btf_is_array(b)) {
		assert_int_equal(btf_array(a)->nelems, btf_array(b)->nelems);
		compare(copy, btf_array(a)->type, btf_array(b)->type);
	} else if (btf_is_enum(b)) {
		assert_int_equal(btf_vlen(a), btf_vlen(b));
		for (int i = 0; i < btf_vlen(b); i++)
			assert_int_equal(btf_enum(a)[i].val, btf_enum(b)[i].val);
	} else if (btf_is_composite(b)) {
		assert_int_equal(a->size, b->size);
		assert_int_equal(btf_vlen(a), btf_vlen(b));
		for (int i = 0; i < btf_vlen(b); i++) {
			const struct btf_member *m = btf_members(a) + i, *n = btf_members(b) + i;

			assert_string_equal(btf__name_by_offset(copy, m->name_off),
					    btf__name_by_offset(whole, n->name_off));
			assert_int_equal(btf_member_bit_offset(a, i), btf_member_bit_offset(b, i));
			assert_int_equal(btf_member_bitfield_size(a, i),
					 btf_member_bitfield_size(b, i));
			compare(copy, m->type, n->type);
		}
	} else if (!btf_is_ptr(b)) {
		assert_int_equal(a->size, b->size);
	}
}

TEST(what_an_object_names_is_copied_whole)
{
	static const struct {
		const char *name, *object;
		__u32 kind;
	} wanted[] = {
		{"task_struct", "task_struct", BTF_KIND_STRUCT},
		{"mm_struct", "mm_struct___old", BTF_KIND_STRUCT},
		{"bpf_func_id", "bpf_func_id", BTF_KIND_ENUM},
		{"pte_t", "pte_t", BTF_KIND_TYPEDEF},
	};
	struct btf *object = btf__new_empty(), *copy;
	char path[64];
	struct kernel_btf *kernel;
	int fd, number;

	if (!whole)
		SKIP("this kernel has no BTF, or does not show it");
	number = btf__add_int(object, "int", 4, BTF_INT_SIGNED);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_true((wanted[i].kind == BTF_KIND_STRUCT
				     ? btf__add_struct(object, wanted[i].object, 4)
			     : wanted[i].kind == BTF_KIND_ENUM
				     ? btf__add_enum(object, wanted[i].object, 4)
				     : btf__add_typedef(object, wanted[i].object, number)) > 0);
	/* The kernel has no struct of this name. */
	assert_true(btf__add_struct(object, "spawnscope_slot", 4) > 0);
	assert_int_equal(kernel_btf__open(KERNEL_BTF, &kernel), 0);
	fd = core_btf_file(kernel, object);
	kernel_btf__close(kernel);
	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	copy = btf__parse(path, NULL);
	assert_non_null(copy);
	/* It is small, which is its purpose. */
	assert_true(btf__type_cnt(copy) < btf__type_cnt(whole) / 20);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int a = btf__find_by_name_kind(copy, wanted[i].name, wanted[i].kind);
		int b = btf__find_by_name_kind(whole, wanted[i].name, wanted[i].kind);

		assert_true(a > 0 && b > 0);
		compare(copy, a, b);
	}
	assert_true(btf__find_by_name(copy, "spawnscope_slot") < 0);
	assert_true(btf__find_by_name(copy, "ext4_inode") < 0);
	btf__free(copy);
	close(fd);
	btf__free(object);
}

int unit_setup(void **state)
{
	return load(state);
}

int unit_teardown(void **state)
{
	return unload(state);
}
