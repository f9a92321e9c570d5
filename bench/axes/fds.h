/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What becomes of the descriptors of AXIS_fds at an exec. */
#pragma once

/* The values of AXIS_fd_kind. */
enum fds_kind {
	FDS_CLOEXEC,   /* the exec closes them */
	FDS_INHERITED, /* the program has them */
	FDS_CLOSED,    /* the child closes them in one call before its exec */
};
