// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The search for the first bad revision, with every place it can be in and every set of
 * revisions that cannot be judged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bisect.h"

#define NR 10

/* Return: revisions tried. */
static unsigned int search(struct bisect *bisect, size_t first_bad, unsigned int skipped)
{
	unsigned int tried = 0;
	size_t at;

	bisect_init(bisect, NR);
	while (bisect_next(bisect, &at)) {
		assert_true(at > bisect->good && at < bisect->bad);
		assert_int_equal(bisect->mark[at], BISECT_UNKNOWN);
		assert_true(++tried < NR);
		if (skipped >> at & 1)
			bisect_tell(bisect, at, BISECT_SKIPPED);
		else
			bisect_tell(bisect, at, at < first_bad ? BISECT_GOOD : BISECT_BAD);
	}
	return tried;
}

static void the_first_bad_one_is_found_in_few_steps(void **state)
{
	struct bisect bisect;

	(void)state;
	for (size_t first = 1; first < NR; first++) {
		unsigned int tried = search(&bisect, first, 0);

		assert_int_equal(bisect.bad, first);
		assert_int_equal(bisect.good, first - 1);
		assert_true(tried <= 4);
		bisect_free(&bisect);
	}
	bisect_init(&bisect, NR);
	assert_int_equal(bisect_steps(&bisect), 4);
	bisect_free(&bisect);
}

static void what_is_skipped_leaves_a_range_that_holds_it(void **state)
{
	struct bisect bisect;

	(void)state;
	for (unsigned int skipped = 0; skipped < 1 << NR; skipped++)
		for (size_t first = 1; first < NR; first++) {
			search(&bisect, first, skipped);
			assert_true(bisect.good < first && bisect.bad >= first);
			for (size_t at = bisect.good + 1; at < bisect.bad; at++)
				assert_true(skipped >> at & 1);
			bisect_free(&bisect);
		}
}

static void two_revisions_need_no_search(void **state)
{
	struct bisect bisect;
	size_t at;

	(void)state;
	bisect_init(&bisect, 2);
	assert_false(bisect_next(&bisect, &at));
	assert_int_equal(bisect_steps(&bisect), 0);
	bisect_free(&bisect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_bad_one_is_found_in_few_steps),
		cmocka_unit_test(what_is_skipped_leaves_a_range_that_holds_it),
		cmocka_unit_test(two_revisions_need_no_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
