// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/environment.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/escape.h"
#include "user/text/layout.h"

/* A fact must be equal to compare: times, counts, or what the lab counts. */
enum { FOR_TIME = 1, FOR_COUNTS = 2, IN_LAB = 4 };

struct rule {
	const char *name;
	int needed_for;
	const char *group; /* a factor that declares it, like its own name */
	double slack;	   /* a number may differ by this share */
};

/* Older files do not say. */
#define POSSIBLE_CPUS "possible_cpus"

/*
 * The group `kernel` includes what comes with a kernel: a newer one has other mitigations and
 * other folio sizes. In the lab QEMU determines the guest's CPU, hypervisor and clock. MemTotal
 * excludes what the kernel itself takes, so it differs a little between kernels.
 */
static const struct rule rules[] = {
	{"kernel_release", FOR_TIME | FOR_COUNTS | IN_LAB, "kernel", 0},
	{"kernel_build", FOR_TIME | FOR_COUNTS | IN_LAB, "kernel", 0},
	{"machine", FOR_TIME | FOR_COUNTS | IN_LAB, "hardware", 0},
	{"page_bytes", FOR_TIME | FOR_COUNTS | IN_LAB, "kernel", 0},
	{"thp", FOR_TIME | FOR_COUNTS | IN_LAB, "thp", 0},
	{"mthp", FOR_TIME | FOR_COUNTS | IN_LAB, "kernel", 0},
	{"aslr", FOR_TIME | FOR_COUNTS | IN_LAB, "aslr", 0},
	{"aslr_personality", FOR_TIME | FOR_COUNTS | IN_LAB, "aslr", 0},
	{"qemu", IN_LAB, NULL, 0},
	{"cpu_model", FOR_TIME | IN_LAB, "hardware", 0},
	{"microcode", FOR_TIME, "hardware", 0},
	{"cpus", FOR_TIME | IN_LAB, "hardware", 0},
	{POSSIBLE_CPUS, FOR_TIME | IN_LAB, "hardware", 0},
	{"memory_bytes", FOR_TIME | IN_LAB, "hardware", 0.02},
	{"hypervisor", FOR_TIME, "hardware", 0},
	{"governor", FOR_TIME, "hardware", 0},
	{"clocksource", FOR_TIME, "hardware", 0},
	{"mitigations", FOR_TIME | IN_LAB, "kernel", 0},
	{"overcommit", FOR_TIME | IN_LAB, NULL, 0},
	{"libc", FOR_TIME | IN_LAB, NULL, 0},
	{"libc_file", FOR_TIME, "libc", 0},
	{RUN_PROGRAMS_FACT, FOR_TIME, NULL, 0},
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

bool gate_factor_known(const char *name)
{
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (!strcmp(rules[i].name, name) ||
		    (rules[i].group && !strcmp(rules[i].group, name)))
			return true;
	}
	return false;
}

static bool is_declared(const struct gate_policy *policy, const struct rule *rule)
{
	for (size_t i = 0; i < policy->factor_count; i++) {
		if (!strcmp(policy->factors[i], rule->name) ||
		    (rule->group && !strcmp(policy->factors[i], rule->group)))
			return true;
	}
	return false;
}

int64_t gate_fact_number(const struct run *r, const char *name)
{
	const struct fact *f = run__env(r, name);

	return f && !f->text ? f->number : MISSING;
}

static bool is_known(const struct fact *f)
{
	return f && (f->text || f->number != MISSING);
}

static bool same_fact(const struct fact *a, const struct fact *b, double slack)
{
	if (!is_known(a) || !is_known(b))
		return is_known(a) == is_known(b);
	if (a->text || b->text)
		return a->text && b->text && !strcmp(a->text, b->text);
	return fabs((double)a->number - (double)b->number) <= slack * fabs((double)a->number);
}

/* Of an older run: in the lab there was one; elsewhere it is not known, and then no difference. */
static const struct fact *fact_of(const struct run *r, const struct rule *rule,
				  const struct fact *other)
{
	static const struct fact one = {.number = 1};
	const struct fact *f = run__env(r, rule->name);

	if (is_known(f) || strcmp(rule->name, POSSIBLE_CPUS) != 0)
		return f;
	return run__counts_instructions(r) ? &one : other;
}

static void escape_cut(const char *text, char *buf, size_t size)
{
	char *escaped = escape_copy(text);

	buf[0] = '\0';
	layout_append(buf, size, "%s", escaped ? escaped : "out of memory");
	free(escaped);
}

static void show_fact(const struct fact *f, char *buf, size_t size)
{
	if (!is_known(f))
		snprintf(buf, size, "not known");
	else if (f->text)
		escape_cut(f->text, buf, size);
	else
		snprintf(buf, size, "%" PRId64, f->number);
}

static struct gate_difference *add_difference(struct gate_report *report, const char *name)
{
	struct gate_difference *d;

	for (size_t i = 0; i < report->difference_count; i++) {
		if (!strcmp(report->differences[i].name, name))
			return NULL; /* report the first run that differs */
	}
	d = reallocarray(report->differences, report->difference_count + 1, sizeof(*d));
	if (!d)
		return NULL;
	report->differences = d;
	d += report->difference_count++;
	*d = (struct gate_difference){0};
	snprintf(d->name, sizeof(d->name), "%s", name);
	return d;
}

void gate_difference_add(struct gate_report *report, const char *name, const char *a, const char *b,
			 bool declared)
{
	struct gate_difference *d = add_difference(report, name);

	if (!d)
		return;
	escape_cut(a, d->a, sizeof(d->a));
	escape_cut(b, d->b, sizeof(d->b));
	d->declared = declared;
}

/* What is counted; no factor can declare that it differs. */
static void compare_units(const struct run *a, const struct run *b, struct gate_report *report,
			  bool *time_ok, bool *counts_ok)
{
	if (run__same_unit(a, b))
		return;
	*time_ok = *counts_ok = false;
	if (strcmp(a->clock, b->clock))
		gate_difference_add(report, "clock", a->clock, b->clock, false);
	else
		gate_difference_add(report, "counting_rule", run__counting_rule(a),
				    run__counting_rule(b), false);
}

/* Out of memory, a difference is missing from the list, but still decides. */
static void compare_two(const struct run *a, const struct run *b, const struct gate_policy *policy,
			struct gate_report *report, bool *time_ok, bool *counts_ok)
{
	bool lab = run__counts_instructions(a);

	compare_units(a, b, report, time_ok, counts_ok);
	for (size_t i = 0; i < RULE_COUNT; i++) {
		const struct rule *rule = &rules[i];
		const struct fact *of_a = fact_of(a, rule, run__env(b, rule->name));
		const struct fact *of_b = fact_of(b, rule, of_a);
		bool declared = is_declared(policy, rule);
		struct gate_difference *d;

		if (!(rule->needed_for & (lab ? IN_LAB : FOR_TIME | FOR_COUNTS)) ||
		    same_fact(of_a, of_b, rule->slack))
			continue;
		*time_ok &= declared;
		*counts_ok &= declared || (!lab && !(rule->needed_for & FOR_COUNTS));
		d = add_difference(report, rule->name);
		if (!d)
			continue;
		d->declared = declared;
		show_fact(of_a, d->a, sizeof(d->a));
		show_fact(of_b, d->b, sizeof(d->b));
	}
}

void gate_environment(const struct run *const *runs, size_t count, const struct gate_policy *policy,
		      struct gate_report *report, bool *time_ok, bool *counts_ok)
{
	*time_ok = *counts_ok = true;
	for (size_t i = 1; i < count; i++)
		compare_two(runs[0], runs[i], policy, report, time_ok, counts_ok);
}
