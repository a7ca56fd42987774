/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /proc/kallsyms twice: addresses first, then the nearest ones above them, since
 * modules and per-CPU symbols stand out of order.
 */
#include "kallsyms.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define LINE_MAX_BYTES 1024	/* a symbol has up to 511 bytes, KSYM_NAME_LEN */

/* "ffffffff81000000 T name", and "\t[module]" after it */
static bool read_line(FILE *kallsyms, uint64_t *ret_address, char *name)
{
	char line[LINE_MAX_BYTES];
	unsigned long long address;

	while (fgets(line, sizeof(line), kallsyms))
		if (sscanf(line, "%llx %*c %511s", &address, name) == 2) {
			*ret_address = address;
			return true;
		}
	return false;
}

static void find_starts(FILE *kallsyms, struct kallsyms_range *range, size_t nr, bool *ret_seen)
{
	char name[512];
	uint64_t address;
	size_t i;

	while (read_line(kallsyms, &address, name)) {
		*ret_seen |= address != 0;
		for (i = 0; i < nr; i++)
			if (!range[i].start && !strcmp(range[i].name, name))
				range[i].start = address;
	}
}

static void find_ends(FILE *kallsyms, struct kallsyms_range *range, size_t nr)
{
	char name[512];
	uint64_t address;
	size_t i;

	while (read_line(kallsyms, &address, name))
		for (i = 0; i < nr; i++)
			if (address > range[i].start && (!range[i].end || address < range[i].end))
				range[i].end = address;
}

int kallsyms_read(FILE *kallsyms, struct kallsyms_range *range, size_t nr)
{
	bool seen = false;
	size_t i;

	for (i = 0; i < nr; i++)
		range[i].start = range[i].end = 0;
	find_starts(kallsyms, range, nr, &seen);
	rewind(kallsyms);
	find_ends(kallsyms, range, nr);
	for (i = 0; i < nr; i++)
		if (!range[i].start || !range[i].end)
			return seen ? -ENOENT : -EPERM;
	return 0;
}

int kallsyms_find(struct kallsyms_range *range, size_t nr)
{
	FILE *kallsyms = fopen("/proc/kallsyms", "re");
	int err;

	if (!kallsyms)
		return -errno;
	err = kallsyms_read(kallsyms, range, nr);
	fclose(kallsyms);
	return err;
}
