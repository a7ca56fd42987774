// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a tree whose build was killed fit for make. After SIGKILL or a power cut
 * an output can be half-written and newer than what it is made from, and make
 * believes it.
 */
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tree.h"
#include "proc.h"

/* What was written this long before the last sign of life may be half-written. */
#define DOUBT_NS INT64_C(10000000000)

struct repair {
	int64_t now;	/* newer files have their time from somebody else's clock */
	int64_t last;	/* the newest file */
};

typedef int (*repair_visit)(struct repair *repair, const FTSENT *item);

static int64_t mtime_ns(const struct stat *st)
{
	return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
}

static int walk(const char *dir, struct repair *repair, repair_visit visit, struct err *err)
{
	char *const roots[] = { (char *)dir, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	int error = 0;
	FTSENT *item;

	if (!fts)
		return err_set(err, -errno, "%s: cannot read: %s", dir, strerror(errno));
	while (!error && (errno = 0, item = fts_read(fts))) {
		if (item->fts_info == FTS_DNR || item->fts_info == FTS_ERR ||
		    item->fts_info == FTS_NS)
			error = -item->fts_errno;
		/* A file with other names is a source file, which no build writes to. */
		else if (item->fts_info == FTS_F && item->fts_statp->st_nlink == 1)
			error = visit(repair, item);
		if (!error && proc_interrupted()) {
			error = err_set(err, -EINTR, "interrupted");
			break;
		}
		if (error)
			err_set(err, error, "%s: cannot repair after an interrupted build: %s",
				item->fts_path, strerror(-error));
	}
	fts_close(fts);
	return error;
}

static int note_newest(struct repair *repair, const FTSENT *item)
{
	int64_t mtime = mtime_ns(item->fts_statp);

	if (mtime > repair->last && mtime <= repair->now)
		repair->last = mtime;
	return 0;
}

static int remove_young(struct repair *repair, const FTSENT *item)
{
	int64_t mtime = mtime_ns(item->fts_statp);

	if (mtime < repair->last - DOUBT_NS || mtime > repair->now)
		return 0;
	return unlink(item->fts_path) && errno != ENOENT ? -errno : 0;
}

/* fixdep ends a record with the target's dependencies; other records are one line. */
static bool record_complete(const char *text)
{
	size_t len = strlen(text);

	if (!len || text[len - 1] != '\n')
		return false;
	return !strstr(text, "\ndeps_") || strstr(text, "\n$(deps_");
}

/* ".memory.o.cmd" -> "memory.o", beside it */
static char *record_target(const FTSENT *item)
{
	size_t dir = item->fts_pathlen - item->fts_namelen;

	return str_printf("%.*s%.*s", (int)dir, item->fts_path, (int)item->fts_namelen - 5,
			  item->fts_name + 1);
}

static int check_record(struct repair *repair, const FTSENT *item)
{
	size_t len = item->fts_namelen;
	char *target, *text;
	bool complete;
	struct stat st;
	int error;

	(void)repair;
	if (len < 6 || item->fts_name[0] != '.' || strcmp(item->fts_name + len - 4, ".cmd"))
		return 0;
	error = fs_read(item->fts_path, &text, NULL, NULL);
	if (error)
		return error;
	complete = record_complete(text);
	free(text);
	target = record_target(item);
	if (!stat(target, &st) && mtime_ns(&st) > mtime_ns(item->fts_statp))
		error = unlink(target) ? -errno : 0;
	if (!error && !complete)
		error = unlink(item->fts_path) ? -errno : 0;
	free(target);
	return error;
}

int tree_repair(const char *dir, int64_t since, struct err *err)
{
	struct repair repair = { 0 };
	struct timespec now;
	int error;

	clock_gettime(CLOCK_REALTIME, &now);
	repair.now = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	error = walk(dir, &repair, note_newest, err);
	if (error)
		return error;
	/* Also keeps .config and patched files, all older than @since, out of doubt. */
	if (repair.last - since < 2 * DOUBT_NS)
		return -ESTALE;
	error = walk(dir, &repair, remove_young, err);
	return error ? error : walk(dir, &repair, check_record, err);
}

uint64_t tree_own_bytes(const char *dir)
{
	char *const roots[] = { (char *)dir, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	uint64_t bytes = 0;
	FTSENT *item;

	if (!fts)
		return 0;
	while ((item = fts_read(fts)))
		if (item->fts_info == FTS_D ||
		    ((item->fts_info == FTS_F || item->fts_info == FTS_SL) &&
		     item->fts_statp->st_nlink == 1))
			bytes += item->fts_statp->st_blocks * UINT64_C(512);
	fts_close(fts);
	return bytes;
}
