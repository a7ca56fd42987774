/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest says of its memory, held against what the harness knows: how much it was
 * given, and how much of it the host had to back.
 */
#ifndef PAGEMETA_METADATA_JUDGE_H
#define PAGEMETA_METADATA_JUDGE_H

#include "guest.h"
#include "record.h"

/**
 * metadata_judge() - add the checks of the harness to a record
 * @record: what came of a guest that said END
 * @needs: what it was given
 * @result: how its workload ended, and its memory on the host
 *
 * metadata-complete: each kind was accounted in each phase that there was. metadata-given:
 * the memory that is present is what was given, but for the holes of the first MiB and for
 * firmware; where the command line takes more away, it is at most that. metadata-resident:
 * metadata is written when it is made, so the host has at least as much of the guest's RAM,
 * and at most all of it. Where QEMU was gone before one could look, what all of it ever had
 * counts, and has no upper end.
 *
 * A guest that said itself that it cannot account gets none of them.
 */
void metadata_judge(struct record *record, const struct workload_needs *needs,
		    const struct guest_result *result);

#endif
