// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/lab/plugin/code.h"

#include <string.h>

struct code code_decode(const uint8_t *bytes)
{
	struct code c = {0};
	size_t i = 0;

	while (i + 3 < CODE_BYTES && bytes[i] &&
	       strchr("\xf2\xf3\x66\x67\x2e\x3e\x26\x36\x64\x65", bytes[i])) {
		c.repeats |= bytes[i] == 0xf2 || bytes[i] == 0xf3;
		i++;
	}
	if ((bytes[i] & 0xf0) == 0x40)
		i++;
	if (bytes[i] == 0x0f) {
		c.extended = true;
		i++;
	}
	c.opcode = bytes[i];
	c.modrm = bytes[i + 1];
	return c;
}

static enum code_end end_of_extended(const struct code *c)
{
	if (c->opcode == 0x05)
		return CODE_SYSCALL;
	if (c->opcode == 0x07 || c->opcode == 0x35)
		return CODE_SYSRET;
	return (c->opcode & 0xf0) == 0x80 ? CODE_JUMP : CODE_ON;
}

/* Opcode ff: the middle of its ModRM byte says what it is. */
static enum code_end end_of_group(const struct code *c)
{
	switch (c->modrm >> 3 & 7) {
	case 2:
	case 3:
		return CODE_CALL;
	case 4:
	case 5:
		return c->modrm >= 0xc0 ? CODE_JUMP_REGISTER : CODE_JUMP_MEMORY;
	default:
		return CODE_ON;
	}
}

enum code_end code_end(const struct code *c)
{
	if (c->extended)
		return end_of_extended(c);
	switch (c->opcode) {
	case 0xe8:
		return CODE_CALL;
	case 0xc2:
	case 0xc3:
		return CODE_RETURN;
	case 0xcf:
		return CODE_IRET;
	case 0xff:
		return end_of_group(c);
	case 0xe9:
	case 0xeb:
		return CODE_JUMP;
	default:
		return (c->opcode & 0xf0) == 0x70 || (c->opcode & 0xfc) == 0xe0 ? CODE_JUMP
										: CODE_ON;
	}
}

bool code_is_string(const struct code *c)
{
	return !c->extended && ((c->opcode >= 0xa4 && c->opcode <= 0xa7) ||
				(c->opcode >= 0xaa && c->opcode <= 0xaf));
}

bool code_is_push_or_pop(const struct code *c)
{
	return !c->extended && c->opcode >= 0x50 && c->opcode <= 0x5f;
}

bool code_is_clock(const struct code *c)
{
	return c->extended && (c->opcode == 0x31 || (c->opcode == 0x01 && c->modrm == 0xf9));
}
