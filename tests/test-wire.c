/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the byte cursors: what is written is read back, and no length that
 * was not earned is believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

static void integers_come_back(void **state)
{
	uint8_t buf[13];
	struct wire_out out = { .data = buf, .size = sizeof(buf) };
	struct wire_in in = { .data = buf, .size = sizeof(buf) };

	(void)state;
	wire_put_u8(&out, 0xfe);
	wire_put_u32(&out, 0x01020304);
	wire_put_u64(&out, 0xfedcba9876543210u);
	assert_false(out.overflow);
	assert_int_equal(out.used, 13);
	assert_int_equal(buf[1], 4);	/* little endian */
	assert_int_equal(wire_get_u8(&in), 0xfe);
	assert_int_equal(wire_get_u32(&in), 0x01020304);
	assert_true(wire_get_u64(&in) == 0xfedcba9876543210u);
	assert_false(in.bad);
	assert_int_equal(in.pos, in.size);
}

static void write_past_the_end_writes_nothing_and_latches(void **state)
{
	uint8_t buf[8] = { 0 };
	struct wire_out out = { .data = buf, .size = 6 };

	(void)state;
	wire_put_u32(&out, 0xffffffff);
	wire_put_u32(&out, 0xffffffff);
	assert_true(out.overflow);
	assert_int_equal(out.used, 4);
	wire_put_u8(&out, 0xff);
	assert_int_equal(out.used, 4);
	assert_int_equal(buf[4] | buf[5] | buf[6] | buf[7], 0);
}

static void string_that_does_not_fit_leaves_no_length_behind(void **state)
{
	uint8_t buf[8] = { 0 };
	struct wire_out out = { .data = buf, .size = sizeof(buf) };

	(void)state;
	wire_put_string(&out, "12345");
	assert_true(out.overflow);
	assert_int_equal(out.used, 0);
	assert_int_equal(buf[0], 0);
}

static void read_past_the_end_is_zero_and_latches(void **state)
{
	uint8_t buf[5] = { 1, 2, 3, 4, 5 };
	struct wire_in in = { .data = buf, .size = sizeof(buf) };

	(void)state;
	assert_int_equal(wire_get_u32(&in), 0x04030201);
	assert_int_equal(wire_get_u32(&in), 0);
	assert_true(in.bad);
	assert_int_equal(wire_get_u8(&in), 0);	/* there is one, but the error stays */
	assert_int_equal(in.pos, 4);
}

/* On the heap and of exact size, so that the sanitizer sees any step too far. */
static void read_string(const void *data, size_t size, char *buf, bool *ret_bad)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct wire_in in = { .data = copy, .size = size };

	memcpy(copy, data, size);
	wire_get_string(&in, buf);
	*ret_bad = in.bad;
	free(copy);
}

static void lengths_a_guest_invents_are_refused(void **state)
{
	static const uint32_t lengths[] = {
		6, 4096, 0x7fffffff, 0x80000000, 0xfffffffb, 0xfffffffc, 0xffffffff
	};
	char text[WIRE_STRING_MAX + 1];
	uint8_t buf[9];
	size_t i;
	bool bad;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct wire_out out = { .data = buf, .size = sizeof(buf) };

		wire_put_u32(&out, lengths[i]);
		memcpy(buf + 4, "abcde", 5);
		strcpy(text, "left over");
		read_string(buf, sizeof(buf), text, &bad);
		assert_true(bad);
		assert_string_equal(text, "");
	}
	for (i = 0; i < 4; i++) {
		read_string(buf, i, text, &bad);
		assert_true(bad);
	}
}

static void bytes_that_cannot_be_printed_are_replaced(void **state)
{
	static const uint8_t data[] = "\x08\0\0\0" "a\x1b\t\n\x7f\0\rz";
	char text[WIRE_STRING_MAX + 1];
	bool bad;

	(void)state;
	read_string(data, sizeof(data) - 1, text, &bad);
	assert_false(bad);
	assert_string_equal(text, "a?\t\n???z");
}

static void long_strings_are_cut_and_come_back(void **state)
{
	char *text = malloc(WIRE_STRING_MAX + 100), back[WIRE_STRING_MAX + 1];
	uint8_t *buf = malloc(WIRE_STRING_MAX + 4);
	struct wire_out out = { .data = buf, .size = WIRE_STRING_MAX + 4 };
	bool bad;

	(void)state;
	memset(text, 'x', WIRE_STRING_MAX + 99);
	text[WIRE_STRING_MAX + 99] = '\0';
	wire_put_string(&out, text);
	assert_false(out.overflow);
	assert_int_equal(out.used, WIRE_STRING_MAX + 4);
	read_string(buf, out.used, back, &bad);
	assert_false(bad);
	assert_int_equal(strlen(back), WIRE_STRING_MAX);
	free(text);
	free(buf);
}

static void string_one_byte_too_long_is_refused_even_when_it_is_there(void **state)
{
	char *back = malloc(WIRE_STRING_MAX + 1);
	uint8_t *buf = malloc(WIRE_STRING_MAX + 5);
	struct wire_out out = { .data = buf, .size = 4 };
	bool bad;

	(void)state;
	wire_put_u32(&out, WIRE_STRING_MAX + 1);
	memset(buf + 4, 'x', WIRE_STRING_MAX + 1);
	read_string(buf, WIRE_STRING_MAX + 5, back, &bad);
	assert_true(bad);
	assert_string_equal(back, "");
	free(back);
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_come_back),
		cmocka_unit_test(write_past_the_end_writes_nothing_and_latches),
		cmocka_unit_test(string_that_does_not_fit_leaves_no_length_behind),
		cmocka_unit_test(read_past_the_end_is_zero_and_latches),
		cmocka_unit_test(lengths_a_guest_invents_are_refused),
		cmocka_unit_test(bytes_that_cannot_be_printed_are_replaced),
		cmocka_unit_test(long_strings_are_cut_and_come_back),
		cmocka_unit_test(string_one_byte_too_long_is_refused_even_when_it_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
