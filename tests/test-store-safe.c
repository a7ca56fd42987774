// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store loses nothing that it called durable: not to a kill, not to a full
 * disk, not to a second writer.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sample-run.h"
#include "store-cells.h"
#include "store-private.h"
#include "util.h"

#define KILL_CELLS 400

static const struct sample_run sample = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .trials = 2,
	.compressors = "lzo,lz4", .pools = "zsmalloc",
};

static void a_run_that_cannot_be_created_leaves_nothing(void **state)
{
	struct rlimit old, small = { .rlim_cur = 20000, .rlim_max = RLIM_INFINITY };
	char *parent = sample_folder();
	char *dir = str_printf("%s/below/run", parent);
	struct store_run run = plain_run();
	struct err err = { "" };
	struct store *store;
	int error;
	(void)state;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	error = store_create(dir, &run, &store, &err);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(error, -EFBIG);
	assert_false(fs_exists(dir));
	store = create(dir);
	store_close(store);
	free(dir);
	sample_remove(parent);
}

static void a_second_writer_is_refused_and_told_who_writes(void **state)
{
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store *second;
	struct err err = { "" };
	char pid[16];
	(void)state;

	snprintf(pid, sizeof(pid), "process %d", (int)getpid());
	assert_int_equal(store_open(dir, true, &second, &err), -EBUSY);
	assert_non_null(strstr(err.text, dir));
	assert_non_null(strstr(err.text, pid));
	store_close(store);
	store = open_run(dir, true);
	store_close(store);
	sample_remove(dir);
}

static void a_reader_reads_while_a_writer_writes(void **state)
{
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct store *reader;
	struct err err = { "" };
	(void)state;

	plan_cells(store, 2);
	must(end_cell(store, 1, &err), &err);
	reader = open_run(dir, false);
	assert_true(store_has_writer(reader));
	must(store_load(reader, &content, &err), &err);
	assert_string_equal(content.cell[0].status, "finished");
	assert_string_equal(content.cell[1].status, "planned");
	check_whole_cells(&content);
	store_content_free(&content);
	must(end_cell(store, 2, &err), &err);
	must(store_load(reader, &content, &err), &err);
	assert_string_equal(content.cell[1].status, "finished");
	store_content_free(&content);
	store_close(store);
	assert_false(store_has_writer(reader));
	store_close(reader);
	sample_remove(dir);
}

static void a_reader_cannot_write(void **state)
{
	struct store_cell cell = { .id = 1, .variant = "v", .workload = "w", .params = "" };
	struct store_kernel kernel = { .variant = "v" };
	struct store_metric metric = { .workload = "w", .name = "m" };
	char *dir = sample_folder();
	struct store *store;
	(void)state;

	sample_run_make(&sample, dir);
	store = open_run(dir, false);
	assert_int_equal(store_begin(store, NULL), -EROFS);
	assert_int_equal(store_plan(store, &cell, NULL), -EROFS);
	assert_int_equal(store_add_kernel(store, &kernel, NULL), -EROFS);
	assert_int_equal(store_add_metric(store, &metric, NULL), -EROFS);
	assert_int_equal(store_cell_begin(store, &cell, NULL), -EROFS);
	assert_int_equal(store_cell_end(store, &cell, NULL, 0, NULL, 0, NULL), -EROFS);
	assert_int_equal(store_finish(store, NULL), -EROFS);
	store_close(store);
	sample_remove(dir);
}

/*
 * Root may write to read-only folders, so the child gives up being root, as who
 * it is then cannot change the folder either way.
 */
static void in_child_without_rights(const char *dir, int (*body)(const char *dir))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (!geteuid() && (setgid(65534) || setuid(65534)))
			_exit(99);
		_exit(body(dir));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("the child ended with status %#x", status);
}

static int read_only_body(const char *dir)
{
	struct store_content content;
	struct store *store;
	struct err err = { "" };
	int error;

	if (store_open(dir, false, &store, &err) || store_load(store, &content, &err))
		return 1;
	error = content.nr_cells != 13;
	store_content_free(&content);
	store_close(store);
	if (error)
		return 2;
	error = store_open(dir, true, &store, &err);
	if (error != -EACCES && error != -EROFS)
		return 3;
	return strstr(err.text, dir) ? 0 : 4;
}

static void a_read_only_run_is_read_and_not_written(void **state)
{
	char *dir = sample_folder();
	char *path = db_path(dir);
	(void)state;

	sample_run_make(&sample, dir);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(dir, 0555), 0);
	in_child_without_rights(dir, read_only_body);
	assert_int_equal(chmod(dir, 0755), 0);
	free(path);
	sample_remove(dir);
}

static int create_body(const char *dir)
{
	char *below = str_printf("%s/run", dir);
	struct store_run run = plain_run();
	struct store *store;
	struct err err = { "" };
	int error = store_create(below, &run, &store, &err);

	free(below);
	if (error != -EACCES && error != -EROFS)
		return 1;
	return strstr(err.text, dir) ? 0 : 2;
}

static void a_run_in_a_read_only_folder_is_refused(void **state)
{
	char *dir = sample_folder();
	(void)state;

	assert_int_equal(chmod(dir, 0555), 0);
	in_child_without_rights(dir, create_body);
	assert_int_equal(chmod(dir, 0755), 0);
	sample_remove(dir);
}

/* SQLite's own limit gives what a full disk gives; the rest of the path is the same. */
static void a_full_disk_is_one_clear_error_and_costs_nothing_else(void **state)
{
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	int64_t pages;
	int error = 0;
	int64_t id;
	(void)state;

	plan_cells(store, 20);
	must(store_pragma(store, "max_page_count = 90", &pages, &err), &err);
	for (id = 1; id <= 20 && !error; id++)
		error = end_cell(store, id, &err);
	assert_int_equal(error, -ENOSPC);
	assert_non_null(strstr(err.text, "the disk is full"));
	assert_non_null(strstr(err.text, dir));
	id--;
	assert_true(id > 2);

	load(dir, &content);
	check_whole_cells(&content);
	assert_string_equal(content.cell[id - 2].status, "finished");
	assert_string_equal(content.cell[id - 1].status, "running");
	store_content_free(&content);

	/* There is room again: the same handle goes on. */
	must(store_pragma(store, "max_page_count = 100000", &pages, &err), &err);
	must(end_cell(store, id, &err), &err);
	store_close(store);
	check_integrity(dir);
	load(dir, &content);
	check_whole_cells(&content);
	store_content_free(&content);
	sample_remove(dir);
}

static void a_file_that_may_not_grow_is_one_clear_error(void **state)
{
	struct rlimit old, small;
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	int error = 0;
	(void)state;

	plan_cells(store, 20);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 300000;
	setrlimit(RLIMIT_FSIZE, &small);
	for (int64_t id = 1; id <= 20 && !error; id++)
		error = end_cell(store, id, &err);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(error, -EFBIG);
	assert_non_null(strstr(err.text, "ulimit"));
	store_close(store);
	check_integrity(dir);
	load(dir, &content);
	check_whole_cells(&content);
	store_content_free(&content);
	sample_remove(dir);
}

/* Says which cells are durable through a pipe, and never ends by itself. */
static void write_until_killed(const char *dir, int out)
{
	struct err err = { "" };
	struct store *store;

	if (store_open(dir, true, &store, &err))
		_exit(1);
	for (int64_t id = 1; id <= KILL_CELLS; id++)
		if (end_cell(store, id, &err) || write(out, &id, sizeof(id)) != sizeof(id))
			_exit(2);
	for (;;)
		pause();
}

static int64_t kill_after(const char *dir, unsigned int microseconds)
{
	int64_t id, last = 0;
	int status, fd[2];
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (!pid)
		write_until_killed(dir, fd[1]);
	close(fd[1]);
	/* The moment of the kill is what is drawn at random; nothing waits for it. */
	usleep(microseconds);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while (read(fd[0], &id, sizeof(id)) == sizeof(id))
		last = id;
	close(fd[0]);
	return last;
}

static void a_kill_at_any_moment_loses_no_finished_cell(void **state)
{
	int64_t most = 0;
	(void)state;

	srandom(time(NULL));
	for (int round = 0; round < 12; round++) {
		char *dir = sample_folder();
		struct store *store = create(dir);
		struct store_content content;
		int64_t durable;

		plan_cells(store, KILL_CELLS);
		store_close(store);
		durable = kill_after(dir, 20000 + random() % 150000);
		most = durable > most ? durable : most;
		/* By turns through the eyes of a reader and of --resume. */
		store = open_run(dir, round % 2);
		must(store_load(store, &content, &(struct err){ "cannot be read" }),
		     &(struct err){ "cannot be read" });
		for (int64_t i = 0; i < durable; i++)
			assert_string_equal(content.cell[i].status, "finished");
		for (int64_t i = durable + 1; i < KILL_CELLS; i++)
			assert_string_equal(content.cell[i].status, "planned");
		check_whole_cells(&content);
		store_content_free(&content);
		store_close(store);
		check_integrity(dir);
		sample_remove(dir);
	}
	/* Otherwise nothing was put to the test. */
	assert_true(most > 0);
}

/* The moment that is hardest to hit: the journal is there, the commit is not. */
static void a_commit_cut_short_is_undone_for_readers_too(void **state)
{
	char *dir = sample_folder();
	char *journal = str_printf("%s/run.db-journal", dir);
	struct store *store = create(dir);
	struct store_content content;
	int status;
	pid_t pid;
	(void)state;

	plan_cells(store, 3);
	must(end_cell(store, 1, &(struct err){ "" }), &(struct err){ "cell 1" });
	store_close(store);
	pid = fork();
	if (!pid) {
		store = open_run(dir, true);
		/* A cache of one page: the change reaches the file before the commit. */
		sqlite3_exec(store->db, "PRAGMA cache_size = 1; BEGIN IMMEDIATE;"
			     "UPDATE series SET samples = zeroblob(65536);"
			     "UPDATE cell SET reason = 'cut short'", NULL, NULL, NULL);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(fs_exists(journal));
	load(dir, &content);
	assert_string_equal(content.cell[0].reason, "all well");
	check_whole_cells(&content);
	store_content_free(&content);
	assert_false(fs_exists(journal));
	free(journal);
	sample_remove(dir);
}

/* A loss of power cannot be had in a test; what guards against it can be asked for. */
static void a_writer_syncs_the_folder_too(void **state)
{
	char *dir = sample_folder();
	struct store *store = create(dir);
	int64_t value = 0;
	struct err err = { "" };
	(void)state;

	must(store_pragma(store, "synchronous", &value, &err), &err);
	assert_int_equal(value, 3);
	store_close(store);
	store = open_run(dir, true);
	must(store_pragma(store, "synchronous", &value, &err), &err);
	assert_int_equal(value, 3);
	store_close(store);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_that_cannot_be_created_leaves_nothing),
		cmocka_unit_test(a_second_writer_is_refused_and_told_who_writes),
		cmocka_unit_test(a_reader_reads_while_a_writer_writes),
		cmocka_unit_test(a_reader_cannot_write),
		cmocka_unit_test(a_read_only_run_is_read_and_not_written),
		cmocka_unit_test(a_run_in_a_read_only_folder_is_refused),
		cmocka_unit_test(a_full_disk_is_one_clear_error_and_costs_nothing_else),
		cmocka_unit_test(a_file_that_may_not_grow_is_one_clear_error),
		cmocka_unit_test(a_kill_at_any_moment_loses_no_finished_cell),
		cmocka_unit_test(a_commit_cut_short_is_undone_for_readers_too),
		cmocka_unit_test(a_writer_syncs_the_folder_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
