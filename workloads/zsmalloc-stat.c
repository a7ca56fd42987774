/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of numbers: class and size, objects by how full their zspage is, then
 * objects, used, pages, pages of a zspage, freeable. The last line sums up.
 */
#include "zsmalloc-stat.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"
#include "workload.h"

#define PAGE 4096
#define DIRECTORY "/sys/kernel/debug/zsmalloc"
#define SLAB "/sys/kernel/slab"
#define TEXT_MAX 65536		/* 256 lines of about 190 characters */
#define FULLNESS_GROUPS 11	/* 10% to 90%, 99%, 100% */
#define COLUMNS (2 + FULLNESS_GROUPS + 5)

enum column {
	AT_SIZE = 1,
	AT_OBJECTS = 2 + FULLNESS_GROUPS,
	AT_USED,
	AT_PAGES,
	AT_CHAIN,
	AT_FREEABLE,
};

/* Only blanks and digits; a sign or a letter is refused and not skipped. */
static size_t parse_numbers(const char *line, const char *end, uint64_t *number, size_t max)
{
	size_t nr = 0;

	while (line < end) {
		if (*line == ' ') {
			line++;
			continue;
		}
		if (*line < '0' || *line > '9' || nr == max)
			return 0;
		for (number[nr] = 0; line < end && *line >= '0' && *line <= '9'; line++)
			if (__builtin_mul_overflow(number[nr], 10, &number[nr]) ||
			    __builtin_add_overflow(number[nr], *line - '0', &number[nr]))
				return 0;
		nr++;
	}
	return nr;
}

static bool add_class(struct zsmalloc_stat *stat, const uint64_t *number)
{
	struct zsmalloc_class class = {
		.size = number[AT_SIZE], .objects = number[AT_OBJECTS], .used = number[AT_USED],
		.pages = number[AT_PAGES], .chain = number[AT_CHAIN],
		.freeable = number[AT_FREEABLE],
	};

	if (stat->nr == ZSMALLOC_CLASSES_MAX || !class.size || class.size > PAGE ||
	    !class.chain || class.chain > 16 || class.used > class.objects)
		return false;
	stat->class[stat->nr++] = class;
	stat->occupied += class.used > 0;
	stat->used += class.used;
	stat->pages += class.pages;
	stat->freeable += class.freeable;
	return true;
}

/* "Total": the same columns without size and pages of a zspage. */
static bool check_total(const struct zsmalloc_stat *stat, const char *line, const char *end)
{
	uint64_t number[COLUMNS];
	size_t at = FULLNESS_GROUPS;

	if (parse_numbers(line, end, number, COLUMNS) != FULLNESS_GROUPS + 4)
		return false;
	return number[at + 1] == stat->used && number[at + 2] == stat->pages &&
	       number[at + 3] == stat->freeable;
}

int zsmalloc_stat_parse(const char *text, struct zsmalloc_stat *ret_stat)
{
	struct zsmalloc_stat stat = { .nr = 0 };
	uint64_t number[COLUMNS];
	const char *line, *end, *first;
	bool total = false;

	for (line = text; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		first = line + strspn(line, " ");
		if (first >= end || (line == text && !strncmp(first, "class", 5)))
			continue;
		if (total)
			return -EINVAL;
		if (!strncmp(first, "Total", 5)) {
			total = true;
			if (!check_total(&stat, first + 5, end))
				return -EINVAL;
		} else if (parse_numbers(line, end, number, COLUMNS) != COLUMNS ||
			   !add_class(&stat, number)) {
			return -EINVAL;
		}
	}
	if (!total)
		return -EINVAL;
	*ret_stat = stat;
	return 0;
}

/* A number is added to zswap's name with every pool, so the longest, last one is the newest. */
static int find_pool(const char *prefix, char *name, size_t size)
{
	DIR *dir = opendir(DIRECTORY);
	const struct dirent *entry;

	if (!dir)
		return -errno;
	name[0] = '\0';
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) ||
		    strlen(entry->d_name) >= size)
			continue;
		if (strlen(entry->d_name) > strlen(name) ||
		    (strlen(entry->d_name) == strlen(name) && strcmp(entry->d_name, name) > 0))
			strcpy(name, entry->d_name);
	}
	closedir(dir);
	return name[0] ? 0 : -ENOENT;
}

static int read_classes(const char *path, struct zsmalloc_stat *ret_stat)
{
	char *text = malloc(TEXT_MAX);
	int err;

	if (!text)
		return -ENOMEM;
	err = sysfs_read(path, text, TEXT_MAX);
	if (err >= 0)
		err = zsmalloc_stat_parse(text, ret_stat);
	free(text);
	return err;
}

int zsmalloc_stat_read(struct run *run, const char *prefix, struct zsmalloc_stat *ret_stat)
{
	char path[160], pool[sizeof(ret_stat->pool)];
	int err;

	err = find_pool(prefix, pool, sizeof(pool));
	if (err)
		return run_unsupported(run, DIRECTORY "/%s*: %s; it takes CONFIG_ZSMALLOC_STAT=y",
				       prefix, strerror(-err));
	snprintf(path, sizeof(path), DIRECTORY "/%s/classes", pool);
	err = read_classes(path, ret_stat);
	if (err)
		return run_error(run, err, "%s: %s", path, strerror(-err));
	strcpy(ret_stat->pool, pool);
	return 0;
}

static int each_pool(DIR *dir, const char *root,
		     int (*each)(void *ctx, const struct zsmalloc_stat *stat), void *ctx)
{
	struct zsmalloc_stat *stat = malloc(sizeof(*stat));
	const struct dirent *entry;
	char path[512];
	int err = 0;

	if (!stat)
		return -ENOMEM;
	while (!err && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(stat->pool))
			continue;
		snprintf(path, sizeof(path), "%.200s" DIRECTORY "/%.64s/classes", root,
			 entry->d_name);
		err = read_classes(path, stat);
		strcpy(stat->pool, entry->d_name);
		/* Variants have files of their own beside the pools. */
		if (err == -ENOTDIR)
			err = 0;
		else if (!err)
			err = each(ctx, stat);
	}
	free(stat);
	return err;
}

int zsmalloc_stat_each(const char *root, int (*each)(void *ctx, const struct zsmalloc_stat *stat),
		       void *ctx)
{
	char path[512];
	int err;
	DIR *dir;

	snprintf(path, sizeof(path), "%s" DIRECTORY, root);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	err = each_pool(dir, root, each, ctx);
	closedir(dir);
	return err;
}

uint64_t zsmalloc_stat_freeable(const struct zsmalloc_stat *stat)
{
	const struct zsmalloc_class *class;
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < stat->nr; i++) {
		class = &stat->class[i];
		pages += (class->objects - class->used) / (class->chain * PAGE / class->size) *
			 class->chain;
	}
	return pages;
}

/* slab_size: an object with what the allocator adds to it (slab_size_show() of mm/slub.c). */
static int descriptor_size(const char *pool, uint64_t chain, uint64_t *ret_bytes)
{
	char path[160];
	int err;

	snprintf(path, sizeof(path), SLAB "/zspage-%" PRIu64 "/slab_size", chain);
	err = sysfs_read_u64(path, ret_bytes);
	if (err != -ENOENT)
		return err;
	snprintf(path, sizeof(path), SLAB "/zspage-%s/slab_size", pool);
	return sysfs_read_u64(path, ret_bytes);
}

int zsmalloc_stat_zspage_bytes(struct run *run, const struct zsmalloc_stat *stat,
			       uint64_t *ret_bytes)
{
	const struct zsmalloc_class *class;
	uint64_t size = 0, bytes = 0;
	size_t i;
	int err;

	for (i = 0; i < stat->nr; i++) {
		class = &stat->class[i];
		err = descriptor_size(stat->pool, class->chain, &size);
		if (err == -ENOENT)
			return run_unsupported(run, SLAB "/zspage-%s: no such cache; it takes "
					       "CONFIG_SLUB and CONFIG_SYSFS", stat->pool);
		if (err)
			return run_error(run, err, SLAB "/zspage-*/slab_size: %s", strerror(-err));
		bytes += class->pages / class->chain * size;
	}
	*ret_bytes = bytes;
	return 0;
}
