/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the script of the view `anatomy` draws: trees and their differences, by columns. */
#pragma once

#include "user/report/report.h"

/* JSON's null: no run has an anatomy. NULL: out of memory. */
json_t *anatomy_data(const struct report *p);
