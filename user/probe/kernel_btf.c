// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/kernel_btf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Kernels have some 6 MB. */
#define SIZE_MOST (256 << 20)

struct kernel_btf {
	char *data;
	size_t size;
	bool mapped;
	const char *types, *strings;
	size_t types_size, strings_size;
	__u32 *at;   /* by id: its place in types, which ends at types_size */
	__u32 count; /* with void */
};

/*
 * Since 6.16 the kernel's can be mapped (a539e2a6d51d), which saves 1,300 reads of a page each.
 * Another file is read: who truncates it would end a process that has mapped it.
 */
static int read_all(struct kernel_btf *b, const char *path)
{
	/* Not blocking: it may be a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = 0;
	bool own = !strcmp(path, KERNEL_BTF);
	size_t done = 0;
	struct stat st;
	void *data;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		err = -errno;
		goto cleanup;
	}
	if (!S_ISREG(st.st_mode)) {
		err = -EINVAL;
		goto cleanup;
	}
	if (st.st_size > SIZE_MOST) {
		err = -EFBIG;
		goto cleanup;
	}
	b->size = st.st_size;
	data = own ? mmap(NULL, b->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0) : MAP_FAILED;
	b->mapped = data != MAP_FAILED;
	b->data = b->mapped ? data : malloc(b->size);
	if (!b->data)
		err = -ENOMEM;
	while (!err && !b->mapped && done < b->size) {
		ssize_t n = read(fd, b->data + done, b->size - done);

		if (n > 0)
			done += n;
		else
			err = n ? -errno : -EIO;
	}
cleanup:
	close(fd);
	return err;
}

/* What follows a struct btf_type (Documentation/bpf/btf.rst); -1 for an unknown kind. */
static ssize_t tail_size(const struct btf_type *t)
{
	size_t n = btf_vlen(t);

	switch (btf_kind(t)) {
	case BTF_KIND_FWD:
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	default:
		return -1;
	}
}

static int find_sections(struct kernel_btf *b)
{
	const struct btf_header *h = (const struct btf_header *)b->data;
	size_t left;

	if (b->size < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len > b->size)
		return -EINVAL;
	left = b->size - h->hdr_len;
	if (h->type_off > left || h->type_len > left - h->type_off || h->str_off > left ||
	    h->str_len > left - h->str_off || !h->str_len)
		return -EINVAL;
	b->types = b->data + h->hdr_len + h->type_off;
	b->types_size = h->type_len;
	b->strings = b->data + h->hdr_len + h->str_off;
	b->strings_size = h->str_len;
	return b->strings[b->strings_size - 1] ? -EINVAL : 0;
}

static int find_types(struct kernel_btf *b)
{
	size_t at = 0;

	b->at = malloc((b->types_size / sizeof(struct btf_type) + 1) * sizeof(*b->at));
	if (!b->at)
		return -ENOMEM;
	b->count = 1;
	while (b->types_size - at >= sizeof(struct btf_type)) {
		ssize_t tail = tail_size((const struct btf_type *)(b->types + at));

		if (tail < 0 || b->types_size - at - sizeof(struct btf_type) < (size_t)tail)
			return -EINVAL;
		b->at[b->count++] = at;
		at += sizeof(struct btf_type) + tail;
	}
	return at == b->types_size ? 0 : -EINVAL;
}

int kernel_btf__open(const char *path, struct kernel_btf **btf)
{
	struct kernel_btf *b = calloc(1, sizeof(*b));
	int err = b ? read_all(b, path) : -ENOMEM;

	if (!err)
		err = find_sections(b);
	if (!err)
		err = find_types(b);
	if (err) {
		kernel_btf__close(b);
		b = NULL;
	}
	*btf = b;
	return err;
}

void kernel_btf__close(struct kernel_btf *b)
{
	if (!b)
		return;
	if (b->mapped)
		munmap(b->data, b->size);
	else
		free(b->data);
	free(b->at);
	free(b);
}

bool kernel_btf__same(const struct kernel_btf *a, const struct kernel_btf *b)
{
	return a->size == b->size && !memcmp(a->data, b->data, a->size);
}

__u32 kernel_btf__count(const struct kernel_btf *b)
{
	return b->count;
}

const struct btf_type *kernel_btf__type(const struct kernel_btf *b, __u32 id)
{
	return id && id < b->count ? (const struct btf_type *)(b->types + b->at[id]) : NULL;
}

const char *kernel_btf__name(const struct kernel_btf *b, const struct btf_type *type)
{
	return kernel_btf__string(b, type->name_off);
}

const char *kernel_btf__string(const struct kernel_btf *b, __u32 offset)
{
	return offset < b->strings_size ? b->strings + offset : "";
}
