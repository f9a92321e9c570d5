// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/store/arrays.h"
#include "user/tests/mutate.h"

#define SIXTEEN "1,-2,0,null,5,6,7,8,9,10,11,12,13,14,15,9223372036854775807"

/* What the line says once what was taken out is back in its places. */
static json_t *restored(const struct lifted *l, json_t *json)
{
	const struct series *s = lifted__find(l, json);
	const char *name;
	json_t *value, *copy;
	size_t i;

	if (s) {
		copy = json_array();
		for (i = 0; i < s->n; i++)
			json_array_append_new(copy, s->v[i] == MISSING ? json_null()
								       : json_integer(s->v[i]));
		return copy;
	}
	if (json_is_array(json)) {
		copy = json_array();
		json_array_foreach (json, i, value) {
			json_array_append_new(copy, restored(l, value));
		}
		return copy;
	}
	if (json_is_object(json)) {
		copy = json_object();
		json_object_foreach (json, name, value) {
			json_object_set_new(copy, name, restored(l, value));
		}
		return copy;
	}
	return json_incref(json);
}

/* Whether the line is read, and if so, the same with and without. Returns what was taken out. */
static size_t check(const char *line, size_t len)
{
	json_t *whole = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL), *parts, *again;
	struct lifted l;
	size_t count;

	if (!lifted__take(&l, line, len)) {
		json_decref(whole);
		return 0;
	}
	assert_true(l.len <= len);
	count = l.count;
	parts = json_loadb(l.text, l.len, JSON_REJECT_DUPLICATES, NULL);
	if (!parts || !whole) {
		assert_ptr_equal(parts, whole);
	} else {
		again = restored(&l, parts);
		if (!json_equal(again, whole))
			fail_msg("not the same: %.*s", (int)len, line);
		json_decref(again);
	}
	json_decref(parts);
	json_decref(whole);
	lifted__free(&l);
	return count;
}

static size_t check_text(const char *line)
{
	return check(line, strlen(line));
}

TEST(arrays_of_numbers_are_taken_out)
{
	assert_int_equal(check_text("{\"a\":[" SIXTEEN "],\"b\":{\"c\":[ " SIXTEEN " , 3 ]}}"), 2);
	assert_int_equal(check_text("{\"[1\":\"\\\"[" SIXTEEN "]\",\"a\":[" SIXTEEN "]}"), 1);
	assert_int_equal(check_text("[[" SIXTEEN "],[true,false,null],[" SIXTEEN "]]"), 2);
}

TEST(other_lines_are_left_alone)
{
	assert_int_equal(check_text("{\"a\":[1,2,3]}"), 0);
	assert_int_equal(check_text("{\"a\":[" SIXTEEN ",01]}"), 0);
	assert_int_equal(check_text("{\"a\":[" SIXTEEN ",-]}"), 0);
	assert_int_equal(check_text("{\"a\":[" SIXTEEN ",+1]}"), 0);
	assert_int_equal(check_text("{\"a\":[" SIXTEEN ",]}"), 0);
	assert_int_equal(check_text("{\"a\":[" SIXTEEN), 0);
	assert_int_equal(check_text("{\"a\":[" SIXTEEN ",\"x\"]}"), 0);
	/* Out of range: jansson says so. INT64_MIN is no value, but what stands for none. */
	assert_int_equal(check_text("{\"a\":[" SIXTEEN ",9223372036854775808]}"), 0);
	assert_int_equal(check_text("{\"a\":[" SIXTEEN ",-9223372036854775808]}"), 0);
	assert_int_equal(check_text(""), 0);
	assert_int_equal(check_text("\""), 0);
	assert_int_equal(check_text("[\"\\"), 0);
}

/* What stands in place of an array cannot stand in a file beside one. */
TEST(nothing_can_pose_as_taken_out)
{
	static const char *const real[] = {"0.5", "5e-1", "5E-1", "1e0", "0.5e0", "-0.5"};
	char line[512];

	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		snprintf(line, sizeof(line), "{\"a\":[" SIXTEEN "],\"b\":[%s]}", real[i]);
		assert_int_equal(check_text(line), 0);
		snprintf(line, sizeof(line), "{\"b\":[%s],\"a\":[" SIXTEEN "]}", real[i]);
		assert_int_equal(check_text(line), 0);
	}
}

/* Lines with some bytes changed or cut out: what jansson makes of them, this does. */
TEST(as_jansson_reads_it)
{
	static const char base[] = "{\"a\":[" SIXTEEN "],\"n\":true,\"b\":[" SIXTEEN
				   ",4],\"s\":\"x[1,2]\\\"\",\"c\":[[1],[" SIXTEEN "]]}";
	char line[sizeof(base)];
	size_t taken = 0, len;

	for (size_t round = 0; round < 50000; round++) {
		memcpy(line, base, sizeof(base));
		len = mutate(line, sizeof(base) - 1, 1 + round % 4);
		line[len] = '\0';
		taken += check(line, len) > 0;
	}
	assert_true(taken > 2500);
}
