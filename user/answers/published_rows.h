/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the rows of published.c are written. */
#pragma once

#include <math.h>

#define US	   1e3
#define MS	   1e6
#define SECOND	   1e9
#define MIB	   1048576.0
#define GIB	   (1024 * MIB)
#define RATE(n)	   (SECOND / (n))      /* of n a second */
#define IN_10_S(n) (10 * SECOND / (n)) /* of n in ten seconds */
#define OF(s, n)   ((s)*SECOND / (n))  /* of n in so many seconds */

/* Slopes in time may differ by this factor from machine to machine, ratios by less. */
#define MACHINES 2
#define RATIOS	 1.5

/* What was published: a number, or a range, that ours agrees with within a factor; or in words. */
#define ONE(x, within)	      .low = (x), .high = (x), .factor = (within)
#define RANGE(a, b, within)   .low = (a), .high = (b), .factor = (within)
#define WORDS(text, from, to) .low = NAN, .words = (text), .least = (from), .most = (to)
#define UNLIKE(text)	      .words = (text), .unlike = true
#define FLAT		      WORDS("flat", 0.67, 1.5)
#define GROWS		      WORDS("grows", 2, INFINITY)

#define RATIO(asked, a, b, ...)                                                                    \
	{                                                                                          \
		.question = (asked), .over = (a), .under = (b), __VA_ARGS__                        \
	}
#define SHARE(asked, a, b, times, ...)                                                             \
	{                                                                                          \
		.question = (asked), .over = (a), .under = (b), .scale = (times), .percent = true, \
		__VA_ARGS__                                                                        \
	}
#define SLOPE(asked, of, along, per, ...)                                                          \
	{                                                                                          \
		.question = (asked), .kind = FIGURE_SLOPE, .over = (of), .axis = (along),          \
		.step = (per), __VA_ARGS__                                                         \
	}
#define POWER(asked, of, along, above, ...)                                                        \
	{                                                                                          \
		.question = (asked), .kind = FIGURE_POWER, .over = (of), .axis = (along),          \
		.from = (above), __VA_ARGS__                                                       \
	}
#define LINE(text, ours, ...)                                                                      \
	{                                                                                          \
		.label = (text), .like = (ours), .points = { __VA_ARGS__ }                         \
	}
/* Nothing of ours is like it. */
#define LONE(text, ...)                                                                            \
	{                                                                                          \
		.label = (text), .alone = true, .points = { __VA_ARGS__ }                          \
	}
