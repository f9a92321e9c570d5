/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

/*
 * Opens standard streams that are closed at the start on /dev/null: else the next file that is
 * opened would be one, and what is written for a person would go into it. Call it before all else.
 */
void streams_open_closed(void);

/*
 * The exit status, once all is printed: `status`, or EXIT_TROUBLE after one line if standard
 * output, a file or device, did not take what was written.
 */
int streams_end(int status);
