// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Brings a source into the cache, once, for all variants. A folder is copied and
 * never linked to: its owner goes on editing it.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "kernel-source.h"
#include "kernel-tree.h"
#include "proc.h"

/* Bytes of an xz-compressed kernel source per entry: 6.12 has 145 MiB and 92451. */
#define XZ_BYTES_PER_ENTRY 1643

/* --- ways to unpack --- */

static int unpack_tarball(const struct kernel_site *site, const struct kernel_source *source,
			  const char *dir, struct err *err)
{
	char *what = str_printf("%s: cannot unpack", source->path);
	const char *dot = strrchr(source->path, '.');
	bool xz = dot && !strcmp(dot, ".xz");
	struct strv argv = { 0 };
	unsigned int total = 0;
	struct stat st;
	int error;

	if (xz && !stat(source->path, &st))
		total = st.st_size / XZ_BYTES_PER_ENTRY;
	strv_add(&argv, "tar");
	if (xz)
		strv_add(&argv, "--use-compress-program=xz -T0");
	strv_add(&argv, "--strip-components=1");
	strv_add(&argv, "--no-same-owner");
	strv_add(&argv, "-xvf");
	strv_add(&argv, "%s", source->path);
	strv_add(&argv, "-C");
	strv_add(&argv, "%s", dir);
	error = kernel_command_simple(site, &argv, what, "unpack", total, err);
	strv_free(&argv);
	free(what);
	return error;
}

/*
 * Through an index of our own and not `git archive | tar`: each step's exit code
 * is seen, and the repository's own index and work tree are left alone.
 */
static int unpack_git(const struct kernel_site *site, const struct kernel_source *source,
		      const char *dir, struct err *err)
{
	char *what = str_printf("%s: cannot export %s", source->path, source->rev);
	struct strv read = { 0 }, checkout = { 0 };
	int error;

	strv_add(&read, "GIT_INDEX_FILE=%s.index", dir);
	strv_add(&read, "git");
	strv_add(&read, "-C");
	strv_add(&read, "%s", source->path);
	for (size_t i = 0; i < read.nr; i++)
		strv_add(&checkout, "%s", read.item[i]);
	strv_add(&read, "read-tree");
	strv_add(&read, "%s", source->rev);
	strv_add(&checkout, "checkout-index");
	strv_add(&checkout, "--all");
	strv_add(&checkout, "--prefix=%s/", dir);
	error = kernel_command_simple(site, &read, what, "unpack", 0, err);
	if (!error)
		error = kernel_command_simple(site, &checkout, what, "unpack", 0, err);
	unlink(read.item[0] + strlen("GIT_INDEX_FILE="));
	strv_free(&read);
	strv_free(&checkout);
	free(what);
	return error;
}

static int make_parents(int dir, const char *file, const char *before)
{
	char *path = str_dup(file);
	int error = 0;

	for (char *slash = strchr(path, '/'); slash && !error; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		/* Sorted names: the folders of the file before exist. */
		if (strncmp(before, path, slash - path) || before[slash - path] != '/')
			if (mkdirat(dir, path, 0755) && errno != EEXIST)
				error = -errno;
		*slash = '/';
	}
	free(path);
	return error;
}

static int copy_files(const struct kernel_site *site, const struct strv *files, int from, int to,
		      struct err *err)
{
	const char *before = "";
	int error;

	for (size_t i = 0; i < files->nr; i++) {
		if (proc_interrupted())
			return err_set(err, -EINTR, "%s: interrupted", site->name);
		error = make_parents(to, files->item[i], before);
		if (!error)
			error = tree_copy_file(from, files->item[i], to, files->item[i]);
		if (error && error != -ENOENT)
			return err_set(err, error, "%s: cannot copy: %s", files->item[i],
				       strerror(-error));
		before = files->item[i];
		if (i % 1024 == 0)
			kernel_progress(site, "unpack", i, files->nr);
	}
	return 0;
}

/* A copy taken while its owner saves files is of no state that ever existed. */
static int check_unchanged(const struct kernel_source *source, struct err *err)
{
	char key[HASH_HEX];
	int error;

	error = source_dir_key(source->path, key, err);
	if (!error && strcmp(key, source->key))
		error = err_set(err, -EAGAIN, "%s: changed while it was copied; start again",
				source->path);
	return error;
}

static int unpack_dir(const struct kernel_site *site, const struct kernel_source *source,
		      const char *dir, struct err *err)
{
	int from = open(source->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int to = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct strv files = { 0 };
	int error;

	if (from < 0 || to < 0) {
		error = err_set(err, -errno, "%s: cannot copy to %s: %s", source->path, dir,
				strerror(errno));
		goto out;
	}
	error = source_dir_files(source->path, &files, err);
	if (!error)
		error = copy_files(site, &files, from, to, err);
	if (!error)
		error = check_unchanged(source, err);
	strv_free(&files);
out:
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return error;
}

/* Somebody's own build in the folder would be taken for ours. */
static int clean_dir(const struct kernel_site *site, const char *dir, struct err *err)
{
	static const char *const trace[] = { ".config", "include/config", "include/generated" };
	char *what = str_printf("%s: cannot clean with make mrproper", dir);
	struct strv argv = { 0 };
	bool built = false;
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(trace); i++) {
		char *path = str_printf("%s/%s", dir, trace[i]);

		built |= fs_exists(path);
		free(path);
	}
	strv_add(&argv, "make");
	strv_add(&argv, "-C");
	strv_add(&argv, "%s", dir);
	strv_add(&argv, "mrproper");
	if (built)
		error = kernel_command_simple(site, &argv, what, "unpack", 0, err);
	strv_free(&argv);
	free(what);
	return error;
}

/* --- what was unpacked --- */

/* The value of "NAME = value" in the first lines of the top Makefile; "" if there is none. */
static char *makefile_value(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (unsigned int line = 0; line < 20 && *text; line++) {
		const char *value = text + (strncmp(text, name, len) ? 0 : len);

		value += strspn(value, " \t");
		if (value > text && *value == '=') {
			value += 1 + strspn(value + 1, " \t");
			return str_printf("%.*s", (int)strcspn(value, " \t\r\n"), value);
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return str_dup("");
}

static int read_version(const struct kernel_source *source, const char *dir, char **ret_version,
			struct err *err)
{
	static const char *const name[] = { "VERSION", "PATCHLEVEL", "SUBLEVEL", "EXTRAVERSION" };
	char *path = str_printf("%s/Makefile", dir), *part[ARRAY_SIZE(name)] = { NULL }, *text;
	int error = -EINVAL;

	if (fs_read(path, &text, NULL, NULL)) {
		err_set(err, error, "%s: not a kernel source: it has no Makefile", source->path);
		goto out;
	}
	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		part[i] = makefile_value(text, name[i]);
	free(text);
	if (isdigit((unsigned char)*part[0]) && isdigit((unsigned char)*part[1])) {
		*ret_version = str_printf("%s.%s.%s%s (%s)", part[0], part[1],
					  *part[2] ? part[2] : "0", part[3], source->origin);
		error = 0;
	} else {
		err_set(err, error, "%s: not a kernel source: its Makefile has no VERSION",
			source->path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		free(part[i]);
out:
	free(path);
	return error;
}

static int write_manifest(const char *entry, const char *version, uint64_t bytes,
			  struct err *err)
{
	char *path = str_printf("%s/manifest.json", entry), *text;
	struct timespec now;
	json_t *json;
	int error;

	clock_gettime(CLOCK_REALTIME, &now);
	json = json_pack("{s:s, s:I, s:I}", "name", version, "bytes", (json_int_t)bytes, "unpacked",
			 (json_int_t)(now.tv_sec * INT64_C(1000000000) + now.tv_nsec));
	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	error = text ? fs_write(path, text, strlen(text), err) :
		err_set(err, -ENOMEM, "%s: cannot write: out of memory", path);
	free(text);
	json_decref(json);
	free(path);
	return error;
}

static int fill(const struct kernel_site *site, const struct kernel_source *source,
		const char *dir, struct err *err)
{
	int error;

	switch (source->kind) {
	case SOURCE_TARBALL:
		return unpack_tarball(site, source, dir, err);
	case SOURCE_GIT:
		return unpack_git(site, source, dir, err);
	case SOURCE_DIR:
		error = unpack_dir(site, source, dir, err);
		return error ? error : clean_dir(site, dir, err);
	}
	return err_set(err, -EINVAL, "%s: unknown kind of source", source->path);
}

static int unpack(const struct kernel_site *site, const struct kernel_source *source,
		  const char *entry, struct err *err)
{
	char *temporary = str_printf("%s.new", entry), *dir = str_printf("%s.new/linux", entry);
	char *version = NULL;
	int error;

	kernel_progress(site, "unpack", 0, 0);
	error = fs_remove(temporary, err);
	if (!error)
		error = fs_mkdir(dir, err);
	if (!error)
		error = fill(site, source, dir, err);
	if (!error)
		error = read_version(source, dir, &version, err);
	if (!error)
		cache_write_back(temporary);
	if (!error)
		error = write_manifest(temporary, version, fs_disk_usage(temporary), err);
	if (!error && rename(temporary, entry))
		error = err_set(err, -errno, "%s: cannot rename to %s: %s", temporary, entry,
				strerror(errno));
	if (error)
		fs_remove(temporary, NULL);
	free(version);
	free(dir);
	free(temporary);
	return error;
}

/* --- the cache entry --- */

void source_tree_free(struct source_tree *tree)
{
	cache_unlock(tree->lock);
	free(tree->dir);
	free(tree->version);
	*tree = (struct source_tree){ 0 };
}

static int open_entry(const char *entry, struct source_tree *tree, struct err *err)
{
	char *path = str_printf("%s/manifest.json", entry);
	json_t *json = json_load_file(path, 0, NULL);
	const char *version = json_string_value(json_object_get(json, "name"));
	int error = 0;

	if (version) {
		tree->version = str_dup(version);
		tree->unpacked = json_integer_value(json_object_get(json, "unpacked"));
		tree->dir = str_printf("%s/linux", entry);
	} else {
		error = err_set(err, -EUCLEAN, "%s: damaged; remove %s", path, entry);
	}
	json_decref(json);
	free(path);
	return error;
}

/* The entry is held for use before it is made: there is no moment to prune it in. */
static int make_entry(const struct kernel_site *site, const struct kernel_source *source,
		      const char *entry, struct err *err)
{
	struct cache_lock *build;
	int error;

	error = cache_lock(site->root, CACHE_SOURCE, HOLD_BUILD, source->key, kernel_waiting,
			   (void *)site, &build, err);
	if (error)
		return error;
	if (!cache_complete(site->root, CACHE_SOURCE, source->key))
		error = unpack(site, source, entry, err);
	cache_unlock(build);
	return error;
}

int kernel_source_get(const struct kernel_site *site, const struct kernel_source *source,
		      struct source_tree *ret_tree, struct err *err)
{
	char *entry = cache_entry_path(site->root, CACHE_SOURCE, source->key);
	struct source_tree tree = { 0 };
	int error;

	error = cache_lock(site->root, CACHE_SOURCE, HOLD_USE, source->key, kernel_waiting,
			   (void *)site, &tree.lock, err);
	if (!error && !cache_complete(site->root, CACHE_SOURCE, source->key))
		error = make_entry(site, source, entry, err);
	if (!error)
		error = open_entry(entry, &tree, err);
	if (error) {
		source_tree_free(&tree);
	} else {
		cache_touch(site->root, CACHE_SOURCE, source->key);
		*ret_tree = tree;
	}
	free(entry);
	return error;
}
