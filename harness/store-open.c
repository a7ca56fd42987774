// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making a run and taking one up again: what must hold before anything is read
 * from a file or added to it.
 */
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store-private.h"

/* The entry of a new folder is durable only when the folder above it is synced. */
static int sync_parent(const char *dir, struct err *err)
{
	char *copy = str_dup(dir);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		error = err_set(err, -errno, "%s: cannot sync the folder above it: %s", dir,
				strerror(errno));
	if (fd >= 0)
		close(fd);
	free(copy);
	return error;
}

static int begin_schema(struct store *store, struct err *err)
{
	char *sql = str_printf("BEGIN IMMEDIATE; PRAGMA application_id = %d;"
			       "PRAGMA user_version = %d;", STORE_APP_ID, STORE_SCHEMA);
	int error = 0;

	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(store->db, store_schema_sql, NULL, NULL, NULL) != SQLITE_OK)
		error = store_failed(store, "create", err);
	free(sql);
	return error;
}

/*
 * One transaction, which store_commit() ends: after a kill there is a whole run or
 * an empty file, which counts as none.
 */
static int create_tables(struct store *store, const struct store_run *run, struct err *err)
{
	int error = begin_schema(store, err);

	if (!error)
		error = store_exec(store, "create", err,
			"INSERT INTO run (one, id, suite_version, engine, exact, profile, argv,"
			" qemu_version, agent_hash, host, topology, notes, traffic, strict,"
			" started) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			"sssissssssssii",
			run->id, run->suite_version, run->engine, (int64_t)run->exact,
			run->profile, run->argv, run->qemu_version, run->agent_hash, run->host,
			run->topology, run->notes, run->traffic, (int64_t)run->strict,
			run->started);
	store->schema = STORE_SCHEMA;
	store->batch = !error;
	return error;
}

static int make_folders(const char *dir, struct err *err)
{
	char *console = str_printf("%s/console", dir);
	int error = fs_mkdir(console, err);

	if (!error)
		error = sync_parent(dir, err);
	free(console);
	return error;
}

/* What a failed creation made; folders that hold something else stay. */
static void remove_folders(const char *dir)
{
	char *console = str_printf("%s/console", dir);

	rmdir(console);
	rmdir(dir);
	free(console);
}

/* Only for one who holds the lock and found no run: never somebody else's files. */
static void remove_files(const struct store *store)
{
	static const char *const file[] = { STORE_FILE, STORE_FILE "-journal", STORE_LOCK };

	for (size_t i = 0; i < ARRAY_SIZE(file); i++) {
		char *path = str_printf("%s/%s", store->dir, file[i]);

		unlink(path);
		free(path);
	}
}

static int fill_new(struct store *store, const struct store_run *run, struct err *err)
{
	int64_t tables = 0;
	int error;

	error = store_pragma(store, "schema_version", &tables, err);
	if (error)
		return error;
	if (tables)
		return err_set(err, -EEXIST, "%s: cannot start a run here: it holds one already; "
			       "choose another folder or go on with --resume", store->dir);
	return create_tables(store, run, err);
}

void store_abandon(struct store *store)
{
	char *dir = str_dup(store->dir);

	sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	remove_files(store);
	store_close(store);
	remove_folders(dir);
	free(dir);
}

int store_create_begin(const char *dir, const struct store_run *run, struct store **ret_store,
		 struct err *err)
{
	struct store *store;
	int error;

	error = make_folders(dir, err);
	if (error)
		goto err_remove;
	error = store_connect(dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &store, err);
	if (error)
		goto err_remove;
	error = store_lock(store, err);
	if (error)
		goto err_close;
	error = fill_new(store, run, err);
	if (error == -EEXIST)
		goto err_close;
	if (error) {
		store_abandon(store);
		return error;
	}
	*ret_store = store;
	return 0;
err_close:
	store_close(store);
err_remove:
	remove_folders(dir);
	return error;
}

int store_create(const char *dir, const struct store_run *run, struct store **ret_store,
		 struct err *err)
{
	struct store *store;
	int error;

	error = store_create_begin(dir, run, &store, err);
	if (error)
		return error;
	error = store_commit(store, err);
	if (error) {
		store_abandon(store);
		return error;
	}
	*ret_store = store;
	return 0;
}

static int refuse_newer(struct store *store, int64_t schema, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *version = NULL;

	if (sqlite3_prepare_v2(store->db, "SELECT suite_version FROM run", -1, &stmt, NULL) ==
	    SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		version = (const char *)sqlite3_column_text(stmt, 0);
	err_set(err, -EPROTO, "%s: cannot read: it was written by pagemeta %s with schema %lld and "
		"this suite reads up to %d; use pagemeta %s or newer", store->path,
		version ? version : "of a later version", (long long)schema, STORE_SCHEMA,
		version ? version : "of that version");
	sqlite3_finalize(stmt);
	return -EPROTO;
}

int store_check_schema(struct store *store, struct err *err)
{
	int64_t application = 0;
	int64_t schema = 0;
	int error;

	error = store_pragma(store, "application_id", &application, err);
	if (!error)
		error = store_pragma(store, "user_version", &schema, err);
	if (error)
		return error;
	if (application != STORE_APP_ID)
		return err_set(err, -EBADMSG, "%s: cannot read: it is not a run of pagemeta",
			       store->path);
	if (schema > STORE_SCHEMA)
		return refuse_newer(store, schema, err);
	if (schema < 1)
		return err_set(err, -EBADMSG, "%s: cannot read: no pagemeta ever wrote schema "
			       "%lld; the file is damaged", store->path, (long long)schema);
	store->schema = schema;
	return 0;
}

/*
 * A kill in the middle of a commit leaves a journal that the next one to open
 * the file plays back, which SQLite refuses to do through a read-only handle.
 */
static int play_back_journal(struct store *store, struct err *err)
{
	struct store *writer;
	int64_t ignored;
	int error;

	error = store_connect(store->dir, SQLITE_OPEN_READWRITE, &writer, err);
	if (error)
		return error;
	error = store_pragma(writer, "schema_version", &ignored, err);
	if (error)
		err_set(err, error, "%s: cannot read: the last write was cut short and has to be "
			"undone first, but the folder is read-only; make it writable or copy it",
			store->path);
	store_close(writer);
	return error;
}

static int open_reader(const char *dir, struct store **ret_store, struct err *err)
{
	int64_t ignored;
	struct store *store;
	int error;

	error = store_connect(dir, SQLITE_OPEN_READONLY, &store, err);
	if (error)
		return error;
	error = store_pragma(store, "schema_version", &ignored, err);
	if (error && sqlite3_extended_errcode(store->db) == SQLITE_READONLY_ROLLBACK)
		error = play_back_journal(store, err);
	if (!error)
		error = store_check_schema(store, err);
	if (error)
		store_close(store);
	else
		*ret_store = store;
	return error;
}

/* Damage is to be found before hours of measurements are added to it. */
static int check_whole(struct store *store, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *word;
	int error = 0;

	if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW) {
		error = store_failed(store, "check", err);
	} else {
		word = (const char *)sqlite3_column_text(stmt, 0);
		if (!word || strcmp(word, "ok"))
			error = err_set(err, -EBADMSG, "%s: cannot go on with this run: the file "
					"is damaged: %s", store->path, word ? word : "out of memory");
	}
	sqlite3_finalize(stmt);
	return error;
}

/* Cells that were running when the last writer died have to run again. */
static int take_up(struct store *store, struct err *err)
{
	static const char *const sql[] = {
		"BEGIN IMMEDIATE",
		"UPDATE cell SET status = 'planned', started = 0 WHERE status = 'running'",
		("UPDATE run SET status = 'running', ended = 0 WHERE EXISTS"
		 " (SELECT * FROM cell WHERE status <> 'finished')"),
		"COMMIT",
	};
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sql) && !error; i++)
		error = store_exec(store, "take up the run", err, sql[i], "");
	return error;
}

static int open_writer(const char *dir, struct store **ret_store, struct err *err)
{
	struct store *store;
	int error;

	error = store_connect(dir, SQLITE_OPEN_READWRITE, &store, err);
	if (error)
		return error;
	error = store_check_schema(store, err);
	if (!error)
		error = store_lock(store, err);
	if (!error)
		error = check_whole(store, err);
	if (!error)
		error = take_up(store, err);
	if (error)
		store_close(store);
	else
		*ret_store = store;
	return error;
}

int store_open(const char *dir, bool write, struct store **ret_store, struct err *err)
{
	char *path = str_printf("%s/" STORE_FILE, dir);
	bool there = fs_exists(path);

	free(path);
	if (!there)
		return err_set(err, -ENOENT, "%s: not a run: there is no " STORE_FILE " in it",
			       dir);
	return write ? open_writer(dir, ret_store, err) : open_reader(dir, ret_store, err);
}
