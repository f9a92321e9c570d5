// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A shared library that does nothing, which dynamic programs load many copies of
 * (--shared-libraries). */
int spawnscope_library(void);

int spawnscope_library(void)
{
	return 0;
}
