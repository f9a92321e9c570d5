// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The line about the machine. */
#include <string.h>

#include "bench/shared/units.h"
#include "user/table/part.h"
#include "user/text/escape.h"
#include "user/text/utf8.h"

/* What is left for the CPU model is 13 columns at least. */
#define KERNEL_WIDTH	 24
#define HYPERVISOR_WIDTH 12
#define FACT_MAX	 128

/* The fact's text, escaped and cut to `width` columns; "" if it is not known. Returns buf. */
static const char *fact(const struct run *r, const char *name, size_t width, char buf[FACT_MAX])
{
	const struct fact *f = run__env(r, name);

	escape_text(f && f->text ? f->text : "", buf, FACT_MAX);
	layout_cut(buf, width);
	return buf;
}

/* "Linux 6.1.0-18-amd64, Intel(R) Xeon(R) Platinum 8481C, kvm, clock: monotonic" */
void table_machine(const struct table *t)
{
	bool instructions = run__counts_instructions(t->r);
	char kernel[FACT_MAX], model[FACT_MAX], hypervisor[FACT_MAX];
	char before[2 * FACT_MAX], after[2 * FACT_MAX];
	size_t taken;

	fact(t->r, "kernel_release", KERNEL_WIDTH, kernel);
	fact(t->r, "hypervisor", HYPERVISOR_WIDTH, hypervisor);
	if (!strcmp(hypervisor, "none"))
		hypervisor[0] = '\0';
	else if (!strcmp(hypervisor, "yes")) /* the machine does not say which one */
		strcpy(hypervisor, "in a VM");
	snprintf(before, sizeof(before), "Linux%s%s", *kernel ? " " : "", kernel);
	snprintf(after, sizeof(after), "%s%s, clock: %s", *hypervisor ? ", " : "", hypervisor,
		 instructions ? "instructions" : CLOCK_OF_MACHINE);
	/* CPU models are long, and end in what matters least: cut to what is left of the line. */
	taken = utf8_width(before) + strlen(", ") + utf8_width(after);
	fact(t->r, "cpu_model", layout_width() - taken, model);
	fputs(t->colour ? "\033[1m" : "", t->out);
	layout_print(t->out, 2, "%s%s%s%s", before, *model ? ", " : "", model, after);
	fputs(t->colour ? "\033[0m" : "", t->out);
}
