// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store keeps what it was given, refuses what it does not know, and reads no
 * sense into what is damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sample-run.h"
#include "store-cells.h"
#include "store-private.h"
#include "util.h"

static const struct sample_run sample = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .trials = 2,
	.compressors = "lzo,lz4", .pools = "zsmalloc", .counters = true,
};

static void what_is_written_is_read_again(void **state)
{
	char *dir = sample_folder();
	struct store_content content;
	(void)state;

	sample_run_make(&sample, dir);
	load(dir, &content);
	assert_string_equal(content.run.id, "20251201-094501-7c3e");
	assert_string_equal(content.run.engine, "exact");
	assert_true(content.run.exact);
	assert_string_equal(content.run.topology, "<topology version=\"2.0\"/>");
	assert_string_equal(content.run.status, "finished");
	assert_int_equal(content.run.started, 1764582301);
	assert_true(content.run.ended > content.run.started);
	assert_int_equal(content.nr_kernels, 2);
	assert_string_equal(content.kernel[1].variant, "vmemmap-4k");
	assert_true(content.kernel[0].seconds == 308.4);
	assert_int_equal(content.nr_metrics, 10);
	assert_string_equal(content.metric[6].name, "density");
	assert_int_equal(content.metric[6].unit, UNIT_RATIO);
	assert_int_equal(content.metric[6].direction, DIR_HIGHER);
	assert_int_equal(content.metric[2].combine, COMBINE_P99);
	/* 2 variants x (2 compressors + memmap) x 2 trials, and the repetition */
	assert_int_equal(content.nr_cells, 13);
	assert_int_equal(content.cell[1].id, 2);
	assert_int_equal(content.cell[1].trial, 0);
	assert_string_equal(content.cell[2].variant, "vmemmap-4k");
	assert_string_equal(content.cell[2].params, "compressor=lzo,pool=zsmalloc");
	assert_int_equal(content.cell[2].ready_ns, 1431000000);
	assert_int_equal(content.cell[2].max_rss, 412 << 20);
	assert_non_null(strstr(content.cell[2].command, "-icount"));
	assert_non_null(strstr(content.cell[2].job, "workload zswap\n"));
	assert_string_equal(content.series[0].name, "store");
	assert_string_equal(content.series[0].labels, "content=same");
	assert_int_equal(content.series[0].nr, 128);
	assert_int_equal(content.series[0].samples[0], 20113);
	assert_int_equal(content.check[0].verdict, VERDICT_PASS);
	assert_string_equal(content.check[1].labels, "content=text");
	store_content_free(&content);
	sample_remove(dir);
}

static void extreme_samples_and_none_survive(void **state)
{
	uint64_t extreme[] = { 0, 1, UINT64_MAX, UINT64_C(1) << 63, UINT64_C(0x0123456789abcdef) };
	struct store_series series[] = {
		{ 0, "store", "", extreme, ARRAY_SIZE(extreme) }, { 0, "empty", "", NULL, 0 }
	};
	struct store_cell cell = { .id = 1, .verdict = VERDICT_INCONCLUSIVE };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	(void)state;

	plan_cells(store, 1);
	must(store_cell_begin(store, &cell, &err), &err);
	must(store_cell_end(store, &cell, series, 2, NULL, 0, &err), &err);
	store_close(store);
	load(dir, &content);
	assert_int_equal(content.cell[0].verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(content.nr_series, 2);
	assert_memory_equal(content.series[0].samples, extreme, sizeof(extreme));
	assert_int_equal(content.series[1].nr, 0);
	store_content_free(&content);
	sample_remove(dir);
}

static void samples_are_little_endian_on_disk(void **state)
{
	uint64_t value = UINT64_C(0x0102030405060708);
	struct store_series series = { 0, "store", "", &value, 1 };
	struct store_cell cell = { .id = 1 };
	char *dir = sample_folder();
	char *path = db_path(dir);
	struct store *store = create(dir);
	struct err err = { "" };
	sqlite3_stmt *stmt;
	sqlite3 *db;
	(void)state;

	plan_cells(store, 1);
	must(store_cell_end(store, &cell, &series, 1, NULL, 0, &err), &err);
	store_close(store);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT hex(samples) FROM series", -1, &stmt, NULL);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "0807060504030201");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	free(path);
	sample_remove(dir);
}

static void a_folder_that_holds_a_run_gets_no_second_one(void **state)
{
	char *dir = sample_folder();
	struct store_run run = plain_run();
	struct err err = { "" };
	struct store_content content;
	struct store *store;
	(void)state;

	sample_run_make(&sample, dir);
	assert_int_equal(store_create(dir, &run, &store, &err), -EEXIST);
	assert_non_null(strstr(err.text, dir));
	assert_non_null(strstr(err.text, "--resume"));
	load(dir, &content);
	assert_int_equal(content.nr_cells, 13);
	store_content_free(&content);
	sample_remove(dir);
}

static void what_is_no_run_is_refused(void **state)
{
	char *dir = sample_folder();
	char *path = db_path(dir);
	struct err err = { "" };
	struct store *store;
	(void)state;

	assert_int_equal(store_open(dir, false, &store, &err), -ENOENT);
	assert_non_null(strstr(err.text, dir));

	run_sql(dir, "CREATE TABLE cell (id INTEGER)");
	assert_int_equal(store_open(dir, false, &store, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "not a run"));
	assert_int_equal(store_open(dir, true, &store, &err), -EBADMSG);

	must(fs_write(path, "This is text, long enough for a header of SQLite's.\n"
		      "This is text, long enough for a header of SQLite's.\n", 104, &err), &err);
	assert_int_equal(store_open(dir, false, &store, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "damaged or not a database"));
	free(path);
	sample_remove(dir);
}

static void a_newer_schema_is_refused_and_names_the_suite_it_needs(void **state)
{
	char *dir = sample_folder();
	struct err err = { "" };
	struct store *store;
	(void)state;

	sample_run_make(&sample, dir);
	run_sql(dir, "PRAGMA user_version = 99; UPDATE run SET suite_version = '7.5'");
	assert_int_equal(store_open(dir, false, &store, &err), -EPROTO);
	assert_non_null(strstr(err.text, "pagemeta 7.5 or newer"));
	assert_int_equal(store_open(dir, true, &store, &err), -EPROTO);

	run_sql(dir, "DROP TABLE run");
	assert_int_equal(store_open(dir, false, &store, &err), -EPROTO);
	assert_non_null(strstr(err.text, "schema 99"));
	run_sql(dir, "PRAGMA user_version = 0");
	assert_int_equal(store_open(dir, false, &store, &err), -EBADMSG);
	sample_remove(dir);
}

static void a_run_of_an_older_schema_is_read(void **state)
{
	char *dir = sample_folder();
	struct store_content content;
	(void)state;

	sample_run_make(&sample, dir);
	run_sql(dir, "PRAGMA user_version = 1; ALTER TABLE metric DROP COLUMN reference;"
		" ALTER TABLE run DROP COLUMN traffic; ALTER TABLE cell DROP COLUMN placement;"
		" ALTER TABLE run DROP COLUMN strict; DROP TABLE finding; DROP TABLE counters;"
		" ALTER TABLE kernel DROP COLUMN off");
	load(dir, &content);
	assert_int_equal(content.nr_metrics, 10);
	assert_int_equal(content.metric[2].combine, COMBINE_P99);
	assert_int_equal(content.metric[2].reference, REFERENCE_NONE);
	assert_string_equal(content.run.traffic, "");
	assert_string_equal(content.cell[0].placement, "");
	assert_false(content.run.strict);
	assert_int_equal(content.nr_findings, 0);
	assert_int_equal(content.nr_counters, 0);
	assert_string_equal(content.kernel[0].off, "");
	store_content_free(&content);
	run_sql(dir, "PRAGMA user_version = 4; ALTER TABLE metric ADD COLUMN reference TEXT DEFAULT 'equal';"
		" ALTER TABLE run ADD COLUMN traffic TEXT DEFAULT '32K';"
		" ALTER TABLE cell ADD COLUMN placement TEXT DEFAULT 'node 0'");
	load(dir, &content);
	assert_string_equal(content.run.traffic, "32K");
	assert_string_equal(content.run.status, "finished");
	assert_string_equal(content.cell[0].placement, "node 0");
	assert_int_equal(content.metric[2].reference, REFERENCE_EQUAL);
	store_content_free(&content);
	sample_remove(dir);
}

static void findings_are_kept_as_they_were_found(void **state)
{
	const struct sample_run disturbed = {
		.engine = "kvm", .variants = "baseline", .trials = 1, .compressors = "lzo",
		.pools = "zbud", .disturbed = true,
	};
	struct store_content content;
	(void)state;

	sample_run_load(&disturbed, &content);
	assert_true(content.run.strict);
	assert_int_equal(content.nr_findings, 7);
	assert_false(content.finding[1].at_end);
	assert_int_equal(content.finding[1].time, 1764582301);
	assert_string_equal(content.finding[1].name, "governor");
	assert_int_equal(content.finding[1].level, HOST_DISTURBS);
	assert_string_equal(content.finding[1].seen, "powersave, 8 CPUs");
	assert_string_equal(content.finding[1].mend, "cpupower frequency-set -g performance");
	assert_true(content.finding[5].at_end);
	assert_int_equal(content.finding[2].level, HOST_UNKNOWN);
	assert_int_equal(content.finding[3].level, HOST_NOTE);
	store_content_free(&content);
}

/* It is gone on with, as far as it can tell. */
static void a_run_of_an_older_schema_is_written_to(void **state)
{
	char *dir = sample_folder();
	struct store_content content;
	struct store_counter counter = { .source = STORE_HOST, .phase = 1, .name = "whole guest",
					 .event = "cycles", .unit = "count" };
	struct store_cell cell = { .id = 1, .placement = "node 0, CPU 1", .reason = "",
				   .counter = &counter, .nr_counters = 1 };
	const struct store_finding finding = { .name = "load", .seen = "", .mend = "" };
	const struct store_kernel kernel = { .variant = "other", .off = "CONFIG_X: a reason" };
	struct store *store;
	(void)state;

	sample_run_make(&sample, dir);
	run_sql(dir, "PRAGMA user_version = 3; ALTER TABLE cell DROP COLUMN placement;"
		" ALTER TABLE run DROP COLUMN strict; DROP TABLE finding; DROP TABLE counters;"
		" ALTER TABLE kernel DROP COLUMN off;"
		" UPDATE cell SET status = 'planned', verdict = NULL WHERE id = 1");
	assert_int_equal(store_open(dir, true, &store, NULL), 0);
	assert_int_equal(store_add_finding(store, &finding, NULL), 0);
	assert_int_equal(store_add_kernel(store, &kernel, NULL), 0);
	assert_int_equal(store_cell_begin(store, &cell, NULL), 0);
	assert_int_equal(store_cell_end(store, &cell, NULL, 0, NULL, 0, NULL), 0);
	store_close(store);
	load(dir, &content);
	assert_string_equal(content.cell[0].status, "finished");
	assert_string_equal(content.cell[0].placement, "");
	store_content_free(&content);
	sample_remove(dir);
}

static struct perfctr_value counted(uint64_t value, uint64_t raw, uint64_t enabled,
				    uint64_t running)
{
	return (struct perfctr_value){ .value = value, .raw = raw, .enabled = enabled,
				       .running = running };
}

static void end_with_counters(const char *dir, const struct store_counter *counter, size_t nr)
{
	struct store_cell cell = { .id = 1, .counter = counter, .nr_counters = nr };
	struct store *store = create(dir);
	struct err err = { "" };

	plan_cells(store, 1);
	must(store_cell_end(store, &cell, NULL, 0, NULL, 0, &err), &err);
	store_close(store);
}

static void counters_are_kept_and_absent_ones_are_null(void **state)
{
	struct store_counter counter[] = {
		{ .source = STORE_GUEST, .phase = 7, .name = "op=fault", .windows = 12,
		  .event = "cycles", .unit = "count", .direction = DIR_LOWER,
		  .value = counted(PERFCTR_MAX, 5, PERFCTR_MAX, 9) },
		{ .source = STORE_GUEST, .phase = 7, .name = "op=fault", .windows = 12,
		  .event = "llc_misses", .unit = "count", .value = { .error = ENOENT } },
		{ .source = STORE_HOST, .phase = 1, .name = "whole guest", .event = "task_clock",
		  .unit = "ns", .value = { .via = PERFCTR_VIA_ACCOUNT } },
	};
	char *dir = sample_folder(), *path = db_path(dir);
	struct store_content content;
	sqlite3_stmt *stmt;
	sqlite3 *db;
	(void)state;

	end_with_counters(dir, counter, ARRAY_SIZE(counter));
	load(dir, &content);
	assert_int_equal(content.nr_counters, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct store_counter *got = &content.counter[i];

		assert_int_equal(got->cell, 1);
		assert_string_equal(got->source, counter[i].source);
		assert_true(got->phase == counter[i].phase);
		assert_string_equal(got->name, counter[i].name);
		assert_true(got->windows == counter[i].windows);
		assert_string_equal(got->event, counter[i].event);
		assert_string_equal(got->unit, counter[i].unit);
		assert_int_equal(got->direction, counter[i].direction);
		assert_memory_equal(&got->value, &counter[i].value, sizeof(got->value));
	}
	store_content_free(&content);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT count(*), count(value), count(raw), count(enabled_ns),"
			   " count(running_ns) FROM counters", -1, &stmt, NULL);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(stmt, 0), 3);
	for (int i = 1; i < 5; i++)
		assert_int_equal(sqlite3_column_int(stmt, i), 2);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	free(path);
	sample_remove(dir);
}

/* The same event of the same phase twice would be added up by who reads it. */
static void a_counter_twice_is_no_cell(void **state)
{
	struct store_counter twice[] = {
		{ .source = STORE_GUEST, .phase = 1, .name = "a", .event = "cycles", .unit = "count" },
		{ .source = STORE_GUEST, .phase = 1, .name = "b", .event = "cycles", .unit = "count" },
	};
	struct store_cell cell = { .id = 1, .counter = twice, .nr_counters = 2 };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	(void)state;

	plan_cells(store, 1);
	assert_int_equal(store_cell_end(store, &cell, NULL, 0, NULL, 0, NULL), -EINVAL);
	store_close(store);
	load(dir, &content);
	assert_int_equal(content.nr_counters, 0);
	assert_string_equal(content.cell[0].status, "planned");
	store_content_free(&content);
	sample_remove(dir);
}

static void rows_that_make_no_sense_are_refused(void **state)
{
	static const char *const damage[] = {
		"PRAGMA ignore_check_constraints = 1; UPDATE cell SET verdict = 'good'",
		"PRAGMA ignore_check_constraints = 1; UPDATE cell SET verdict = NULL",
		"PRAGMA ignore_check_constraints = 1; UPDATE cell SET trial = -1 WHERE id = 3",
		"PRAGMA ignore_check_constraints = 1; UPDATE series SET samples = x'010203'",
		"UPDATE metric SET unit = 'furlongs'",
		"UPDATE metric SET direction = 'up'",
		"UPDATE metric SET combine = 'guess'",
		"UPDATE metric SET reference = 'perhaps'",
		"UPDATE checks SET verdict = ''",
		"UPDATE finding SET level = 'bad'",
		"PRAGMA ignore_check_constraints = 1; UPDATE finding SET stage = 'middle'",
		"UPDATE counters SET via = 'magic'",
		"UPDATE counters SET direction = 'up'",
		("UPDATE counters SET error = 4096, value = NULL, raw = NULL, enabled_ns = NULL,"
		 " running_ns = NULL"),
		"PRAGMA foreign_keys = 0; DROP TABLE counters",
		"DELETE FROM run",
		"PRAGMA foreign_keys = 0; DROP TABLE series",
	};
	struct sample_run damaged = sample;
	(void)state;

	damaged.disturbed = true;

	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		char *dir = sample_folder();
		struct store_content content = { 0 };
		struct store *store;
		struct err err = { "" };

		sample_run_make(&damaged, dir);
		run_sql(dir, damage[i]);
		store = open_run(dir, false);
		if (!store_load(store, &content, &err))
			fail_msg("was read: %s", damage[i]);
		assert_non_null(strstr(err.text, dir));
		assert_null(content.run.id);
		store_close(store);
		sample_remove(dir);
	}
}

/* Whatever stands in the file, reading it ends, and in an error or a whole run. */
static void damaged_files_never_crash_the_reader(void **state)
{
	char *dir = sample_folder();
	char *path = db_path(dir);
	unsigned int refused = 0;
	char *good;
	size_t len;
	(void)state;

	sample_run_make(&sample, dir);
	must(fs_read(path, &good, &len, NULL), &(struct err){ "run.db cannot be read" });
	srandom(20251201);
	for (int round = 0; round < 150; round++) {
		char *bad = mem_grow(NULL, len, 1);
		size_t kept = round % 3 ? len : random() % len;
		struct store_content content;
		struct store *store;
		FILE *file;

		memcpy(bad, good, len);
		for (int i = 0; i < 40; i++)
			bad[random() % (round % 2 ? 8192 : len)] = random();
		file = fopen(path, "w");
		assert_int_equal(fwrite(bad, 1, kept, file), kept);
		fclose(file);
		free(bad);
		if (store_open(dir, false, &store, NULL)) {
			refused++;
			continue;
		}
		if (store_load(store, &content, NULL))
			refused++;
		else
			store_content_free(&content);
		store_close(store);
	}
	assert_true(refused > 50);
	free(good);
	free(path);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(extreme_samples_and_none_survive),
		cmocka_unit_test(samples_are_little_endian_on_disk),
		cmocka_unit_test(a_folder_that_holds_a_run_gets_no_second_one),
		cmocka_unit_test(what_is_no_run_is_refused),
		cmocka_unit_test(a_newer_schema_is_refused_and_names_the_suite_it_needs),
		cmocka_unit_test(a_run_of_an_older_schema_is_read),
		cmocka_unit_test(findings_are_kept_as_they_were_found),
		cmocka_unit_test(a_run_of_an_older_schema_is_written_to),
		cmocka_unit_test(counters_are_kept_and_absent_ones_are_null),
		cmocka_unit_test(a_counter_twice_is_no_cell),
		cmocka_unit_test(rows_that_make_no_sense_are_refused),
		cmocka_unit_test(damaged_files_never_crash_the_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
