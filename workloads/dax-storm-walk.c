/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of dax-storm that look at page frames and change nothing: one reads what
 * there is of each frame, the other the memmap and the page tables that map it.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "dax-storm-actors.h"
#include "frame-walk.h"
#include "ptdump.h"
#include "workload.h"

#define PAGE 4096

static struct frame_walk walk_of(const struct dax_storm *storm)
{
	struct frame_walk walk = { .nr = ram_map_end(&storm->ram), .ram = &storm->ram };
	const struct nd_region *region[] = { &storm->volume.region, &storm->other };
	int i;

	for (i = 0; i < FRAME_WALK_DEVICES; i++) {
		walk.device[i].start = region[i]->start / PAGE;
		walk.device[i].end = (region[i]->start + region[i]->bytes) / PAGE;
	}
	return walk;
}

int storm_walk(struct storm_process *process)
{
	struct dax_storm *storm = process->context;
	struct frame_walk walk = walk_of(storm);
	const char *path = "";
	struct kpage kpage;
	int err = kpage_open(&kpage, &path);

	if (err)
		return run_error(storm->run, err, "%s: open: %s", path, strerror(-err));
	while (storm_goes_on(process) && !err) {
		err = frame_walk_files(&walk, &kpage);
		if (!err)
			err = frame_walk_idle(&walk);
		process->verdict = walk.verdict;
		storm_did(process);
	}
	kpage_close(&kpage);
	return err;
}

int storm_mapped(const struct dax_storm *storm, uint64_t *ret_bytes)
{
	struct ptdump_vmemmap vmemmap;
	int err = ptdump_load(PTDUMP_FILE, storm->descriptors, &vmemmap);

	if (!err)
		*ret_bytes = vmemmap.pmd_bytes + vmemmap.pte_bytes + vmemmap.other_bytes +
			     vmemmap.descriptor_bytes;
	return err;
}

/* Memory is neither added nor removed while page tables are dumped (ptdump_walk_pgd()). */
int storm_dump(struct storm_process *process)
{
	struct dax_storm *storm = process->context;
	struct frame_walk walk = walk_of(storm);
	uint64_t mapped = 0;
	int err = 0;

	while (storm_goes_on(process) && !err) {
		err = frame_walk_raw(&walk);
		/* A memmap that VMCOREINFO does not describe is not read. */
		if (!err || err == -EOPNOTSUPP)
			err = storm_mapped(storm, &mapped);
		if (err)
			break;
		storm_judge(&walk.verdict, mapped == storm->mapped[0] || mapped == storm->mapped[1],
			    "%" PRIu64 " B of memmap and descriptors are mapped, must be %" PRIu64
			    " or %" PRIu64,
			    mapped, storm->mapped[0], storm->mapped[1]);
		process->verdict = walk.verdict;
		storm_did(process);
	}
	return err;
}
