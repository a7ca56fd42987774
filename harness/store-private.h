/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the store share: the handle, the schema, and three helpers
 * that turn SQLite's way of failing into ours. Nobody else includes this.
 */
#ifndef PAGEMETA_STORE_PRIVATE_H
#define PAGEMETA_STORE_PRIVATE_H

#include <sqlite3.h>

#include "store.h"

#define STORE_FILE	"run.db"
#define STORE_LOCK	"run.lock"
#define STORE_APP_ID	0x50474d31	/* "PGM1": PRAGMA application_id of a run */

/**
 * struct store - an open run
 * @db: SQLite's handle
 * @dir: the run's folder
 * @path: run.db in it
 * @lock_fd: holds the writer's lock; -1 for a reader
 * @batch: between store_begin() and store_commit()
 * @schema: version of the file
 * @failed: the error that spoilt the batch, 0 while all is well
 */
struct store {
	sqlite3 *db;
	char *dir;
	char *path;
	int lock_fd;
	bool batch;
	int64_t schema;
	int failed;
};

extern const char store_schema_sql[];

/** store_unit_word() - the unit as it is stored ("clock" stays "clock" whatever the engine) */
const char *store_unit_word(enum metric_unit unit);

/* The words of a stored metric or counter, back again. Return: 0 or -EINVAL. */
int store_unit_parse(const char *word, enum metric_unit *ret_unit);
int store_direction_parse(const char *word, enum metric_direction *ret_direction);
int store_combine_parse(const char *word, enum metric_combine *ret_combine);
int store_via_parse(const char *word, enum perfctr_via *ret_via);
int store_reference_parse(const char *word, enum metric_reference *ret_reference);

/**
 * store_failed() - say what SQLite could not do
 * @store: whose last call failed
 * @what: what was tried
 * @err: gets file, what, why, and what to do
 *
 * Return: -ENOSPC, -EROFS, -EBUSY, -EBADMSG (damaged), -EFBIG, -EACCES, -EINVAL or -EIO.
 */
int store_failed(struct store *store, const char *what, struct err *err);

/**
 * store_exec() - one statement that yields no rows
 * @store: where
 * @what: for the error text
 * @err: see store_failed()
 * @sql: with a '?' for each value
 * @types: one letter a value: 's' const char * (NULL becomes ""), 'n' const
 *	char * (NULL becomes SQL's NULL), 'i' int64_t, 'd' double, 'b' const void *
 *	and size_t, '0' nothing (SQL's NULL)
 *
 * Return: 0 or -errno.
 */
int store_exec(struct store *store, const char *what, struct err *err, const char *sql,
	       const char *types, ...);

/** store_pragma() - PRAGMA @name as a number into @ret_value. Return: 0 or -errno */
int store_pragma(struct store *store, const char *name, int64_t *ret_value, struct err *err);

/** store_connect() - open SQLite on a folder; @flags are SQLite's */
int store_connect(const char *dir, int flags, struct store **ret_store, struct err *err);

/** store_lock() - become the only writer, -EBUSY if there is one */
int store_lock(struct store *store, struct err *err);

/** store_check_schema() - refuse what is no run, is damaged, or is newer than this suite */
int store_check_schema(struct store *store, struct err *err);

#endif
