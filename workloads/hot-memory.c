/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of an NVDIMM to memory blocks, as ndctl and daxctl take it too:
 * the raw namespace is taken from the block driver, claimed by a device-dax
 * instance whose page metadata live in RAM, and that is taken from the character
 * device's driver for kmem.
 */
#include "hot-memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "memory-block.h"
#include "sysfs.h"
#include "workload.h"

#define ND "/sys/bus/nd/"
#define INSTANCE ND "devices/dax0.0/"
#define DAX "/sys/bus/dax/"
#define NAMESPACE "namespace0.0"
#define NAME "dax0.0"
#define UUID "5e1f0000-0000-4000-8000-000000000001"

/** struct step - a file and what is written to it */
struct step {
	const char *path;
	const char *text;
};

/* mode ram: an instance that held its own metadata would lose a part of its blocks. */
static const struct step steps[] = {
	{ ND "drivers/nd_pmem/unbind", NAMESPACE },
	{ INSTANCE "mode", "ram" },
	{ INSTANCE "align", "2097152" },
	{ INSTANCE "uuid", UUID },
	{ INSTANCE "namespace", NAMESPACE },
	{ ND "drivers/dax_pmem/bind", NAME },
	{ DAX "drivers/device_dax/unbind", NAME },
};

static int find_blocks(struct run *run, struct hot_memory *ret_memory)
{
	uint64_t start, bytes, block, end;
	int err;

	err = sysfs_read_hex(DAX "devices/" NAME "/resource", &start);
	if (!err)
		err = sysfs_read_u64(DAX "devices/" NAME "/size", &bytes);
	if (!err)
		err = memory_block_bytes(&block);
	if (err)
		return run_error(run, err, DAX "devices/" NAME ": where it is: %s", strerror(-err));
	end = (start + bytes) / block;
	ret_memory->first = (start + block - 1) / block;
	ret_memory->blocks = end > ret_memory->first ? end - ret_memory->first : 0;
	if (!ret_memory->blocks)
		return run_unsupported(run, DAX "devices/" NAME ": %llu bytes hold no whole block",
				       (unsigned long long)bytes);
	return 0;
}

int hot_memory_prepare(struct run *run, struct hot_memory *ret_memory)
{
	char text[64];
	size_t i;
	int err;

	if (sysfs_read(ND "devices/" NAMESPACE "/devtype", text, sizeof(text)) == -ENOENT)
		return run_unsupported(run, "there is no NVDIMM (" ND "devices/" NAMESPACE ")");
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		err = sysfs_write(steps[i].path, steps[i].text);
		if (err)
			return run_error(run, err, "%s: write '%s': %s", steps[i].path,
					 steps[i].text, strerror(-err));
	}
	return find_blocks(run, ret_memory);
}

/*
 * The first time the driver has to be told that the instance is its own, and takes
 * it at once; after that it knows, and "already there" is no error.
 */
int hot_memory_add(void)
{
	static int known;
	int err;

	if (known)
		return sysfs_write(DAX "drivers/kmem/bind", NAME);
	err = sysfs_write(DAX "drivers/kmem/new_id", NAME);
	known = !err;
	return err;
}

int hot_memory_remove(void)
{
	return sysfs_write(DAX "drivers/kmem/unbind", NAME);
}
