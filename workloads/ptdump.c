/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parser of /sys/kernel/debug/page_tables/kernel. Lines look like
 *
 *	---[ Vmemmap ]---
 *	0xffffea0000000000-0xffffea0000800000      8M   RW   PSE GLB NX pmd
 *	0xffffea0000800000-0xffffea0040000000   1016M                  pmd
 *
 * The second one is a hole: no attributes, and the level is that of the table
 * with the empty entries.
 */
#include "ptdump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define LINE_SIZE 256
#define UPPER_HALF_4LEVEL 0xffff800000000000u

/*
 * The vmemmap's window (Documentation/arch/x86/x86_64/mm.rst). The dump has no
 * marker at its end: what follows under the same heading belongs to others.
 */
#define WINDOW_4LEVEL (1ull << 40)
#define WINDOW_5LEVEL (1ull << 49)

enum { LVL_PTE, LVL_PMD, LVL_PUD, LVL_P4D, LVL_PGD, LVL_NR };

static const char *const level_names[LVL_NR] = { "pte", "pmd", "pud", "p4d", "pgd" };

/* Bits of address space that one table of a level covers; the top one is not counted. */
static const unsigned int table_shift[LVL_PGD] = { 21, 30, 39, 48 };

/** struct line - a line of the dump */
struct line {
	uint64_t start;
	uint64_t end;
	int level;
	bool present;
};

/** struct sum - what was seen so far */
struct sum {
	struct ptdump_vmemmap vmemmap;
	uint64_t next_table[LVL_PGD];	/* lowest table of each level not yet counted */
};

static int parse_level(const char *word)
{
	int level;

	for (level = 0; level < LVL_NR; level++)
		if (!strcmp(word, level_names[level]))
			return level;
	return -EBADMSG;
}

/* Range, size, attributes, level: with nothing between size and level it is a hole. */
static int parse_line(char *text, struct line *line)
{
	unsigned int nr_words = 0;
	char *save, *word, *last = NULL;

	if (sscanf(text, "0x%" SCNx64 "-0x%" SCNx64, &line->start, &line->end) != 2)
		return -EBADMSG;
	if (line->end <= line->start)
		return -EBADMSG;
	for (word = strtok_r(text, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save)) {
		last = word;
		nr_words++;
	}
	if (nr_words < 3)
		return -EBADMSG;
	line->present = nr_words > 3;
	line->level = parse_level(last);
	return line->level < 0 ? line->level : 0;
}

static void count_tables(struct sum *sum, const struct line *line)
{
	int top = line->start < UPPER_HALF_4LEVEL ? LVL_P4D : LVL_PUD;
	uint64_t first, last;
	int level;

	for (level = line->level; level <= top; level++) {
		first = line->start >> table_shift[level];
		last = (line->end - 1) >> table_shift[level];
		if (first < sum->next_table[level])
			first = sum->next_table[level];
		if (first > last)
			continue;
		sum->vmemmap.table_pages += last - first + 1;
		sum->next_table[level] = last + 1;
	}
}

static void add_line(struct sum *sum, const struct line *line, bool descriptors)
{
	uint64_t bytes = line->end - line->start;

	count_tables(sum, line);
	if (!line->present)
		return;
	if (descriptors)
		sum->vmemmap.descriptor_bytes += bytes;
	else if (line->level == LVL_PTE)
		sum->vmemmap.pte_bytes += bytes;
	else if (line->level == LVL_PMD)
		sum->vmemmap.pmd_bytes += bytes;
	else
		sum->vmemmap.other_bytes += bytes;
}

static uint64_t window_end(uint64_t start)
{
	uint64_t window = start < UPPER_HALF_4LEVEL ? WINDOW_5LEVEL : WINDOW_4LEVEL;

	return window > UINT64_MAX - start ? UINT64_MAX : start + window;
}

int ptdump_read_vmemmap(FILE *dump, uint64_t descriptors, struct ptdump_vmemmap *ret_vmemmap)
{
	struct sum sum = { 0 };
	uint64_t end = 0;
	bool inside = false, seen = false;
	struct line line;
	char text[LINE_SIZE];
	int err;

	while (fgets(text, sizeof(text), dump)) {
		if (!strncmp(text, "---[", 4)) {
			inside = strstr(text, "[ Vmemmap ]") != NULL;
			seen |= inside;
			continue;
		}
		if (!inside)
			continue;
		err = parse_line(text, &line);
		if (err)
			return err;
		if (!end)
			end = window_end(line.start);
		if (descriptors && line.start >= descriptors) {
			if (line.start < window_end(descriptors))
				add_line(&sum, &line, true);
		} else if (line.start < end) {
			add_line(&sum, &line, false);
		}
	}
	if (ferror(dump))
		return -EIO;
	if (!seen)
		return -ENODATA;
	*ret_vmemmap = sum.vmemmap;
	return 0;
}

int ptdump_load(const char *path, uint64_t descriptors, struct ptdump_vmemmap *ret_vmemmap)
{
	FILE *dump = fopen(path, "re");
	int err;

	if (!dump)
		return -errno;
	err = ptdump_read_vmemmap(dump, descriptors, ret_vmemmap);
	fclose(dump);
	return err;
}
