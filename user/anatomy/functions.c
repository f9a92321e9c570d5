// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/functions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/memory.h"

/* What GCC and LLVM append to the name of a function of which they make another. */
static const struct {
	const char *word;
	bool fragment;
} suffixes[] = {
	{".cold", true},	{".part.", true},      {".isra.", false},
	{".constprop.", false}, {".lto_priv.", false}, {".llvm.", false},
};

/* Labels of the kernel inside of one function that is written in assembly. */
static const char *const labels[] = {"_safe_stack", "_after_hwframe"};

static void strip(struct function *f)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		char *at = strstr(f->name, suffixes[i].word);

		if (!at || at == f->name)
			continue;
		*at = '\0';
		f->fragment |= suffixes[i].fragment;
	}
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		char *at = strstr(f->name, labels[i]);

		if (at && !strncmp(f->name, "entry_SYSCALL", strlen("entry_SYSCALL"))) {
			*at = '\0';
			f->fragment = true;
		}
	}
}

int functions__add(struct functions *f, const char *name, const char *module, uint64_t start,
		   uint64_t size)
{
	struct function *grown = array_grow(f->v, f->n, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	f->v = grown;
	grown[f->n] = (struct function){
		.name = strdup(name), .module = module, .start = start, .size = size};
	if (!grown[f->n].name)
		return -ENOMEM;
	strip(&grown[f->n++]);
	return 0;
}

static size_t underscores(const char *name)
{
	return strspn(name, "_");
}

/* By address; of one address the best name first: as programmers write it, and the shortest. */
static int compare(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (underscores(x->name) != underscores(y->name))
		return underscores(x->name) < underscores(y->name) ? -1 : 1;
	if (strlen(x->name) != strlen(y->name))
		return strlen(x->name) < strlen(y->name) ? -1 : 1;
	return strcmp(x->name, y->name);
}

void functions__sort(struct functions *f)
{
	size_t kept = 0;

	if (f->n)
		qsort(f->v, f->n, sizeof(*f->v), compare);
	for (size_t i = 0; i < f->n; i++) {
		if (kept && f->v[kept - 1].start == f->v[i].start) {
			if (f->v[kept - 1].size < f->v[i].size)
				f->v[kept - 1].size = f->v[i].size;
			free(f->v[i].name);
		} else {
			f->v[kept++] = f->v[i];
		}
	}
	f->n = kept;
}

const struct function *functions__find(const struct functions *f, uint64_t address)
{
	size_t low = 0, high = f->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (f->v[mid].start <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || (f->v[low - 1].size && address - f->v[low - 1].start >= f->v[low - 1].size))
		return NULL;
	return &f->v[low - 1];
}

void functions__free(struct functions *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].name);
	free(f->v);
	*f = (struct functions){0};
}
