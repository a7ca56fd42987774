// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files read whole, files replaced atomically, trees made, removed and measured,
 * hashes over them.
 */
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "util.h"

#define READ_CHUNK 65536

int fs_read(const char *path, char **ret_text, size_t *ret_len, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t len = 0;
	ssize_t got;
	int error;

	if (fd < 0)
		return err_set(err, -errno, "%s: cannot open: %s", path, strerror(errno));
	do {
		text = mem_grow(text, len + READ_CHUNK + 1, 1);
		got = read(fd, text + len, READ_CHUNK);
		if (got > 0)
			len += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	error = got < 0 ? -errno : 0;
	close(fd);
	if (error) {
		free(text);
		return err_set(err, error, "%s: cannot read: %s", path, strerror(-error));
	}
	text[len] = '\0';
	*ret_text = text;
	if (ret_len)
		*ret_len = len;
	return 0;
}

int fs_write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t put = write(fd, data, len);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0) {
			data += put;
			len -= put;
		}
	}
	return 0;
}

/* A rename is on the disk when its folder is. */
static int sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? str_printf("%.*s", (int)(slash - path) + 1, path) : str_dup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (fd < 0 || fsync(fd))
		error = -errno;
	if (fd >= 0)
		close(fd);
	free(folder);
	return error;
}

int fs_write(const char *path, const void *data, size_t len, struct err *err)
{
	char *temporary = str_printf("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	int error;

	if (fd < 0) {
		error = -errno;
		goto out;
	}
	error = fs_write_all(fd, data, len);
	if (!error && (fchmod(fd, 0644) || fsync(fd)))
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	if (!error && rename(temporary, path))
		error = -errno;
	if (error)
		unlink(temporary);
	else
		error = sync_folder_of(path);
out:
	free(temporary);
	if (error)
		err_set(err, error, "%s: cannot write: %s", path, strerror(-error));
	return error;
}

int fs_mkdir(const char *path, struct err *err)
{
	char *part = str_dup(path);
	int error = 0;

	for (char *slash = part; slash && !error; ) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			error = -errno;
		if (slash)
			*slash = '/';
	}
	if (!error) {
		struct stat st;

		if (stat(path, &st))
			error = -errno;
		else if (!S_ISDIR(st.st_mode))
			error = -ENOTDIR;
	}
	free(part);
	if (error)
		err_set(err, error, "%s: cannot make the folder: %s", path, strerror(-error));
	return error;
}

int fs_remove(const char *path, struct err *err)
{
	char *const roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	int error = 0;
	FTSENT *entry;

	if (!walk)
		return err_set(err, -errno, "%s: cannot walk: %s", path, strerror(errno));
	while ((entry = fts_read(walk))) {
		if (entry->fts_info == FTS_D)
			continue;
		if (entry->fts_info == FTS_NS && entry->fts_errno == ENOENT)
			continue;
		if (remove(entry->fts_accpath) && errno != ENOENT && !error) {
			error = -errno;
			err_set(err, error, "%s: cannot remove: %s", entry->fts_path, strerror(errno));
		}
	}
	fts_close(walk);
	return error;
}

bool fs_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

struct inode {
	dev_t dev;
	ino_t ino;
};

static int inode_order(const void *a, const void *b)
{
	const struct inode *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* An inode with several names counts once: keep those, sort, look for repeats. */
uint64_t fs_disk_usage(const char *path)
{
	struct { struct inode inode; uint64_t bytes; } *linked = NULL;
	char *const roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t nr = 0, room = 0;
	uint64_t bytes = 0;
	FTSENT *entry;

	while (walk && (entry = fts_read(walk))) {
		const struct stat *st = entry->fts_statp;

		if (entry->fts_info == FTS_DP || entry->fts_info == FTS_NS)
			continue;
		if (st->st_nlink < 2 || S_ISDIR(st->st_mode)) {
			bytes += (uint64_t)st->st_blocks * 512;
			continue;
		}
		if (nr == room) {
			room = room ? 2 * room : 4096;
			linked = mem_grow(linked, room, sizeof(*linked));
		}
		linked[nr].inode = (struct inode){ st->st_dev, st->st_ino };
		linked[nr++].bytes = (uint64_t)st->st_blocks * 512;
	}
	if (walk)
		fts_close(walk);
	if (nr)
		qsort(linked, nr, sizeof(*linked), inode_order);
	for (size_t i = 0; i < nr; i++)
		if (!i || inode_order(&linked[i - 1], &linked[i]))
			bytes += linked[i].bytes;
	free(linked);
	return bytes;
}

char *fs_find_program(const char *name)
{
	const char *path = getenv("PATH");
	struct strv folders = { 0 };
	char *found = NULL;

	strv_split(&folders, path ? path : "/usr/bin:/bin", ":");
	for (size_t i = 0; i < folders.nr && !found; i++) {
		found = str_printf("%s/%s", folders.item[i], name);
		if (access(found, X_OK)) {
			free(found);
			found = NULL;
		}
	}
	strv_free(&folders);
	return found;
}

int fs_age_touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (futimens(fd, NULL))
		error = -errno;
	close(fd);
	return error;
}

struct hash {
	struct sha256_ctx ctx;
};

struct hash *hash_new(void)
{
	struct hash *hash = mem_grow(NULL, 1, sizeof(*hash));

	sha256_init(&hash->ctx);
	return hash;
}

void hash_add(struct hash *hash, const void *data, size_t len)
{
	sha256_update(&hash->ctx, len, data);
}

void hash_add_string(struct hash *hash, const char *text)
{
	hash_add(hash, text, strlen(text) + 1);
}

int hash_add_file(struct hash *hash, const char *path, struct err *err)
{
	FILE *file = fopen(path, "re");
	char buf[READ_CHUNK];
	int error = 0;
	size_t got;

	if (!file)
		return err_set(err, -errno, "%s: cannot open: %s", path, strerror(errno));
	while ((got = fread(buf, 1, sizeof(buf), file)))
		hash_add(hash, buf, got);
	if (ferror(file))
		error = err_set(err, -EIO, "%s: cannot read: %s", path, strerror(errno));
	fclose(file);
	return error;
}

void hash_end(struct hash *hash, char ret_hex[HASH_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(&hash->ctx, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
	free(hash);
}

int hash_file(const char *path, char ret_hex[HASH_HEX], struct err *err)
{
	struct hash *hash = hash_new();
	int error = hash_add_file(hash, path, err);
	char hex[HASH_HEX];

	hash_end(hash, hex);
	if (!error)
		memcpy(ret_hex, hex, HASH_HEX);
	return error;
}

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}
