// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Joining what the traffic plugin wrote with the windows of the samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "traffic-count.h"
#include "traffic-figures.h"
#include "traffic-metric.h"
#include "util.h"

#define HEAD "pagemeta-traffic 1\nclasses memmap rest\n"
#define FIRST "0 1 1 2 3 4 5 6 7 8 0 0 0 0 0 0 0 0 10 20 0 0 30 40 50 60\n"
#define SECOND "0 2 100 200 300 400 500 600 700 800 0 0 0 0 0 0 0 0 1 1 0 0 1 1 1 1\n"
#define OTHER "3 1 7 7 7 7 7 7 7 7 0 0 0 0 0 0 0 0 7 7 0 0 7 7 7 7\n"

static struct msg msg;	/* large; reused */

static void send_windows(struct record *record, const char *series, uint64_t operations,
			 const uint64_t *window, uint32_t nr)
{
	memset(&msg, 0, offsetof(struct msg, samples));
	msg.type = MSG_WINDOWS;
	snprintf(msg.name, sizeof(msg.name), "%s", series);
	snprintf(msg.labels, sizeof(msg.labels), "content=text");
	msg.number[0] = operations;
	msg.nr_samples = nr;
	memcpy(msg.samples, window, nr * sizeof(*window));
	record_msg(record, &msg);
}

static int join(struct record *record, const char *text, size_t *ret_windows, struct err *err)
{
	char path[] = "/tmp/pagemeta-test-XXXXXX";
	int fd = mkstemp(path), error;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fs_write(path, text, strlen(text), NULL), 0);
	error = traffic_figures_join(record, path, ret_windows, err);
	unlink(path);
	return error;
}

static const struct store_series *find(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->nr_series; i++)
		if (!strcmp(record->series[i].name, name))
			return &record->series[i];
	return NULL;
}

static void each_count_becomes_a_series_in_the_order_of_the_samples(void **state)
{
	const uint64_t window[] = { MSG_WINDOW(0, 2), MSG_WINDOW(3, 1), MSG_WINDOW(0, 1) };
	struct record record = { 0 };
	const struct store_series *lines;
	struct err err = { "" };
	size_t windows = 0;

	(void)state;
	send_windows(&record, "store", 1, window, 2);
	send_windows(&record, "store", 1, window + 2, 1);
	assert_int_equal(join(&record, HEAD FIRST OTHER SECOND "end 3\n", &windows, &err), 0);
	assert_int_equal(windows, 3);
	assert_int_equal(record.nr_series, 14);
	lines = find(&record, "store.memmap_lines");
	assert_string_equal(lines->labels, "content=text");
	assert_int_equal(lines->nr, 3);
	assert_int_equal(lines->samples[0], 300);
	assert_int_equal(lines->samples[1], 7);
	assert_int_equal(lines->samples[2], 3);
	assert_int_equal(find(&record, "store.memmap_loads")->samples[2], 1);
	assert_int_equal(find(&record, "store.memmap_dtlb_misses")->samples[2], 8);
	assert_int_equal(find(&record, "store.rest_stores")->samples[2], 20);
	/* What is not counted and what the guest has not is absent, not 0. */
	assert_null(find(&record, "store.rest_lines"));
	assert_null(find(&record, "store.descriptors_lines"));
	record_free(&record);
}

static void operations_of_one_window_share_its_counts(void **state)
{
	const uint64_t window = MSG_WINDOW(0, 2);
	struct record record = { 0 };
	const struct store_series *loads;
	struct err err = { "" };
	uint64_t sum = 0;
	size_t windows;

	(void)state;
	send_windows(&record, "scan", 7, &window, 1);
	assert_int_equal(join(&record, HEAD FIRST SECOND "end 2\n", &windows, &err), 0);
	loads = find(&record, "scan.memmap_loads");
	assert_int_equal(loads->nr, 7);
	for (size_t i = 0; i < 7; i++)
		sum += loads->samples[i];
	assert_int_equal(sum, 100);
	assert_true(loads->samples[0] == 15 && loads->samples[6] == 14);
	record_free(&record);
}

static void a_window_that_the_plugin_did_not_see_is_said(void **state)
{
	const uint64_t missing[] = {
		0, MSG_WINDOW(0, 3), MSG_WINDOW(1, 1), MSG_WINDOW(15, 1), MSG_WINDOW(16, 1), UINT64_MAX,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
		struct record record = { 0 };
		struct err err = { "" };
		size_t windows;

		send_windows(&record, "store", 1, &missing[i], 1);
		assert_int_equal(join(&record, HEAD FIRST SECOND "end 2\n", &windows, &err), -EBADMSG);
		assert_non_null(strstr(err.text, "the plugin saw no window"));
		assert_int_equal(record.nr_series, 0);
		record_free(&record);
	}
}

static void operations_without_end_are_refused(void **state)
{
	const uint64_t operations[] = { 0, UINT64_C(1) << 32 }, window = MSG_WINDOW(0, 1);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		struct record record = { 0 };
		struct err err = { "" };
		size_t windows;

		send_windows(&record, "store", operations[i], &window, 1);
		assert_int_equal(join(&record, HEAD FIRST "end 1\n", &windows, &err), -EBADMSG);
		record_free(&record);
	}
}

static void a_file_that_is_not_whole_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "pagemeta-traffic 2\nclasses rest\nend 0\n", "pagemeta-traffic 1\nend 0\n",
		"pagemeta-traffic 1\nclasses\nend 0\n", HEAD FIRST, HEAD FIRST SECOND "end 1\n",
		HEAD "0 1 1 2 3\nend 1\n", HEAD "16 1 " FIRST "end 1\n", HEAD "0 0" FIRST "end 1\n",
		HEAD "0 1 1 2 3 4 5 6 7 8 0 0 0 0 0 0 0 0 10 20 0 0 30 40 50 60 70\nend 1\n",
		HEAD "0 1 -1 2 3 4 5 6 7 8 0 0 0 0 0 0 0 0 10 20 0 0 30 40 50 60\nend 1\n",
		HEAD "0 99999999999 1 2 3 4 5 6 7 8 0 0 0 0 0 0 0 0 10 20 0 0 30 40 50 60\nend 1\n",
		HEAD FIRST "end\n", HEAD FIRST "end 1 \n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct record record = { 0 };
		struct err err = { "" };
		size_t windows;

		if (join(&record, bad[i], &windows, &err) != -EBADMSG)
			fail_msg("taken for whole:\n%s", bad[i]);
		record_free(&record);
	}
}

static void a_file_that_is_not_there_is_said(void **state)
{
	struct record record = { 0 };
	struct err err = { "" };
	size_t windows;

	(void)state;
	assert_int_equal(traffic_figures_join(&record, "/nonexistent", &windows, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent"));
}

/** struct seen - metrics as they came */
struct seen {
	size_t nr;
	size_t first;
	char names[2048];
};

static int see(void *ctx, const struct store_metric *metric)
{
	struct seen *seen = ctx;

	seen->nr++;
	seen->first += traffic_metric_is_first(metric);
	assert_true(traffic_metric_is(metric));
	assert_string_equal(metric->name, metric->series);
	strcat(strcat(seen->names, metric->name), " ");
	return 0;
}

static void every_series_of_times_has_all_metrics_once(void **state)
{
	static const struct metric metrics[] = {
		{ .name = "store", .series = "store", .unit = UNIT_CLOCK },
		{ .name = "store_p99", .series = "store", .unit = UNIT_CLOCK },
		{ .name = "pool", .series = "pool", .unit = UNIT_BYTES },
		{ .name = "load", .series = "load", .unit = UNIT_CLOCK },
		{ .name = NULL }
	};
	const struct workload workload = { .name = "w", .metrics = metrics };
	const struct store_metric plain = { .name = (char *)"store", .series = (char *)"store" };
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(traffic_metric_each(&workload, see, &seen), 0);
	assert_int_equal(seen.nr, 2 * (TRAFFIC_COUNTS - 2));
	assert_int_equal(seen.first, 2);
	assert_non_null(strstr(seen.names, "load.rest_llc_misses "));
	assert_null(strstr(seen.names, "pool"));
	assert_false(traffic_metric_is(&plain));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_count_becomes_a_series_in_the_order_of_the_samples),
		cmocka_unit_test(operations_of_one_window_share_its_counts),
		cmocka_unit_test(a_window_that_the_plugin_did_not_see_is_said),
		cmocka_unit_test(operations_without_end_are_refused),
		cmocka_unit_test(a_file_that_is_not_whole_is_refused),
		cmocka_unit_test(a_file_that_is_not_there_is_said),
		cmocka_unit_test(every_series_of_times_has_all_metrics_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
