/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All scenarios, in the order of `scenario list`: struct scenario scenario_NAME. */
#pragma once

#define SCENARIOS(X)                                                                               \
	X(snapshot)                                                                                \
	X(upgrade)                                                                                 \
	X(prefork)                                                                                 \
	X(per_connection)                                                                          \
	X(heavy_helper)                                                                            \
	X(agent)                                                                                   \
	X(runtimes)                                                                                \
	X(pipeline)                                                                                \
	X(daemon)                                                                                  \
	X(build)                                                                                   \
	X(fuzzer)
