// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clones of kernel trees. Two thousand files differ between two kernels that are
 * built here and ninety thousand do not: those are one inode each for all trees.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tree.h"
#include "proc.h"

#define COPY_CHUNK (1 << 20)

/* --- one file --- */

static int copy_link(int from_dir, const char *from, int to_dir, const char *to)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(from_dir, from, target, sizeof(target));

	if (len < 0)
		return -errno;
	if (len == sizeof(target))
		return -ENAMETOOLONG;
	target[len] = '\0';
	return symlinkat(target, to_dir, to) ? -errno : 0;
}

static int copy_by_hand(int in, int out)
{
	char *buf = mem_grow(NULL, COPY_CHUNK, 1);
	int error = 0;
	ssize_t got;

	do {
		got = read(in, buf, COPY_CHUNK);
		if (got > 0)
			error = fs_write_all(out, buf, got);
		else if (got < 0 && errno != EINTR)
			error = -errno;
	} while (got && !error);
	free(buf);
	return error;
}

static int copy_bytes(int in, int out)
{
	ssize_t got;

	do {
		got = copy_file_range(in, NULL, out, NULL, COPY_CHUNK, 0);
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (!got)
		return 0;
	/* Nothing was copied then: file systems that cannot refuse at once. */
	if (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)
		return copy_by_hand(in, out);
	return -errno;
}

static int copy_regular(int from_dir, const char *from, int to_dir, const char *to,
			const struct stat *st)
{
	struct timespec times[2] = { st->st_mtim, st->st_mtim };
	int in, out, error;

	in = openat(from_dir, from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (in < 0)
		return -errno;
	out = openat(to_dir, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0) {
		error = -errno;
		goto out_in;
	}
	error = copy_bytes(in, out);
	if (!error && (fchmod(out, (st->st_mode & 0777) | 0600) || futimens(out, times)))
		error = -errno;
	if (close(out) && !error)
		error = -errno;
out_in:
	close(in);
	return error;
}

int tree_copy_file(int from_dir, const char *from, int to_dir, const char *to)
{
	struct stat st;

	if (fstatat(from_dir, from, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (S_ISLNK(st.st_mode))
		return copy_link(from_dir, from, to_dir, to);
	if (S_ISREG(st.st_mode))
		return copy_regular(from_dir, from, to_dir, to, &st);
	return -EINVAL;
}

/* --- a tree --- */

struct clone {
	const struct kernel_site *site;
	const char *from;	/* absolute paths of both trees */
	const char *to;
	bool built;
	int64_t unpacked;
	int64_t now;
	unsigned int done;
	char path[PATH_MAX];	/* of the entry at hand, below the tree */
	struct err *err;
};

static int clone_failed(const struct clone *clone, int error, const char *why)
{
	return err_set(clone->err, error, "%s/%s: cannot clone to %s: %s", clone->from, clone->path,
		       clone->to, why);
}

static bool left_out(const struct clone *clone)
{
	static const char *const top[] = { "vmlinux", "vmlinux.o", "vmlinux.map", "System.map" };

	if (!clone->built)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(top); i++)
		if (!strcmp(clone->path, top[i]))
			return true;
	return !strncmp(clone->path, ".tmp_vmlinux", 12);
}

static int64_t ns_of(const struct timespec *time)
{
	return time->tv_sec * INT64_C(1000000000) + time->tv_nsec;
}

/* Times in the future are the packager's clock, not a write. */
static bool written_since(const struct clone *clone, const struct stat *st)
{
	int64_t mtime = ns_of(&st->st_mtim);

	return S_ISREG(st->st_mode) && mtime > clone->unpacked && mtime <= clone->now;
}

static bool has_record_of_place(const struct clone *clone)
{
	size_t len = strlen(clone->path);

	return !strncmp(clone->path, "tools/", 6) && len > 4 && !strcmp(clone->path + len - 4, ".cmd");
}

/* @text with @clone->to for each @clone->from. */
static char *replace_place(const struct clone *clone, const char *text)
{
	size_t len = strlen(clone->from);
	struct strv parts = { 0 };
	const char *found;
	char *joined;

	while ((found = strstr(text, clone->from))) {
		strv_add(&parts, "%.*s", (int)(found - text), text);
		text = found + len;
	}
	strv_add(&parts, "%s", text);
	joined = strv_join(&parts, clone->to);
	strv_free(&parts);
	return joined;
}

static int copy_record(const struct clone *clone, int to, const char *name,
		       const struct stat *st)
{
	struct timespec times[2] = { st->st_mtim, st->st_mtim };
	char *path = str_printf("%s/%s", clone->from, clone->path), *text = NULL, *moved = NULL;
	int error, fd;

	error = fs_read(path, &text, NULL, NULL);
	free(path);
	if (error)
		return error;
	moved = replace_place(clone, text);
	fd = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st->st_mode & 0777);
	if (fd < 0) {
		error = -errno;
		goto out;
	}
	error = fs_write_all(fd, moved, strlen(moved));
	if (!error && futimens(fd, times))
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
out:
	free(text);
	free(moved);
	return error;
}

static int share_file(const struct clone *clone, int from, int to, const char *name,
		      const struct stat *st)
{
	if (written_since(clone, st))
		return clone_failed(clone, -EUCLEAN,
				    "this shared source file was written to after it was unpacked; empty "
				    "the cache with `run-suite cache --prune --limit 0`");
	if (!linkat(from, name, to, name, 0))
		return 0;
	/* A file system without links, or with too many of them. */
	if (errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP)
		return tree_copy_file(from, name, to, name);
	return -errno;
}

static int clone_file(struct clone *clone, int from, int to, const char *name)
{
	struct stat st;
	int error;

	if (left_out(clone))
		return 0;
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return clone_failed(clone, -errno, strerror(errno));
	if (!clone->built || st.st_nlink > 1)
		error = share_file(clone, from, to, name, &st);
	else if (has_record_of_place(clone))
		error = copy_record(clone, to, name, &st);
	else
		error = tree_copy_file(from, name, to, name);
	if (error == -EUCLEAN)
		return error;
	if (error)
		return clone_failed(clone, error, strerror(-error));
	if (++clone->done % 4096 == 0)
		kernel_progress(clone->site, "clone", clone->done, 0);
	return 0;
}

static int clone_dir(struct clone *clone, int from, int to, size_t len);

static int clone_folder(struct clone *clone, int from, int to, const char *name)
{
	int in, out, error;

	if (mkdirat(to, name, 0755))
		return clone_failed(clone, -errno, strerror(errno));
	in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (in < 0)
		return clone_failed(clone, -errno, strerror(errno));
	out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0) {
		error = clone_failed(clone, -errno, strerror(errno));
		close(in);
		return error;
	}
	error = clone_dir(clone, in, out, strlen(clone->path));
	close(out);
	return error;
}

static bool is_folder(int dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return !fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode);
}

static int clone_entry(struct clone *clone, int from, int to, size_t len,
		       const struct dirent *entry)
{
	const char *name = entry->d_name;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	if (proc_interrupted())
		return clone_failed(clone, -EINTR, "interrupted");
	if (len + 1 + strlen(name) >= sizeof(clone->path))
		return clone_failed(clone, -ENAMETOOLONG, "its path is too long");
	sprintf(clone->path + len, "%s%s", len ? "/" : "", name);
	return is_folder(from, entry) ? clone_folder(clone, from, to, name) :
		clone_file(clone, from, to, name);
}

/* Takes @from over. @len: bytes of clone->path that name this folder. */
static int clone_dir(struct clone *clone, int from, int to, size_t len)
{
	DIR *dir = fdopendir(from);
	struct dirent *entry;
	int error = 0;

	if (!dir) {
		error = clone_failed(clone, -errno, strerror(errno));
		close(from);
		return error;
	}
	while (!error && (errno = 0, entry = readdir(dir)))
		error = clone_entry(clone, from, to, len, entry);
	clone->path[len] = '\0';
	if (!error && errno)
		error = clone_failed(clone, -errno, strerror(errno));
	closedir(dir);
	return error;
}

int tree_clone(const struct kernel_site *site, const char *from, bool built, int64_t unpacked,
	       const char *to, struct err *err)
{
	struct clone *clone = mem_grow(NULL, 1, sizeof(*clone));
	int in = -1, out = -1, error;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*clone = (struct clone){
		.site = site, .from = from, .to = to, .built = built, .unpacked = unpacked,
		.now = ns_of(&now), .err = err,
	};
	kernel_progress(site, "clone", 0, 0);
	error = fs_mkdir(to, err);
	if (error)
		goto out;
	in = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	out = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in < 0 || out < 0) {
		error = clone_failed(clone, -errno, strerror(errno));
		if (in >= 0)
			close(in);
		goto out;
	}
	error = clone_dir(clone, in, out, 0);
out:
	if (out >= 0)
		close(out);
	free(clone);
	return error;
}
