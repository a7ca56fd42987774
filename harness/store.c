// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening and closing runs, and the one place where SQLite's failures become
 * errors a person can act on.
 *
 * Durability: a rollback journal with synchronous=EXTRA, which also syncs the
 * folder after the journal is gone; with FULL a power loss right after a commit
 * may bring the journal back and undo the last cell. A write-ahead log would be
 * as safe, but leaves files beside run.db without which a copy is incomplete, and
 * cannot be read in a folder that is read-only.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store-private.h"

#define BUSY_TIMEOUT_MS 30000	/* a reader holds the file as long as it takes to read it */

/*
 * What SQLite does not tell apart, the errno of the failed system call does. It
 * is kept with the file; the thread's own has been overwritten by the rollback.
 */
static int system_error(sqlite3 *db)
{
	int system = 0;

	sqlite3_file_control(db, NULL, SQLITE_FCNTL_LAST_ERRNO, &system);
	if (system <= 0)
		system = sqlite3_system_errno(db);
	return system > 0 ? -system : -EIO;
}

static int error_number(sqlite3 *db)
{
	switch (sqlite3_errcode(db)) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return -EINVAL;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return system_error(db);
	default:
		return -EIO;
	}
}

/* Why it failed and what to do, for those failures that have a remedy. */
static const char *remedy(int error)
{
	switch (error) {
	case -ENOSPC:
		return "the disk is full; free some space and go on with --resume";
	case -EDQUOT:
		return "the disk quota is used up; free some space and go on with --resume";
	case -EFBIG:
		return "the file may not grow (see ulimit -f); raise it and go on with --resume";
	case -EROFS:
	case -EACCES:
	case -EPERM:
		return "it cannot be written; check permissions and whether it is read-only";
	case -EBUSY:
		return "another process holds it; try again when that has ended";
	case -EBADMSG:
		return "the file is damaged or not a database; restore it from a copy or run again";
	default:
		return NULL;
	}
}

int store_failed(struct store *store, const char *what, struct err *err)
{
	int error = error_number(store->db);
	const char *why = remedy(error);

	if (!why)
		why = sqlite3_errmsg(store->db);
	return err_set(err, error, "%s: cannot %s: %s", store->path, what, why);
}

static int bind(sqlite3_stmt *stmt, int at, char type, va_list *args)
{
	const char *text;
	const void *data;

	switch (type) {
	case 's':
	case 'n':
		text = va_arg(*args, const char *);
		if (!text && type == 's')
			text = "";
		return sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
	case 'i':
		return sqlite3_bind_int64(stmt, at, va_arg(*args, int64_t));
	case '0':
		return sqlite3_bind_null(stmt, at);
	case 'd':
		return sqlite3_bind_double(stmt, at, va_arg(*args, double));
	case 'b':
		/* The empty string: a NULL pointer would bind SQL's NULL for no samples. */
		data = va_arg(*args, const void *);
		return sqlite3_bind_blob64(stmt, at, data ? data : "", va_arg(*args, size_t),
					   SQLITE_STATIC);
	default:
		return SQLITE_MISUSE;
	}
}

int store_exec(struct store *store, const char *what, struct err *err, const char *sql,
	       const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list args;
	int error = 0;
	int rc;

	rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
	va_start(args, types);
	for (int i = 0; types[i] && rc == SQLITE_OK; i++)
		rc = bind(stmt, i + 1, types[i], &args);
	va_end(args);
	if (rc == SQLITE_OK)
		do
			rc = sqlite3_step(stmt);
		while (rc == SQLITE_ROW);
	if (rc != SQLITE_DONE)
		error = store_failed(store, what, err);
	sqlite3_finalize(stmt);
	if (error && !store->failed)
		store->failed = error;
	return error;
}

int store_pragma(struct store *store, const char *name, int64_t *ret_value, struct err *err)
{
	char *sql = str_printf("PRAGMA %s", name);
	sqlite3_stmt *stmt = NULL;
	int error = 0;

	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(stmt, 0);
	else
		error = store_failed(store, "read", err);
	sqlite3_finalize(stmt);
	free(sql);
	return error;
}

/*
 * The run may come from someone else: its schema must not run functions of ours,
 * and a damaged page is to be found rather than followed. None of this reads the
 * file yet, which a reader may only be able to do after play_back_journal().
 */
static const char connect_sql[] =
	"PRAGMA trusted_schema = OFF;"
	"PRAGMA cell_size_check = ON;"
	"PRAGMA foreign_keys = ON;";

static const char writer_sql[] =
	"PRAGMA temp_store = MEMORY;"
	"PRAGMA synchronous = EXTRA;";

static bool configure(sqlite3 *db, int flags)
{
	if (sqlite3_exec(db, connect_sql, NULL, NULL, NULL) != SQLITE_OK)
		return false;
	return !(flags & SQLITE_OPEN_READWRITE) ||
	       sqlite3_exec(db, writer_sql, NULL, NULL, NULL) == SQLITE_OK;
}

int store_connect(const char *dir, int flags, struct store **ret_store, struct err *err)
{
	struct store *store = mem_grow(NULL, 1, sizeof(*store));
	int error;

	*store = (struct store){
		.dir = str_dup(dir),
		.path = str_printf("%s/" STORE_FILE, dir),
		.lock_fd = -1,
	};
	if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK && !store->db) {
		error = err_set(err, -ENOMEM, "%s: cannot open: out of memory", store->path);
		goto err_close;
	}
	sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
	if (sqlite3_errcode(store->db) != SQLITE_OK || !configure(store->db, flags)) {
		error = store_failed(store, "open", err);
		goto err_close;
	}
	*ret_store = store;
	return 0;
err_close:
	store_close(store);
	return error;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	sqlite3_close(store->db);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store->path);
	free(store->dir);
	free(store);
}

const char *store_dir(const struct store *store)
{
	return store->dir;
}

/* Who it is only serves an error text: on a full disk it stays unsaid. */
static void lock_sign(int fd)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (pwrite(fd, text, len, 0) == len && ftruncate(fd, len))
		return;
}

static void lock_holder(int fd, char *buf, size_t size)
{
	ssize_t got = pread(fd, buf, size - 1, 0);

	buf[got > 0 ? got : 0] = '\0';
	buf[strspn(buf, "0123456789")] = '\0';
}

/*
 * Open file description locks: unlike flock() they can be asked about without
 * being taken, and unlike POSIX locks they are not lost when some other part of
 * the process closes the file. SQLite's own locks would shut readers out.
 */
int store_lock(struct store *store, struct err *err)
{
	char *path = str_printf("%s/" STORE_LOCK, store->dir);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	char holder[16];
	int error = 0;

	if (fd < 0) {
		error = err_set(err, -errno, "%s: cannot create: %s", path, strerror(errno));
	} else if (fcntl(fd, F_OFD_SETLK, &lock)) {
		error = errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
		lock_holder(fd, holder, sizeof(holder));
		if (error == -EBUSY)
			err_set(err, error, "%s: cannot write to this run: another run-suite is "
				"writing to it (process %s); wait for it or end it", store->dir,
				holder[0] ? holder : "unknown");
		else
			err_set(err, error, "%s: cannot lock: %s", path, strerror(-error));
		close(fd);
	} else {
		lock_sign(fd);
		store->lock_fd = fd;
	}
	free(path);
	return error;
}

bool store_has_writer(const struct store *store)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	char *path;
	bool busy;
	int fd;

	if (store->lock_fd >= 0)
		return true;
	path = str_printf("%s/" STORE_LOCK, store->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return false;
	busy = !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK;
	close(fd);
	return busy;
}
