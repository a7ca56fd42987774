/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of workloads; table.h holds the list.
 */
#include "table.h"

#include <string.h>

#define WORKLOAD_POINTER(name) &workload_##name,

const struct workload *const workload_table[] = { WORKLOAD_LIST(WORKLOAD_POINTER) NULL };

const struct workload *workload_find(const char *name)
{
	const struct workload *const *workload;

	for (workload = workload_table; *workload; workload++)
		if (!strcmp((*workload)->name, name))
			return *workload;
	return NULL;
}
