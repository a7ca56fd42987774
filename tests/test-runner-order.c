// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In which order guests start: the plan's where time counts, the one that ends soonest where
 * it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "runner-private.h"
#include "sample-run.h"
#include "store-cells.h"

enum { FIRST, RACE, UNKNOWN, DONE, RACE_TOO, LONG, CELLS };

static const struct workload quick = { .name = "quick", .needs.cpus = 1 };
static const struct workload race = { .name = "race", .needs.cpus = 2 };
static const struct workload zswap = { .name = "zswap", .needs.cpus = 1 };

/* An earlier run has a cell of zswap, and what it took. */
static struct reuse *open_earlier(char *dir)
{
	const struct sample_run sample = { .engine = "exact", .variants = "baseline", .trials = 1,
					   .compressors = "lz4", .pools = "zbud" };
	char *run = str_printf("%s/20260101-000000-0001", dir);
	struct store_content content;
	struct reuse *reuse;

	sample_run_make(&sample, run);
	load(run, &content);
	reuse = reuse_open(dir, content.run.agent_hash, content.run.qemu_version);
	assert_true(reuse_wall_ns(reuse, "zswap", "compressor=lz4,pool=zbud"));
	store_content_free(&content);
	free(run);
	return reuse;
}

static void assert_order(enum engine engine, const size_t *expected, size_t nr_expected)
{
	struct plan_cell cell[CELLS] = {
		[FIRST] = { .workload = &quick, .params = (char *)"" },
		[RACE] = { .workload = &race, .params = (char *)"" },
		[UNKNOWN] = { .workload = &quick, .params = (char *)"" },
		[DONE] = { .workload = &quick, .params = (char *)"" },
		[RACE_TOO] = { .workload = &race, .params = (char *)"" },
		[LONG] = { .workload = &zswap, .params = (char *)"compressor=lz4,pool=zbud" },
	};
	const struct plan plan = { .cell = cell, .nr_cells = CELLS };
	const bool finished[CELLS] = { [DONE] = true };
	char *dir = sample_folder();
	struct runner_config config = {
		.engine = engine, .plan = &plan, .finished = finished,
		.reuse = open_earlier(dir),
	};
	size_t nr, *order = runner_order(&config, &nr);

	assert_int_equal(nr, nr_expected);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(order[i], expected[i]);
	free(order);
	reuse_close((struct reuse *)config.reuse);
	sample_remove(dir);
}

static void long_ones_start_early_and_races_wait_once(void **state)
{
	static const size_t order[] = { FIRST, LONG, UNKNOWN, RACE, RACE_TOO };

	(void)state;
	assert_order(ENGINE_EXACT, order, ARRAY_SIZE(order));
}

static void where_time_is_measured_the_plan_is_kept(void **state)
{
	static const size_t order[] = { FIRST, RACE, UNKNOWN, RACE_TOO, LONG };

	(void)state;
	assert_order(ENGINE_KVM, order, ARRAY_SIZE(order));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_ones_start_early_and_races_wait_once),
		cmocka_unit_test(where_time_is_measured_the_plan_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
