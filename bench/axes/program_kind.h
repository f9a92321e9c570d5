/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

/* The values of AXIS_program_kind. */
enum program_kind { PROGRAM_STATIC, PROGRAM_DYNAMIC, PROGRAM_SHELL, PROGRAM_SCRIPT };
