/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters, each from a file of its own. A change between two reads is seen by one
 * and not by the other: for states at rest.
 */
#include "lazy-memmap.h"

#include <stddef.h>
#include <stdio.h>

#include "sysfs.h"

static int read_one(const char *root, const char *name, uint64_t *ret_value)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/sys/kernel/debug/lazy_vmemmap/%s", root, name);
	return sysfs_read_u64(path, ret_value);
}

int lazy_memmap_read(const char *root, struct lazy_memmap *ret_lazy)
{
	struct lazy_memmap lazy;
	int err;

	err = read_one(root, "populated", &lazy.populated);
	if (!err)
		err = read_one(root, "shared", &lazy.shared);
	if (!err)
		err = read_one(root, "bytes", &lazy.bytes);
	if (!err)
		err = read_one(root, "authorised", &lazy.authorised);
	if (!err)
		err = read_one(root, "returned", &lazy.returned);
	if (!err)
		*ret_lazy = lazy;
	return err;
}
