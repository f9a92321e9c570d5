// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/birth_counts.h"

#include <stdio.h>
#include <stdlib.h>

#include "user/model/run.h"

#define TRIES 1000

int64_t birth_counts_since_boot(void)
{
	FILE *f = fopen("/proc/stat", "re");
	int64_t births = MISSING;
	char *line = NULL;
	size_t size = 0;
	long long n;

	/* getline: the line of interrupts is long. */
	while (f && births == MISSING && getline(&line, &size, f) > 0)
		if (sscanf(line, "processes %lld", &n) == 1)
			births = n;
	free(line);
	if (f)
		fclose(f);
	return births;
}

struct birth_counts birth_counts_read(const struct probe *probe)
{
	struct birth_counts c = {0};

	for (int i = 0; i < TRIES; i++) {
		c.ours = (int64_t)probe__totals(probe).newtasks;
		c.kernel = birth_counts_since_boot();
		if (c.kernel == birth_counts_since_boot() &&
		    c.ours == (int64_t)probe__totals(probe).newtasks)
			return c;
	}
	c.kernel = MISSING;
	return c;
}
