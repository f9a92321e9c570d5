/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The protocol between the driver and its caller: lines of text, fields
 * separated by single spaces, numbers in decimal, times in nanoseconds of
 * CLOCK_MONOTONIC, `-` for values that were not measured.
 *
 * The driver writes on standard output:
 *
 *   spawnscope-bench 5                 first line; the number is PROTOCOL_VERSION
 *   libc NAME VERSION [PATH]           the driver's C library, and its file unless it is linked
 *                                      statically
 *   runs N                             samples per cell; repeated before a cell whose number
 *                                      differs from the cell before
 *   seed N                             seed of the random order
 *   cell ID KEY=VALUE ...              one line per cell of the grid, IDs from 0 up; keys are the
 *                                      axes (method=fork rss_bytes=1048576 pages=4k ...), `method`
 *                                      comes first; with several programs, program=COMMAND comes
 *                                      last; in values, \xNN stands for a space, a backslash and a
 *                                      control character
 *   skip ID REASON...                  cell ID cannot run, and why; it gets no samples
 *   ready                              end of the grid; commands are read from here on
 *
 * With --serve it then reads commands from standard input, and answers each:
 *
 *   prepare ID       starts the parent process that cell ID spawns from. Answer:
 *                      parent ID PID KEY=VALUE ...   its pid and its measured shape, or
 *                      skip ID REASON...
 *   run ID N         takes N samples. Answer: N lines
 *                      sample ID CHILD_PID ERRNO T_CALL T_RETURN T_CHILD T_EXEC T_EXIT T_REAPED
 *                    with touching threads (touchers) three times follow, STALL STALL_SUM
 *                    STALL_BASE; with spawning threads (spawners) one number, ENDED; and then
 *                      done ID STARTED FAILED
 *                    STARTED counts the children that were created, FAILED the calls that failed,
 *                    both with warm-ups. Or, if the parent died or hung, the samples taken until
 *                    then and, in place of `done`,
 *                      broken ID REASON...   or
 *                      late ID REASON...     if no sample ended within the time limit
 *                    The cell then gets no more samples. Of a block that takes long, there is
 *                    from time to time before all this, as long as it takes samples,
 *                      busy
 *   quit             ends the driver; so does the end of standard input.
 *
 * Without --serve it runs all cells by itself, in blocks in the order of a plan: a `parent` line
 * where a cell's parent is new, samples, and `done`.
 *
 * Samples are kept in memory and written after a block's last one, so that writing does not disturb
 * them. In a sample:
 *
 *   CHILD_PID         `-` if unknown; a thread's id for threads. With system and popen the child
 *                     reports it, because the libc call does not return it
 *   ERRNO             0, or why the call under test failed; the later times are then `-`
 *   T_CALL            just before the call under test
 *   T_RETURN          just after it returned in the parent
 *   T_CHILD           the child's first own instruction before any exec
 *   T_EXEC            the first instruction of the new program
 *   T_EXIT            the child's last timestamp, right before it ends; the same as T_EXEC after an
 *                     exec, and as T_CHILD if the child shares the parent's memory
 *   T_REAPED          the wait (or join, or pclose) returned in the parent
 *   STALL, STALL_SUM  how long the longest touch of any of the touching threads took during the
 *                     call, and the sum over the threads of the longest of each
 *   STALL_BASE        the same as STALL in a pause as long as a call, right before
 *   ENDED             how many spawns of any of the threads ended between this one's call and its
 *                     end, itself included
 */
#pragma once

#define PROTOCOL_VERSION 5

/* The driver writes no longer lines. */
#define PROTOCOL_LINE_MAX 4096
