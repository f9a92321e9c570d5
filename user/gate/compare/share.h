/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where in a spawn a change lies. */
#pragma once

#include <stddef.h>

#include "user/gate/compare/verdict.h"

/*
 * In the lab, of a call, a start or a total that rose: the phases, as rows of the same cell, that
 * carry the largest shares of it, until they carry four fifths: "93 % of it in exit_mm". What is in
 * no phase counts as one. Where other parts fell: "all of it in copy_mm (+738979)".
 * "": the row is no whole, or no phase of its cell was compared.
 */
void gate_share(const struct gate_report *r, const struct gate_row *whole, char *text, size_t size);
