// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the guest of a cell is to run, and what was seen of that when it had ended.
 */
#include <stdlib.h>

#include "runner-place.h"

struct topo_want runner_want(const struct plan_cell *cell)
{
	const struct workload_needs needs = plan_cell_needs(cell);
	bool sparse = needs.pmem_touch_mib && needs.pmem_touch_mib < needs.pmem_mib;

	return (struct topo_want){
		.cpus = needs.cpus,
		.nodes = needs.nodes,
		.mem_mib = needs.mem_mib,
		.extra_mib = sparse ? needs.pmem_touch_mib : needs.pmem_mib,
	};
}

/*
 * Time is only worth what the place is worth in which it was measured. Emulated time does
 * not depend on it, so that there it is a remark and no check.
 */
static void check_place(const struct topo_placement *place, const struct guest_result *result,
			struct record *record)
{
	if (!place->bind || result->end != GUEST_DONE)
		return;
	if (!result->placed)
		record_add_check(record, "placement", VERDICT_BROKEN,
				 "QEMU was gone before it could be looked where its memory is");
	else
		record_add_check(record, "placement",
				 result->misplaced ? VERDICT_BROKEN : VERDICT_PASS, "%s",
				 result->placed);
}

char *runner_placed(const struct topo_placement *place, enum engine engine,
		    const struct guest_result *result, struct record *record)
{
	char *planned = topo_placement_text(place), *text;

	if (engine == ENGINE_KVM)
		check_place(place, result, record);
	if (!result->placed)
		return planned;
	text = str_printf("%s\n%s", planned, result->placed);
	free(planned);
	return text;
}
