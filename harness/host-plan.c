// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a plan needs of a host: memory for the guests that run at once, room on disks.
 */
#include <stdlib.h>

#include "host.h"
#include "util.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* QEMU's own: translated code, device models, libraries. */
#define QEMU_BYTES (256 * MIB)
/* Consoles, samples and pictures of a long run; a quick one takes some 10 MiB. */
#define RUN_BYTES (256 * MIB)
/* The unpacked source, and each tree with its image. */
#define SOURCE_BYTES (2 * GIB)
#define TREE_BYTES (2 * GIB)

static int descending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

static uint64_t sum_of_largest(uint64_t *bytes, size_t nr, unsigned int most)
{
	uint64_t sum = 0;

	qsort(bytes, nr, sizeof(*bytes), descending);
	for (size_t i = 0; i < nr && i < most; i++)
		sum += bytes[i];
	return sum;
}

void host_request_plan(struct host_request *request, const struct plan *plan, unsigned int jobs,
		       unsigned int builds)
{
	uint64_t *memory = mem_grow(NULL, plan->nr_cells, sizeof(*memory));
	uint64_t *mapped = mem_grow(NULL, plan->nr_cells, sizeof(*mapped));

	for (size_t i = 0; i < plan->nr_cells; i++) {
		const struct workload_needs needs = plan_cell_needs(&plan->cell[i]);
		uint64_t touched = needs.pmem_touch_mib && needs.pmem_touch_mib < needs.pmem_mib ?
				   needs.pmem_touch_mib : needs.pmem_mib;

		memory[i] = (needs.mem_mib + touched) * MIB + QEMU_BYTES;
		mapped[i] = ((uint64_t)needs.mem_mib + needs.pmem_mib) * MIB + QEMU_BYTES;
	}
	request->memory = sum_of_largest(memory, plan->nr_cells, jobs);
	request->mapped = sum_of_largest(mapped, plan->nr_cells, jobs);
	request->disk_results = RUN_BYTES;
	request->disk_cache = builds ? SOURCE_BYTES + builds * TREE_BYTES : 0;
	free(mapped);
	free(memory);
}
