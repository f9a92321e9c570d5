// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/ring.h"

#include <bpf/libbpf.h>
#include <errno.h>

/*
 * A ring buffer callback returns this to end ring_buffer__consume(), which else goes on as long as
 * records come. The record counts as consumed. libbpf does not return it by itself.
 */
#define ENOUGH (-ECANCELED)

static int on_record(void *context, void *data, size_t size)
{
	struct record_ring *r = context;

	if (r->fn && size >= sizeof(struct record_head))
		r->fn(r->context, data, size);
	return --r->left ? 0 : ENOUGH;
}

int record_ring__open(struct record_ring *r, const struct bpf_map *map)
{
	r->buffer = ring_buffer__new(bpf_map__fd(map), on_record, r, NULL);
	return r->buffer ? 0 : -errno;
}

void record_ring__close(struct record_ring *r)
{
	ring_buffer__free(r->buffer);
	r->buffer = NULL;
}

int record_ring__consume(struct record_ring *r, size_t max, probe_record_fn *fn, void *context)
{
	int n;

	if (!r->buffer)
		return 0;
	r->fn = fn;
	r->context = context;
	r->left = max;
	n = ring_buffer__consume(r->buffer);
	return n == ENOUGH ? 1 : n < 0 ? n : 0;
}

int record_ring__fd(const struct record_ring *r)
{
	return r->buffer ? ring_buffer__epoll_fd(r->buffer) : -1;
}
