// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the kernel's source and gives it a key, quickly enough to be asked at
 * each start: nothing is unpacked, and a tarball is read once in its life.
 */
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "kernel-source.h"
#include "proc.h"

#define SOURCE_PACKAGE "linux-source-6.12"

void kernel_source_free(struct kernel_source *source)
{
	free(source->path);
	free(source->rev);
	free(source->origin);
	*source = (struct kernel_source){ 0 };
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Runs git in @dir; NULL ends the arguments. */
static int git(const char *dir, const char *const *args, char **ret_text, struct err *err)
{
	struct strv argv = { 0 };
	int error;

	kernel_command_env(&argv);
	strv_add(&argv, "git");
	strv_add(&argv, "-C");
	strv_add(&argv, "%s", dir);
	for (; *args; args++)
		strv_add(&argv, "%s", *args);
	error = proc_capture(argv.item, ret_text, err);
	strv_free(&argv);
	return error;
}

static int64_t mtime_ns(const struct stat *st)
{
	return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* --- tarballs --- */

static char *remembered_path(const char *root, const char *tarball, const struct stat *st)
{
	struct hash *hash = hash_new();
	char *text = str_printf("%lld %lld %llu", (long long)st->st_size,
				(long long)mtime_ns(st), (unsigned long long)st->st_ino);
	char name[HASH_HEX];

	hash_add_string(hash, tarball);
	hash_add_string(hash, text);
	hash_end(hash, name);
	free(text);
	return str_printf("%s/hash/%s", root, name);
}

static bool recall_key(const char *path, char ret_key[HASH_HEX])
{
	char *text;
	bool good;

	if (fs_read(path, &text, NULL, NULL))
		return false;
	good = strspn(text, "0123456789abcdef") == HASH_HEX - 1 && !text[HASH_HEX - 1];
	if (good)
		memcpy(ret_key, text, HASH_HEX);
	free(text);
	return good;
}

static int tarball_key(const char *root, const char *path, char ret_key[HASH_HEX],
		       struct err *err)
{
	char *memory, content[HASH_HEX];
	struct hash *hash;
	struct stat st;
	int error = 0;

	if (stat(path, &st))
		return err_set(err, -errno, "%s: cannot read: %s", path, strerror(errno));
	memory = remembered_path(root, path, &st);
	if (recall_key(memory, ret_key))
		goto out;
	error = hash_file(path, content, err);
	if (error)
		goto out;
	hash = hash_new();
	hash_add_string(hash, "tarball");
	hash_add_string(hash, content);
	hash_end(hash, ret_key);
	/* A file written just now can change again within the resolution of its time. */
	if (now_ns() - mtime_ns(&st) > INT64_C(2000000000))
		fs_write(memory, ret_key, HASH_HEX - 1, NULL);
out:
	free(memory);
	return error;
}

static int find_tarball(const char *root, const char *path, const char *origin,
			struct kernel_source *source, struct err *err)
{
	source->kind = SOURCE_TARBALL;
	source->path = realpath(path, NULL);
	if (!source->path)
		return err_set(err, -errno, "%s: cannot read: %s", path, strerror(errno));
	source->origin = str_dup(origin);
	return tarball_key(root, source->path, source->key, err);
}

static char *package_version(void)
{
	static char *const argv[] = {
		"dpkg-query", "-W", "-f=${Package} ${Version}", SOURCE_PACKAGE, NULL
	};
	char *text;

	return proc_capture(argv, &text, NULL) ? NULL : text;
}

static int find_package(const char *root, struct kernel_source *source, struct err *err)
{
	static const char *const path[] = {
		"/usr/src/" SOURCE_PACKAGE ".tar.xz",
		"/usr/src/" SOURCE_PACKAGE ".tar.zst",
		"/usr/src/" SOURCE_PACKAGE ".tar.bz2",
	};
	char *origin;
	int error;

	for (size_t i = 0; i < ARRAY_SIZE(path); i++) {
		if (!fs_exists(path[i]))
			continue;
		origin = package_version();
		error = find_tarball(root, path[i], origin ? origin : base_name(path[i]), source,
				     err);
		free(origin);
		return error;
	}
	return err_set(err, -ENOENT,
		       "kernel source: %s is not there; install it (apt install " SOURCE_PACKAGE ") or point at one with --kernel-source DIR|TARBALL",
		       path[0]);
}

/* --- git --- */

static int find_git(const char *repository, const char *rev, struct kernel_source *source,
		    struct err *err)
{
	char *commit = str_printf("%s^{commit}", rev);
	char *id = NULL, *tree = NULL, *spec = NULL;
	struct hash *hash;
	int error;

	error = git(repository, (const char *const[]){ "rev-parse", "--verify", "--end-of-options",
						       commit, NULL }, &id, err);
	if (error)
		goto out;
	spec = str_printf("%s^{tree}", id);
	error = git(repository, (const char *const[]){ "rev-parse", "--verify", spec, NULL }, &tree,
		    err);
	if (error)
		goto out;
	hash = hash_new();
	hash_add_string(hash, "git tree");
	hash_add_string(hash, tree);
	hash_end(hash, source->key);
	source->kind = SOURCE_GIT;
	source->path = str_dup(repository);
	source->origin = str_printf("git %.12s", id);
	source->rev = id;
	id = NULL;
out:
	free(commit);
	free(spec);
	free(tree);
	free(id);
	return error;
}

static int find_own(const struct variant *variant, struct kernel_source *source, struct err *err)
{
	const char *rev = strrchr(variant->source, ' ');
	struct err why = { "" };
	const char *base;
	char *path;
	int error;

	if (strncmp(variant->source, "git:", 4) || !rev)
		return err_set(err, -EINVAL, "%s: source = %s: must be git:PATH REV", variant->name,
			       variant->source);
	base = variant->source + 4;
	while (rev > base && rev[-1] == ' ')
		rev--;
	path = *base == '/' ? str_printf("%.*s", (int)(rev - base), base) :
		str_printf("%s/%.*s", variant->dir, (int)(rev - base), base);
	error = find_git(path, rev + strspn(rev, " "), source, &why);
	if (error)
		err_set(err, error, "%s/variant.ini: source = %s: %s", variant->dir, variant->source,
			why.text);
	free(path);
	return error == -EIO ? -ENOENT : error;
}

/* --- folders --- */

/* Is @dir the top of a work tree? A source unpacked inside another project's is not. */
static bool is_work_tree(const char *dir)
{
	char *top = NULL;
	bool is;

	is = !git(dir, (const char *const[]){ "rev-parse", "--show-toplevel", NULL }, &top, NULL) &&
	     !strcmp(top, dir);
	free(top);
	return is;
}

static bool is_clean(const char *dir)
{
	char *changes = NULL;
	bool clean;

	clean = !git(dir, (const char *const[]){ "status", "--porcelain", NULL }, &changes, NULL) &&
		!*changes;
	free(changes);
	return clean;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int git_files(const char *dir, struct strv *files, struct err *err)
{
	char *text;
	int error;

	error = git(dir, (const char *const[]){ "-c", "core.quotePath=false", "ls-files", "-co",
						"--exclude-standard", "--deduplicate", NULL },
		    &text, err);
	if (error)
		return error;
	strv_split(files, text, "\n");
	free(text);
	for (size_t i = 0; i < files->nr; i++)
		if (files->item[i][0] == '"')
			return err_set(err, -EINVAL,
				       "%s: %s: a file name with special characters is not supported",
				       dir, files->item[i]);
	return 0;
}

static int walked_files(const char *dir, struct strv *files, struct err *err)
{
	char *const roots[] = { (char *)dir, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	int error = 0;
	FTSENT *item;

	if (!fts)
		return err_set(err, -errno, "%s: cannot read: %s", dir, strerror(errno));
	while (!error && (errno = 0, item = fts_read(fts))) {
		if (item->fts_info == FTS_D && !strcmp(item->fts_name, ".git"))
			fts_set(fts, item, FTS_SKIP);
		else if (item->fts_info == FTS_DNR || item->fts_info == FTS_ERR)
			error = err_set(err, -item->fts_errno, "%s: cannot read: %s", item->fts_path,
					strerror(item->fts_errno));
		else if (item->fts_info != FTS_D && item->fts_info != FTS_DP)
			strv_add(files, "%s", item->fts_path + strlen(dir) + 1);
	}
	if (!error && errno)
		error = err_set(err, -errno, "%s: cannot read: %s", dir, strerror(errno));
	fts_close(fts);
	return error;
}

int source_dir_files(const char *dir, struct strv *ret_files, struct err *err)
{
	struct strv files = { 0 };
	int error;

	error = is_work_tree(dir) ? git_files(dir, &files, err) : walked_files(dir, &files, err);
	if (error) {
		strv_free(&files);
		return error;
	}
	if (files.nr)
		qsort(files.item, files.nr, sizeof(*files.item), by_name);
	*ret_files = files;
	return 0;
}

int source_dir_key(const char *dir, char ret_key[HASH_HEX], struct err *err)
{
	struct strv files = { 0 };
	struct hash *hash;
	struct stat st;
	int error;

	error = source_dir_files(dir, &files, err);
	if (error)
		return error;
	hash = hash_new();
	hash_add_string(hash, "folder");
	for (size_t i = 0; i < files.nr; i++) {
		char *path = str_printf("%s/%s", dir, files.item[i]);
		char *text;

		/* Deleted and not yet committed: not there, so not part of the source. */
		if (!lstat(path, &st)) {
			text = str_printf("%lld %lld %o", (long long)st.st_size,
					  (long long)mtime_ns(&st), (unsigned int)st.st_mode);
			hash_add_string(hash, files.item[i]);
			hash_add_string(hash, text);
			free(text);
		}
		free(path);
	}
	hash_end(hash, ret_key);
	strv_free(&files);
	return 0;
}

static int find_dir(const char *path, struct kernel_source *source, struct err *err)
{
	char *dir = realpath(path, NULL);
	int error;

	if (!dir)
		return err_set(err, -errno, "%s: cannot read: %s", path, strerror(errno));
	if (is_work_tree(dir) && is_clean(dir)) {
		error = find_git(dir, "HEAD", source, err);
		free(dir);
		return error;
	}
	source->kind = SOURCE_DIR;
	source->path = dir;
	source->origin = str_printf("local folder %s", base_name(dir));
	return source_dir_key(dir, source->key, err);
}

int kernel_source_find(const struct kernel_builder *kb, const char *root,
		       const struct variant *variant, struct kernel_source *ret_source,
		       struct err *err)
{
	struct kernel_source source = { 0 };
	struct stat st;
	int error;

	if (variant->source)
		error = find_own(variant, &source, err);
	else if (!kb->source)
		error = find_package(root, &source, err);
	else if (stat(kb->source, &st))
		error = err_set(err, -errno, "--kernel-source %s: cannot read: %s", kb->source,
				strerror(errno));
	else if (S_ISDIR(st.st_mode))
		error = find_dir(kb->source, &source, err);
	else
		error = find_tarball(root, kb->source, base_name(kb->source), &source, err);
	if (error)
		kernel_source_free(&source);
	else
		*ret_source = source;
	return error;
}
