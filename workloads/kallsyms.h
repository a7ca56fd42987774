/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where functions of the kernel begin and end, for what takes addresses and no names.
 */
#ifndef PAGEMETA_KALLSYMS_H
#define PAGEMETA_KALLSYMS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct kallsyms_range - a function
 * @name: its symbol; the first one of that name counts
 * @start: its address
 * @end: that of what follows it
 */
struct kallsyms_range {
	const char *name;
	uint64_t start;
	uint64_t end;
};

/**
 * kallsyms_read() - look up functions in a text like /proc/kallsyms
 * @kallsyms: read to its end; symbols need not be sorted
 * @range: names; the rest is set, also after a failure
 * @nr: of them
 *
 * Return: 0; -ENOENT when one is not there, or nothing follows it; -EPERM when the
 * kernel hides addresses: all of them are 0.
 */
int kallsyms_read(FILE *kallsyms, struct kallsyms_range *range, size_t nr);

/** kallsyms_find() - the same in this kernel. Return: also -errno of opening the file */
int kallsyms_find(struct kallsyms_range *range, size_t nr);

#endif
