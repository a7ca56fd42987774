/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of numbers: class and size, objects by how full their zspage is, then
 * objects, used, pages, pages of a zspage, freeable. The last line sums up.
 */
#include "zsmalloc-stat.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"
#include "workload.h"

#define PAGE 4096
#define DIRECTORY "/sys/kernel/debug/zsmalloc"
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
static int find_pool(const char *prefix, char *path, size_t size)
{
	DIR *dir = opendir(DIRECTORY);
	const struct dirent *entry;
	char name[64] = "";

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) ||
		    strlen(entry->d_name) >= sizeof(name))
			continue;
		if (strlen(entry->d_name) > strlen(name) ||
		    (strlen(entry->d_name) == strlen(name) && strcmp(entry->d_name, name) > 0))
			strcpy(name, entry->d_name);
	}
	closedir(dir);
	if (!name[0])
		return -ENOENT;
	snprintf(path, size, DIRECTORY "/%s/classes", name);
	return 0;
}

int zsmalloc_stat_read(struct run *run, const char *prefix, struct zsmalloc_stat *ret_stat)
{
	char path[160], *text;
	int err;

	err = find_pool(prefix, path, sizeof(path));
	if (err)
		return run_unsupported(run, DIRECTORY "/%s*: %s; it takes CONFIG_ZSMALLOC_STAT=y",
				       prefix, strerror(-err));
	text = malloc(TEXT_MAX);
	if (!text)
		return run_error(run, -ENOMEM, "%s: no memory", path);
	err = sysfs_read(path, text, TEXT_MAX);
	if (err >= 0)
		err = zsmalloc_stat_parse(text, ret_stat);
	free(text);
	return err < 0 ? run_error(run, err, "%s: %s", path, strerror(-err)) : 0;
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
