/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the parser of selftest output: the forms the mm tests write, and whatever a
 * crashing or malicious one might.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ktap.h"

static struct ktap *ktap;

static void feed(const char *text)
{
	ktap_begin(ktap);
	ktap_feed(ktap, text, strlen(text));
	ktap_end(ktap);
}

static int setup(void **state)
{
	(void)state;
	ktap = calloc(1, sizeof(*ktap));
	return !ktap;
}

static int teardown(void **state)
{
	(void)state;
	free(ktap);
	return 0;
}

static void every_form_of_a_case(void **state)
{
	(void)state;
	feed("TAP version 13\n1..7\n"
	     "ok 1 test_prot_read\n"
	     "not ok 2 - test: with colon (and more)\n"
	     "ok 3 # SKIP no huge pages\n"
	     "ok 4 test_x # SKIP why\n"
	     "ok 5 # XFAIL known\n"
	     "ok 6\n"
	     "# noise about ok 9\n"
	     "okay 7 this is none\n"
	     "  ok 1 nested\n"
	     "# Totals: pass:2 fail:1 xfail:1 xpass:0 skip:2 error:0\n");
	assert_int_equal(ktap->planned, 7);
	assert_int_equal(ktap->nr, 7);
	assert_string_equal(ktap->cases[0].name, "test_prot_read");
	assert_int_equal(ktap->cases[0].outcome, KTAP_PASS);
	assert_string_equal(ktap->cases[1].name, "test_with_colon_and_more");
	assert_int_equal(ktap->cases[1].outcome, KTAP_FAIL);
	assert_string_equal(ktap->cases[2].name, "no_huge_pages");
	assert_int_equal(ktap->cases[2].outcome, KTAP_SKIP);
	assert_string_equal(ktap->cases[3].name, "test_x");
	assert_int_equal(ktap->cases[3].outcome, KTAP_SKIP);
	assert_int_equal(ktap->cases[4].outcome, KTAP_SKIP);
	assert_string_equal(ktap->cases[5].name, "case-6");
	assert_string_equal(ktap->cases[6].name, "nested");
	assert_string_equal(ktap->last, "okay 7 this is none");
	assert_int_equal(ktap->count[KTAP_PASS] + ktap->count[KTAP_SKIP] + ktap->count[KTAP_FAIL], 7);
}

static void a_hash_that_is_no_directive_is_part_of_the_name(void **state)
{
	(void)state;
	feed("ok 1 page #3 of 5\nnot ok 2 page #3 # SKIP not this time\n");
	assert_string_equal(ktap->cases[0].name, "page_3_of_5");
	assert_int_equal(ktap->cases[0].outcome, KTAP_PASS);
	/* A failure stays one. */
	assert_int_equal(ktap->cases[1].outcome, KTAP_FAIL);
}

static void equal_names_are_told_apart(void **state)
{
	(void)state;
	feed("ok 1 same\nok 2 same\nnot ok 3 same\n");
	assert_string_equal(ktap->cases[0].name, "same");
	assert_string_equal(ktap->cases[1].name, "same.2");
	assert_string_equal(ktap->cases[2].name, "same.3");
}

static void the_exit_code_and_the_cases_must_agree(void **state)
{
	(void)state;
	feed("1..2\nok 1 a\nok 2 b\n");
	assert_int_equal(ktap_judge(ktap, 0), KTAP_PASS);
	assert_int_equal(ktap_judge(ktap, 1), KTAP_FAIL);
	assert_int_equal(ktap_judge(ktap, 4), KTAP_SKIP);
	feed("1..3\nok 1 a\nok 2 b\n");
	assert_int_equal(ktap_judge(ktap, 0), KTAP_FAIL);
	feed("ok 1 a\nnot ok 2 b\n");
	assert_int_equal(ktap_judge(ktap, 0), KTAP_FAIL);
	feed("ok 1 a\nBail out! no memory\n");
	assert_int_equal(ktap_judge(ktap, 0), KTAP_FAIL);
	feed("ok 1 # SKIP a\n");
	assert_int_equal(ktap_judge(ktap, 0), KTAP_SKIP);
	feed("no TAP at all");
	assert_int_equal(ktap_judge(ktap, 0), KTAP_PASS);
	assert_string_equal(ktap->last, "no TAP at all");
	feed("");
	assert_int_equal(ktap_judge(ktap, 139), KTAP_FAIL);
}

static void output_may_be_cut_anywhere(void **state)
{
	static const char text[] = "1..2\nok 1 first case\nnot ok 2 second # SKIP\n";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i++) {
		ktap_begin(ktap);
		ktap_feed(ktap, text, i);
		ktap_feed(ktap, text + i, sizeof(text) - 1 - i);
		ktap_end(ktap);
		assert_int_equal(ktap->nr, 2);
		assert_string_equal(ktap->cases[0].name, "first_case");
		assert_int_equal(ktap->cases[1].outcome, KTAP_FAIL);
	}
}

static void too_much_is_bounded(void **state)
{
	char text[64];
	size_t i;

	(void)state;
	ktap_begin(ktap);
	for (i = 0; i < KTAP_CASES_MAX + 10; i++)
		ktap_feed(ktap, text, (size_t)snprintf(text, sizeof(text), "ok %zu case %zu\n", i, i));
	ktap_end(ktap);
	assert_int_equal(ktap->nr, KTAP_CASES_MAX);
	assert_true(ktap->overflow);
	assert_int_equal(ktap_judge(ktap, 0), KTAP_FAIL);
	ktap_begin(ktap);
	ktap_feed(ktap, "ok 1 ", 5);
	for (i = 0; i < 2 * KTAP_LINE_MAX; i++)
		ktap_feed(ktap, "x", 1);
	ktap_feed(ktap, "\nok 2 next\n", 11);
	assert_int_equal(ktap->nr, 2);
	assert_true(strlen(ktap->cases[0].name) < KTAP_NAME_MAX);
	assert_string_equal(ktap->cases[1].name, "next");
}

/* Names end up in labels, where nothing else is allowed; and nothing crashes. */
static void any_bytes_give_names_that_labels_may_hold(void **state)
{
	static const char *const seeds[] = { "ok 1 ", "not ok 2 - ", "# ", "1..", "Bail out!", "\n", " " };
	uint64_t x = 88172645463325252u;
	char buf[256];
	size_t round, i, len;

	(void)state;
	for (round = 0; round < 2000; round++) {
		ktap_begin(ktap);
		for (i = 0; i < 6; i++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			len = (size_t)snprintf(buf, 16, "%s", seeds[x % 7]);
			while (len < 16 + x / 8 % 128)
				buf[len] = (char)(x >> (len % 56)), len++;
			ktap_feed(ktap, buf, len);
		}
		ktap_end(ktap);
		for (i = 0; i < ktap->nr; i++) {
			len = strspn(ktap->cases[i].name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
				     "RSTUVWXYZ0123456789._+-");
			assert_true(len && !ktap->cases[i].name[len]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_a_case),
		cmocka_unit_test(a_hash_that_is_no_directive_is_part_of_the_name),
		cmocka_unit_test(equal_names_are_told_apart),
		cmocka_unit_test(the_exit_code_and_the_cases_must_agree),
		cmocka_unit_test(output_may_be_cut_anywhere),
		cmocka_unit_test(too_much_is_bounded),
		cmocka_unit_test(any_bytes_give_names_that_labels_may_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
