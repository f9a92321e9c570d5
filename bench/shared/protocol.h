/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the driver and its caller say to each other: one line of text each,
 * fields separated by single spaces, numbers in decimal, times in nanoseconds
 * of CLOCK_MONOTONIC, `-` for what was not measured.
 *
 * The driver writes on standard output:
 *
 *   spawnscope-bench 2                 first line; the number is PROTOCOL_VERSION
 *   libc NAME VERSION [PATH]           the C library that it runs with, and its file if it is not
 *                                      linked into the driver
 *   runs N                             samples asked for per cell; it comes again before the first
 *                                      of the cells that have another number
 *   seed N                             seed of the random order
 *   cell ID KEY=VALUE ...              one line a cell of the grid, IDs from 0 up; keys are the
 *                                      axes (method=fork rss_bytes=1048576 pages=4k ...), values
 *                                      have no space; `method` comes first
 *   skip ID REASON...                  cell ID cannot run, and why; it gets no samples
 *   ready                              the grid is announced; commands are read from here on
 *
 * With --serve it then reads commands from standard input, and answers each:
 *
 *   prepare ID       brings up the parent process that cell ID spawns from. Answer:
 *                      parent ID PID KEY=VALUE ...   its pid and its measured shape, or
 *                      skip ID REASON...
 *   run ID N         spawns until N samples are taken. Answer: N lines
 *                      sample ID CHILD_PID ERRNO T_CALL T_RETURN T_CHILD T_EXEC T_EXIT T_REAPED
 *                    and then
 *                      done ID STARTED FAILED
 *                    STARTED counts the children that were created, warm-ups included; FAILED the
 *                    calls that failed, warm-ups included. Or, if the parent died or hung,
 *                      broken ID REASON...
 *                    in place of `done`, after which the cell gets no more samples; the samples
 *                    taken up to then stand before it.
 *   quit             ends the driver; so does the end of standard input.
 *
 * Without --serve it does the same for all cells by itself, in blocks in the order of a plan: a
 * `parent` line where a cell's parent is new, samples, and `done`.
 *
 * Samples are held in memory while they are taken and written after the last one, so no writing
 * disturbs them. In a sample:
 *
 *   CHILD_PID  `-` if unknown. Where the libc call does not tell it (system, popen) the child
 *              does, and so does a thread, whose thread id it is
 *   ERRNO      0, or why the call under test failed; the later times are then `-`
 *   T_CALL     just before the call under test
 *   T_RETURN   just after it returned in the parent
 *   T_CHILD    the child's first own instruction before any exec
 *   T_EXEC     the first instruction of the new program
 *   T_EXIT     the last timestamp that the child takes, right before it ends; the same as T_EXEC
 *              if there was an exec, and as T_CHILD if it shares the parent's memory
 *   T_REAPED   the wait (or join, or pclose) returned in the parent
 */
#ifndef SPAWNSCOPE_PROTOCOL_H
#define SPAWNSCOPE_PROTOCOL_H

#define PROTOCOL_VERSION 2

/* Longer lines are a fault of the driver. */
#define PROTOCOL_LINE_MAX 4096

#endif
