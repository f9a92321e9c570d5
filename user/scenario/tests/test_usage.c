// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/units.h"
#include "bench/tests/unit.h"
#include "user/scenario/usage.h"

static int64_t interrupts_in(const char *text, const char *name)
{
	FILE *in = fmemopen((char *)text, strlen(text), "r");
	int64_t count;

	assert_non_null(in);
	count = usage_interrupts(in, name);
	fclose(in);
	return count;
}

TEST(interrupts_are_summed_over_cpus_by_the_end_of_their_name)
{
	static const char text[] =
		"            CPU0       CPU1\n"
		"  0:         44          0   IO-APIC    2-edge      timer\n"
		" 31:          0      10075  PCI-MSIX-0000:00:01.0  virtio0-stats\n"
		" 32:      11975         25  PCI-MSIX  4-edge   virtio0-reporting_vq\n"
		" 48:          0          7  PCI-MSIX  4-edge   virtio5-reporting_vq\n"
		"NMI:          1          2   Non-maskable interrupts\n";

	assert_int_equal(interrupts_in(text, "-reporting_vq"), 12007);
	assert_int_equal(interrupts_in(text, "-stats"), 10075);
	assert_int_equal(interrupts_in(text, "Non-maskable interrupts"), 3);
	assert_int_equal(interrupts_in(text, "-inflate"), MISSING);
}

TEST(of_one_cpu_and_without_an_end_of_line)
{
	assert_int_equal(interrupts_in("           CPU0\n 32:  5  PCI-MSIX  a-reporting_vq",
				       "-reporting_vq"),
			 5);
}

TEST(this_process_has_faults_and_times)
{
	struct usage a = usage_of(getpid()), b = usage_of(getpid()), d = usage__between(&a, &b);

	assert_true(a.minor_faults > 0);
	assert_true(d.minor_faults >= 0 && d.stolen_ns >= 0);
}
