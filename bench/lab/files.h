/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The guest's files, which a machine that has booted already reads from QEMU. */
#pragma once

#include <stdbool.h>

/*
 * Lets QEMU save the machine, if it was started for that; the saved machine goes on from here. Then
 * unpacks the archive (cpio, format newc) that QEMU holds as opt/spawnscope/files into the root
 * folder. Ends the program with a message if that fails. Sets access to I/O ports, which costs each
 * fork, so a process of its own calls this. live: the guest's clock is the host's.
 */
void files__load(bool live);
