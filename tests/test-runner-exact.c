// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop that runs cells: that equal boots are equal is proved by a boot more, and
 * what is counted in a guest and of its vCPU threads is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metadata.h"
#include "runner-cells.h"

static void equal_boots_prove_exactness(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	cells_add(cells, &cells_plain, 0, CELLS_GOOD);
	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	assert_int_equal(cells_run(cells, ENGINE_EXACT, 2), 0);
	assert_non_null(cells_check(cells, "exactness"));
	assert_int_equal(cells_check(cells, "exactness")->verdict, VERDICT_PASS);
}

static void unequal_boots_are_a_broken_test_bed(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	cells_add(cells, &cells_plain, 0, "cont\nhello\nsamples 6\naccount 64\nend pass\nreset\nexit 0");
	assert_int_equal(cells_run(cells, ENGINE_EXACT, 2), 0);
	cells_assert(cells, 1, VERDICT_BROKEN, "exactness: series");
}

#define COUNTED(faults) \
	"cont\nhello\nsamples 5\ncounters 1 " faults "\naccount 64\nend pass\nreset\nexit 0"

static void counters_are_part_of_the_proof_of_exactness(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, COUNTED("7"));
	cells_add(cells, &cells_plain, 0, COUNTED("7"));
	cells->config.perfctr = PERFCTR_QUIET;
	assert_int_equal(cells_run(cells, ENGINE_EXACT, 2), 0);
	cells_assert(cells, 1, VERDICT_PASS, "");
	assert_non_null(strstr(cells_check(cells, "exactness")->reason, "and the same 3 counters"));
}

static void unequal_counters_are_a_broken_test_bed(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, COUNTED("7"));
	cells_add(cells, &cells_plain, 0, COUNTED("8"));
	assert_int_equal(cells_run(cells, ENGINE_EXACT, 2), 0);
	cells_assert(cells, 1, VERDICT_BROKEN, "but phase 1 (work), page_faults: 7, then 8");
}

/* What the fake's "samples 5" and "account 64" make; freed with each one's labels. */
static struct store_series *first_series(size_t *ret_nr)
{
	static uint64_t latency[] = { 0, 1, 2, 3, 4 }, memmap = 64 << 10, none, present = 64 << 20;
	struct store_series *series = mem_grow(NULL, 2 + METADATA_PHASES * METADATA_KINDS,
					       sizeof(*series));
	char labels[METADATA_LABELS];
	size_t nr = 0;

	series[nr++] = (struct store_series){ .name = "latency", .labels = str_dup(""),
					      .samples = latency, .nr = 5 };
	for (unsigned int phase = 0; phase < METADATA_PHASES; phase++)
		for (unsigned int kind = 0; kind < METADATA_KINDS; kind++)
			series[nr++] = (struct store_series){
				.name = METADATA_SERIES, .nr = 1,
				.labels = str_dup(metadata_labels(labels, kind, 0, phase)),
				.samples = kind == METADATA_MEMMAP ? &memmap : &none,
			};
	series[nr++] = (struct store_series){ .name = METADATA_MEMORY_SERIES, .samples = &present,
					      .labels = str_dup("kind=present,phase=boot"), .nr = 1 };
	*ret_nr = nr;
	return series;
}

/* What the first boot brought stands in the store by then. */
static void a_resumed_proof_has_the_counters_of_the_first_boot(void **state)
{
	struct cells *cells = *state;
	struct store_series *series;
	size_t nr;
	const struct store_counter counter = {
		.source = STORE_GUEST, .phase = 1, .name = "work", .windows = 5,
		.event = "page_faults", .value = { .via = PERFCTR_VIA_ACCOUNT, .value = 6, .raw = 6 },
	};

	cells_add(cells, &cells_plain, 1, "exit 9");
	cells_add(cells, &cells_plain, 0, COUNTED("7"));
	cells->finished[0] = true;
	series = first_series(&nr);
	cells->config.first_series = series;
	cells->config.nr_first_series = nr;
	cells->config.first_counter = &counter;
	cells->config.nr_first_counters = 1;
	assert_int_equal(cells_run(cells, ENGINE_EXACT, 1), 0);
	cells_assert(cells, 1, VERDICT_BROKEN, "page_faults: 6, then 7");
	for (size_t i = 0; i < nr; i++)
		free(series[i].labels);
	free(series);
}

static const struct store_counter *find_counter(const struct cells *cells, const char *source,
						const char *event)
{
	for (size_t i = 0; i < cells->content.nr_counters; i++)
		if (!strcmp(cells->content.counter[i].source, source) &&
		    !strcmp(cells->content.counter[i].event, event))
			return &cells->content.counter[i];
	return NULL;
}

/* The fake touches 4 MiB; where perf is not allowed there is a reason instead. */
static void the_vcpu_threads_are_counted_on_the_host(void **state)
{
	struct cells *cells = *state;
	const struct store_counter *faults;

	cells_add(cells, &cells_plain, 1,
		  "cont\nhello\neat 4\nsamples 5\naccount 64\nend pass\nreset\nexit 0");
	cells->config.perfctr = PERFCTR_QUIET;
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	cells_assert(cells, 0, VERDICT_PASS, "");
	assert_null(find_counter(cells, STORE_GUEST, "page_faults"));
	faults = find_counter(cells, STORE_HOST, "page_faults");
	assert_non_null(faults);
	assert_int_equal(faults->value.via, PERFCTR_VIA_PERF);
	assert_true(faults->phase == 1 && !faults->windows);
	if (!faults->value.error)
		assert_in_range(faults->value.value, 2, 1000000);
}

static void nothing_is_counted_where_nothing_is_wanted(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	assert_int_equal(cells->content.nr_counters, 0);
}

static void counters_that_make_no_sense_are_garbage(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, "cont\nhello\ncounters 0 7\nhang");
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	cells_assert(cells, 0, VERDICT_BROKEN, "(counters, ");
}

/* A QEMU that takes the plugin and leaves no file of it. */
static void a_cell_whose_traffic_is_missing_is_broken(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	cells->config.plugin = "/traffic.so";
	cells->config.traffic_caches = "32K/8,1M/16,8M/16,64/4";
	assert_int_equal(cells_run(cells, ENGINE_EXACT, 1), 0);
	cells_assert(cells, 0, VERDICT_BROKEN, "traffic: ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cells_open, cells_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(equal_boots_prove_exactness),
		TEST(unequal_boots_are_a_broken_test_bed),
		TEST(counters_are_part_of_the_proof_of_exactness),
		TEST(unequal_counters_are_a_broken_test_bed),
		TEST(a_resumed_proof_has_the_counters_of_the_first_boot),
		TEST(the_vcpu_threads_are_counted_on_the_host),
		TEST(nothing_is_counted_where_nothing_is_wanted),
		TEST(counters_that_make_no_sense_are_garbage),
		TEST(a_cell_whose_traffic_is_missing_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
