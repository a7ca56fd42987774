// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Layout and locks of the cache; see cache.h. What is listed and removed is in
 * cache-prune.c.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "kernel.h"
#include "proc.h"

#define LOCK_POLL_MS 200

static const char *const kind_name[CACHE_NR] = {
	[CACHE_SOURCE] = "source",
	[CACHE_TREE] = "tree",
	[CACHE_IMAGE] = "image",
	[CACHE_SELFTEST] = "selftest",
	[CACHE_LIBPERF] = "libperf",
};

const char *cache_kind_name(enum cache_kind kind)
{
	return kind_name[kind];
}

char *cache_default(void)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	/* The XDG base directory specification has relative paths ignored. */
	if (xdg && *xdg == '/')
		return str_printf("%s/pagemeta", xdg);
	return str_printf("%s/.cache/pagemeta", home ? home : "");
}

int cache_open(const char *cache, char **ret_root, struct err *err)
{
	static const char *const folder[] = {
		"source", "tree", "image", "selftest", "libperf", "log", "hash", "lock"
	};
	char *given = cache ? str_dup(cache) : cache_default();
	char *root;
	int error;

	error = fs_mkdir(given, err);
	if (error)
		goto out;
	/* make runs in another folder, so a relative path would not do. */
	root = realpath(given, NULL);
	if (!root) {
		error = err_set(err, -errno, "%s: cannot use as cache: %s", given, strerror(errno));
		goto out;
	}
	for (size_t i = 0; i < ARRAY_SIZE(folder) && !error; i++) {
		char *path = str_printf("%s/%s", root, folder[i]);

		error = fs_mkdir(path, err);
		free(path);
	}
	if (error)
		free(root);
	else
		*ret_root = root;
out:
	free(given);
	return error;
}

char *cache_entry_path(const char *root, enum cache_kind kind, const char *key)
{
	return str_printf("%s/%s/%s", root, kind_name[kind], key);
}

char *cache_log_path(const char *root, const char *key)
{
	return str_printf("%s/log/%s.log", root, key);
}

static char *file_in_entry(const char *root, enum cache_kind kind, const char *key,
			   const char *file)
{
	return str_printf("%s/%s/%s/%s", root, kind_name[kind], key, file);
}

bool cache_complete(const char *root, enum cache_kind kind, const char *key)
{
	char *manifest = file_in_entry(root, kind, key, "manifest.json");
	bool complete = fs_exists(manifest);

	free(manifest);
	return complete;
}

void cache_touch(const char *root, enum cache_kind kind, const char *key)
{
	char *used = file_in_entry(root, kind, key, "used");

	/* A stamp that is not written (a full disk) only costs a worse order of removal. */
	fs_age_touch(used);
	free(used);
}

static char *lock_path(const char *root, enum cache_kind kind, enum cache_hold hold,
		       const char *key)
{
	const char *what = kind_name[kind];

	if (hold == HOLD_BUILD)
		what = kind == CACHE_SOURCE ? "unpack" : "build";
	return str_printf("%s/lock/%s-%s", root, what, key);
}

/* Is @fd still the file of that name? A lock on a file that was unlinked locks nobody out. */
static bool lock_is_current(int fd, const char *path)
{
	struct stat held, named;

	return !fstat(fd, &held) && !stat(path, &named) && held.st_dev == named.st_dev &&
	       held.st_ino == named.st_ino;
}

/* Return: 0, -EAGAIN when another one holds it, or another -errno. */
static int lock_once(const char *path, int operation, struct cache_lock **ret_lock)
{
	struct cache_lock *lock;
	int fd, error;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			return -errno;
		if (flock(fd, operation | LOCK_NB)) {
			error = errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
			close(fd);
			return error;
		}
		if (lock_is_current(fd, path))
			break;
		close(fd);
	}
	lock = mem_grow(NULL, 1, sizeof(*lock));
	*lock = (struct cache_lock){ .fd = fd, .path = str_dup(path) };
	*ret_lock = lock;
	return 0;
}

int cache_lock(const char *root, enum cache_kind kind, enum cache_hold hold, const char *key,
	       void (*waiting)(void *ctx), void *ctx, struct cache_lock **ret_lock,
	       struct err *err)
{
	char *path = lock_path(root, kind, hold, key);
	int operation = hold == HOLD_BUILD ? LOCK_EX : LOCK_SH, error;

	/* Polled: a signal between a test and a blocking flock() would be lost. */
	while ((error = lock_once(path, operation, ret_lock)) == -EAGAIN) {
		if (waiting)
			waiting(ctx);
		if (proc_interrupted()) {
			error = err_set(err, -EINTR, "%s: interrupted while waiting for another suite",
					path);
			goto out;
		}
		poll(NULL, 0, LOCK_POLL_MS);
	}
	if (error)
		err_set(err, error, "%s: cannot lock: %s", path, strerror(-error));
out:
	free(path);
	return error;
}

int cache_try_lock(const char *root, enum cache_kind kind, enum cache_hold hold,
		   const char *key, struct cache_lock **ret_lock)
{
	char *path = lock_path(root, kind, hold, key);
	int error = lock_once(path, LOCK_EX, ret_lock);

	free(path);
	return error == -EAGAIN ? -EBUSY : error;
}

void cache_unlock(struct cache_lock *lock)
{
	if (!lock)
		return;
	close(lock->fd);
	free(lock->path);
	free(lock);
}

void cache_lock_discard(struct cache_lock *lock)
{
	if (lock)
		unlink(lock->path);
	cache_unlock(lock);
}

void cache_write_back(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	syncfs(fd);
	close(fd);
}

int cache_remove(const char *root, enum cache_kind kind, const char *key, struct err *err)
{
	char *path = cache_entry_path(root, kind, key);
	char *trash = str_printf("%s.trash", path);
	int error;

	error = fs_remove(trash, err);
	if (!error && rename(path, trash) && errno != ENOENT)
		error = err_set(err, -errno, "%s: cannot rename: %s", path, strerror(errno));
	if (!error)
		error = fs_remove(trash, err);
	free(trash);
	free(path);
	return error;
}
