/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

/* The values of AXIS_pages. */
enum pages_kind { PAGES_4K, PAGES_THP, PAGES_COUNT };
