// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In which order guests start. Where a host's drift would become a difference it is the
 * plan's; the exact engine knows no drift, and there it is the one that ends soonest.
 */
#include <stdlib.h>

#include "runner-private.h"

/**
 * struct place - a cell in line
 * @index: in the plan
 * @alone: its guest has several vCPUs, and shares cores with nobody
 * @wall_ns: what it took before, 0 where that is not known
 */
struct place {
	size_t index;
	bool alone;
	uint64_t wall_ns;
};

/*
 * The first cell is what later ones are held against. A guest that must be alone waits until
 * all others have ended: together at the end, they wait once. Among the rest a long one that
 * starts last would leave the other cores with nothing to do.
 */
static int before(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (!x->index || !y->index)
		return x->index ? 1 : -1;
	if (x->alone != y->alone)
		return x->alone ? 1 : -1;
	if (x->wall_ns != y->wall_ns)
		return x->wall_ns < y->wall_ns ? 1 : -1;
	return x->index < y->index ? -1 : 1;
}

size_t *runner_order(const struct runner_config *config, size_t *ret_nr)
{
	const struct plan *plan = config->plan;
	struct place *place = mem_grow(NULL, plan->nr_cells + 1, sizeof(*place));
	size_t *order = mem_grow(NULL, plan->nr_cells + 1, sizeof(*order)), nr = 0;

	for (size_t i = 0; i < plan->nr_cells; i++) {
		const struct plan_cell *cell = &plan->cell[i];

		if (config->finished[i])
			continue;
		place[nr++] = (struct place){
			.index = i, .alone = plan_cell_needs(cell).cpus > 1,
			.wall_ns = reuse_wall_ns(config->reuse, cell->workload->name, cell->params),
		};
	}
	if (config->engine == ENGINE_EXACT)
		qsort(place, nr, sizeof(*place), before);
	for (size_t i = 0; i < nr; i++)
		order[i] = place[i].index;
	free(place);
	*ret_nr = nr;
	return order;
}
