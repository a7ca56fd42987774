// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much of a guest's RAM the host has: /proc/PID/smaps of QEMU. A memory backend is a
 * mapping of exactly its size, which nothing else in QEMU is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-ram.h"
#include "util.h"

#define MIB (UINT64_C(1) << 20)

/** struct mapping - a mapping that is being read */
struct mapping {
	uint64_t bytes;
	bool wanted;
};

static bool is_wanted(const uint64_t *sizes, unsigned int nr, uint64_t bytes)
{
	for (unsigned int i = 0; i < nr; i++)
		if (sizes[i] == bytes)
			return true;
	return false;
}

/* "7fd427e00000-7fd447e00000 rw-p 00000000 00:00 0 ": anonymous, so it has no inode */
static bool mapping_begins(const char *line, struct mapping *mapping)
{
	uint64_t start, end, inode;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*4s %*x %*x:%*x %" SCNu64, &start, &end,
		   &inode) != 3 || end <= start)
		return false;
	mapping->bytes = inode ? 0 : end - start;
	return true;
}

int guest_ram_parse(FILE *smaps, const uint64_t *sizes, unsigned int nr, struct guest_ram *ret_ram)
{
	struct guest_ram ram = { 0 };
	struct mapping mapping = { 0 };
	char line[512];
	uint64_t kib;

	while (fgets(line, sizeof(line), smaps)) {
		if (mapping_begins(line, &mapping)) {
			mapping.wanted = is_wanted(sizes, nr, mapping.bytes);
			if (mapping.wanted)
				ram.bytes += mapping.bytes;
		} else if (mapping.wanted && (sscanf(line, "Rss: %" SCNu64 " kB", &kib) == 1 ||
					      sscanf(line, "Swap: %" SCNu64 " kB", &kib) == 1)) {
			ram.resident += kib * 1024;
		}
	}
	if (!ram.bytes)
		return -ENODATA;
	*ret_ram = ram;
	return 0;
}

int guest_ram_read(const struct guest_config *config, pid_t pid, struct guest_ram *ret_ram)
{
	unsigned int nodes = config->nodes ? config->nodes : 1;
	uint64_t *sizes = mem_grow(NULL, nodes, sizeof(*sizes));
	char *path = str_printf("/proc/%d/smaps", (int)pid);
	FILE *smaps = fopen(path, "re");
	int error = smaps ? 0 : -errno;

	for (unsigned int i = 0; i < nodes; i++)
		sizes[i] = topo_share(config->mem_mib, nodes, i) * MIB;
	if (smaps) {
		error = guest_ram_parse(smaps, sizes, nodes, ret_ram);
		fclose(smaps);
	}
	free(path);
	free(sizes);
	return error;
}
