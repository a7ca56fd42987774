// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the closed forms of the KSM workload: figures worked out by hand, and two
 * ways to the same figures held against each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ksm-advisor.h"
#include "ksm-layout.h"

static void assert_expect(const struct ksm_expect *seen, const struct ksm_expect *wanted)
{
	assert_int_equal(seen->shared, wanted->shared);
	assert_int_equal(seen->sharing, wanted->sharing);
	assert_int_equal(seen->unshared, wanted->unshared);
	assert_int_equal(seen->zero, wanted->zero);
	assert_int_equal(seen->chains, wanted->chains);
	assert_int_equal(seen->dups, wanted->dups);
}

/*
 * With a limit of 3: 8 pages of zeroes are 3 + 3 + 2; the groups have 3, 3 + 1, 3 + 2,
 * 3 + 3, 3 + 3 + 1 and 3 pages; three pairs; six pages alone. 48 pages.
 */
static void counters_are_those_worked_out_by_hand(void **state)
{
	static const struct ksm_expect plain = {
		.shared = 3 + 1 + 1 + 2 + 2 + 2 + 1 + 3,
		.sharing = 5 + 2 + 2 + 3 + 4 + 4 + 2 + 3,
		.unshared = 1 + 1 + 6, .chains = 4, .dups = 3 + 2 + 2 + 2,
	};
	static const struct ksm_expect zero = {
		.shared = 12, .sharing = 20, .unshared = 8, .zero = 8, .chains = 3, .dups = 6,
	};
	struct ksm_layout *layout = ksm_layout_new(6, 3, 1, 1);
	struct ksm_rules rules = { .max_sharing = 3 };
	struct ksm_expect seen;

	(void)state;
	assert_int_equal(layout->nr, 48);
	ksm_layout_expect(layout, &rules, &seen);
	assert_expect(&seen, &plain);
	rules.zero = true;
	ksm_layout_expect(layout, &rules, &seen);
	assert_expect(&seen, &zero);
	ksm_layout_free(layout);
}

/*
 * Of the pages above, every other sharer is written to: of 3, 2 stay; of 2, 1 stays.
 * The two pages left over find room. Of the pairs one loses a page, one loses none,
 * one loses both.
 */
static void writing_to_pages_leaves_what_is_worked_out_by_hand(void **state)
{
	static const struct ksm_expect wanted = {
		.shared = 3 + 1 + 1 + 2 + 2 + 2 + 1 + 2,
		.sharing = 2 + 1 + (1 + 1) + 1 + 2 + (2 + 1) + 1 + 1,
		.unshared = 6, .chains = 4, .dups = 9,
	};
	static const struct ksm_rules rules = { .max_sharing = 3 };
	struct ksm_layout *layout = ksm_layout_new(6, 3, 1, 1);
	struct ksm_expect seen;

	(void)state;
	ksm_layout_expect(layout, &rules, &seen);
	ksm_layout_sets(layout, &rules);
	assert_int_equal(ksm_layout_break(layout, &rules, &seen),
			 3 + 1 + 1 + 2 + 2 + 2 + 1 + 3);
	assert_expect(&seen, &wanted);
	/* 14 KSM pages, 6 pages alone, 15 written to; the two that joined are not counted. */
	assert_int_equal(ksm_layout_frames(layout), 14 + 6 + 15);
	ksm_layout_free(layout);
}

/* Counts the sets anew and looks at each: members, limit, contents, nodes. */
static void check_sets(const struct ksm_layout *layout, const struct ksm_rules *rules)
{
	uint32_t *members = calloc(layout->nr + 1, sizeof(*members));
	size_t *first = calloc(layout->nr + 1, sizeof(*first)), i;
	struct ksm_expect expect, seen = { 0 };

	ksm_layout_expect(layout, rules, &expect);
	for (i = 0; i < layout->nr; i++) {
		const struct ksm_page *page = &layout->page[i];

		seen.zero += page->set == KSM_ZERO;
		seen.unshared += page->set == KSM_ALONE;
		if (page->set < 0)
			continue;
		assert_int_equal(page->rank, members[page->set]);
		if (!members[page->set]++)
			first[page->set] = i;
		else
			seen.sharing++;
		assert_int_equal(page->content, layout->page[first[page->set]].content);
		if (rules->apart)
			assert_int_equal(page->node, layout->page[first[page->set]].node);
	}
	for (i = 0; i < layout->nr_sets; i++) {
		seen.shared += members[i] > 1;
		assert_true(members[i] <= rules->max_sharing);
	}
	seen.chains = expect.chains;
	seen.dups = expect.dups;
	assert_expect(&seen, &expect);
	assert_int_equal(ksm_layout_frames(layout), seen.shared + seen.unshared + !!seen.zero);
	free(members);
	free(first);
}

static void sets_and_counters_agree(void **state)
{
	static const uint32_t limits[] = { 2, 3, 16, 100 };
	size_t i, setting;

	(void)state;
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		for (setting = 0; setting < 8; setting++) {
			const struct ksm_rules rules = {
				.max_sharing = limits[i], .apart = setting & 2,
				.zero = setting & 4,
			};
			struct ksm_layout *layout =
				ksm_layout_new(40, limits[i], setting & 1 ? 2 : 1, setting + 1);

			ksm_layout_sets(layout, &rules);
			check_sets(layout, &rules);
			ksm_layout_free(layout);
		}
	}
}

/* Nothing is lost: each page is shared, sharing, unshared, of zeroes or written to. */
static void after_writing_every_page_is_somewhere(void **state)
{
	size_t setting;

	(void)state;
	for (setting = 0; setting < 8; setting++) {
		const struct ksm_rules rules = {
			.max_sharing = 4, .apart = setting & 2, .zero = setting & 4,
		};
		struct ksm_layout *layout = ksm_layout_new(30, 4, setting & 1 ? 2 : 1, 7);
		struct ksm_expect expect;
		uint64_t broken;

		ksm_layout_expect(layout, &rules, &expect);
		ksm_layout_sets(layout, &rules);
		broken = ksm_layout_break(layout, &rules, &expect);
		assert_int_equal(expect.shared + expect.sharing + expect.unshared + expect.zero +
				 broken, layout->nr);
		ksm_layout_free(layout);
	}
}

static void the_second_sharer_decides_about_the_node(void **state)
{
	struct ksm_rules rules = { .max_sharing = 8 };
	struct ksm_layout *layout = ksm_layout_new(30, 8, 2, 3);
	int *node = calloc(layout->nr, sizeof(*node));
	size_t i, k;

	(void)state;
	ksm_layout_sets(layout, &rules);
	ksm_layout_nodes(layout, &rules, node);
	for (i = 0; i < layout->nr; i++)
		for (k = 0; k < layout->nr; k++)
			if (layout->page[i].set >= 0 && layout->page[k].rank == 1 &&
			    layout->page[i].set == layout->page[k].set)
				assert_int_equal(node[i], layout->page[k].node);
	rules.apart = true;
	ksm_layout_sets(layout, &rules);
	ksm_layout_nodes(layout, &rules, node);
	for (i = 0; i < layout->nr; i++)
		assert_int_equal(node[i], layout->page[i].node);
	free(node);
	ksm_layout_free(layout);
}

/* Ages 3, 5, 8, 13 and 22 leave out 1, 2, 4, 8 and 8 scans. */
static void smart_scan_leaves_out_a_known_pattern(void **state)
{
	static const unsigned int visited[] = { 1, 2, 3, 4, 6, 9, 14, 23, 32 };
	unsigned int scan, next = 0;

	(void)state;
	for (scan = 1; scan <= 32; scan++) {
		assert_int_equal(ksm_smart_skips(scan), scan != visited[next]);
		next += scan == visited[next];
	}
}

/*
 * A scan of less than a second that takes next to no CPU: the rate may be ten times
 * what it was (10 per cent of a CPU where it took 1), up to 30000. A scan of 400 s with
 * a target of 200 s and half a CPU: twice the rate, but no more than 70 per cent.
 */
static void the_advisor_is_as_worked_out_by_hand(void **state)
{
	struct ksm_advisor advisor = { .pages = 500 };

	(void)state;
	advisor = ksm_advisor_next(advisor, 0, 5000000);
	assert_int_equal(advisor.pages, 5000);
	assert_int_equal(advisor.change, 30);
	advisor = ksm_advisor_next(advisor, 0, 5000000);
	assert_int_equal(advisor.pages, 30000);
	assert_int_equal(advisor.change, 51);

	advisor = (struct ksm_advisor){ .pages = 1000, .scan_s = 400, .change = 100 };
	advisor = ksm_advisor_next(advisor, 400, 200000000000u);
	assert_int_equal(advisor.pages, 1000 / 50 * 70);
	advisor = (struct ksm_advisor){ .pages = 1000, .scan_s = 400, .change = 100 };
	advisor = ksm_advisor_next(advisor, 400, 80000000000u);
	assert_int_equal(advisor.pages, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_are_those_worked_out_by_hand),
		cmocka_unit_test(writing_to_pages_leaves_what_is_worked_out_by_hand),
		cmocka_unit_test(sets_and_counters_agree),
		cmocka_unit_test(after_writing_every_page_is_somewhere),
		cmocka_unit_test(the_second_sharer_decides_about_the_node),
		cmocka_unit_test(smart_scan_leaves_out_a_known_pattern),
		cmocka_unit_test(the_advisor_is_as_worked_out_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
