// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/views/views.h"

#define X(name) &view_##name,
const struct view *const views[] = {VIEWS(X)};
#undef X

const size_t view_count = sizeof(views) / sizeof(views[0]);
