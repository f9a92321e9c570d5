// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/core_btf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct copy {
	const struct kernel_btf *kernel;
	struct btf *btf;
	int *id;     /* by the kernel's id: the copy's, or 0 */
	int pointer; /* the one pointer type, to void */
	char **name; /* of the object's types, sorted */
	size_t names;
	int depth; /* of the type that is copied now */
};

/* Types in types. A file may have them in a circle. */
#define DEPTH_MAX 64

static int copy_type(struct copy *c, __u32 id);

/* Structs and unions: the types of members come before them. */
static int copy_struct(struct copy *c, const struct btf_type *t, const char *name)
{
	const struct btf_member *m = btf_members(t);
	int id, err = 0;

	for (__u32 i = 0; i < btf_vlen(t); i++) {
		id = copy_type(c, m[i].type);
		if (id < 0)
			return id;
	}
	id = btf_is_union(t) ? btf__add_union(c->btf, name, t->size)
			     : btf__add_struct(c->btf, name, t->size);
	for (__u32 i = 0; i < btf_vlen(t) && id > 0 && !err; i++)
		err = btf__add_field(c->btf, kernel_btf__string(c->kernel, m[i].name_off),
				     copy_type(c, m[i].type), btf_member_bit_offset(t, i),
				     btf_member_bitfield_size(t, i));
	return err ? err : id;
}

static int copy_enum(struct copy *c, const struct btf_type *t, const char *name)
{
	int id = btf__add_enum(c->btf, name, t->size), err = 0;

	for (__u32 i = 0; i < btf_vlen(t) && id > 0 && !err; i++)
		err = btf__add_enum_value(c->btf,
					  kernel_btf__string(c->kernel, btf_enum(t)[i].name_off),
					  btf_enum(t)[i].val);
	return err ? err : id;
}

static int copy_array(struct copy *c, const struct btf_array *a)
{
	int index = copy_type(c, a->index_type), element = copy_type(c, a->type);

	if (index < 0 || element < 0)
		return index < 0 ? index : element;
	return btf__add_array(c->btf, index, element, a->nelems);
}

/* Copies a type with the types that it is made of. Returns its id or -errno. */
static int add_copy(struct copy *c, const struct btf_type *t)
{
	const char *name = kernel_btf__name(c->kernel, t);
	int id;

	switch (btf_kind(t)) {
	case BTF_KIND_INT:
		return btf__add_int(c->btf, name, t->size, btf_int_encoding(t));
	case BTF_KIND_FLOAT:
		return btf__add_float(c->btf, name, t->size);
	case BTF_KIND_PTR:
		if (c->pointer <= 0)
			c->pointer = btf__add_ptr(c->btf, 0);
		return c->pointer;
	case BTF_KIND_ARRAY:
		return copy_array(c, btf_array(t));
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return copy_struct(c, t, name);
	case BTF_KIND_ENUM:
		return copy_enum(c, t, name);
	case BTF_KIND_TYPEDEF:
		id = copy_type(c, t->type);
		return id < 0 ? id : btf__add_typedef(c->btf, name, id);
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return copy_type(c, t->type); /* CO-RE ignores these */
	default:
		return 0; /* void: the programs read nothing of these kinds */
	}
}

/* Returns the copy's id, made if there was none, or -errno. */
static int copy_type(struct copy *c, __u32 id)
{
	const struct btf_type *t = kernel_btf__type(c->kernel, id);
	int copied;

	if (!t || c->id[id])
		return t ? c->id[id] : 0;
	if (c->depth == DEPTH_MAX)
		return -ELOOP;
	c->depth++;
	copied = add_copy(c, t);
	c->depth--;
	if (copied > 0)
		c->id[id] = copied;
	return copied;
}

static bool has_own_name(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_any_enum(t) || btf_is_typedef(t);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* CO-RE ignores a suffix after three underscores: "mm_struct___v61" is mm_struct. */
static int collect_names(struct copy *c, const struct btf *object)
{
	__u32 n = btf__type_cnt(object);

	c->name = calloc(n, sizeof(*c->name));
	if (!c->name)
		return -ENOMEM;
	for (__u32 id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(object, id);
		const char *name = btf__name_by_offset(object, t->name_off), *suffix;

		if (!has_own_name(t) || !*name)
			continue;
		suffix = strstr(name, "___");
		c->name[c->names] = strndup(name, suffix ? (size_t)(suffix - name) : strlen(name));
		if (!c->name[c->names++])
			return -ENOMEM;
	}
	qsort(c->name, c->names, sizeof(*c->name), compare_names);
	return 0;
}

static int copy_all(struct copy *c)
{
	__u32 n = kernel_btf__count(c->kernel);
	int err = 0;

	for (__u32 id = 1; id < n && err >= 0; id++) {
		const struct btf_type *t = kernel_btf__type(c->kernel, id);
		const char *name;

		if (!has_own_name(t))
			continue;
		name = kernel_btf__name(c->kernel, t);
		if (bsearch(&name, c->name, c->names, sizeof(*c->name), compare_names))
			err = copy_type(c, id);
	}
	return err < 0 ? err : 0;
}

static int write_file(const struct btf *btf)
{
	__u32 size;
	const char *data = btf__raw_data(btf, &size);
	int fd = data ? memfd_create("spawnscope-btf", MFD_CLOEXEC) : -1;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, data, size);
	if (n == (ssize_t)size)
		return fd;
	close(fd);
	return n < 0 ? -errno : -EIO;
}

int core_btf_file(const struct kernel_btf *kernel, const struct btf *object)
{
	struct copy c = {.kernel = kernel, .btf = btf__new_empty()};
	int err = c.btf ? 0 : -errno;

	c.id = calloc(kernel_btf__count(kernel), sizeof(*c.id));
	if (!err && !c.id)
		err = -ENOMEM;
	if (!err)
		err = collect_names(&c, object);
	if (!err)
		err = copy_all(&c);
	if (!err)
		err = write_file(c.btf);
	for (size_t i = 0; i < c.names; i++)
		free(c.name[i]);
	free(c.name);
	free(c.id);
	btf__free(c.btf);
	return err;
}
