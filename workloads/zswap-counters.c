/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zswap's counters in 6.12: events in /proc/vmstat (mm/vmstat.c), the rest in
 * debugfs (zswap_debugfs_init() of mm/zswap.c).
 */
#include "zswap-counters.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"
#include "workload.h"

#define VMSTAT "/proc/vmstat"
#define ZSWAP_DEBUGFS "/sys/kernel/debug/zswap/"
#define SOURCES_MAX 4

/** struct source - where a counter comes from: fields of vmstat, or files that are summed */
struct source {
	const char *name;
	const char *field;
	const char *file[SOURCES_MAX];
};

static const struct source sources[ZC_NR] = {
	[ZC_ZSWPOUT]	= { "zswpout", "zswpout", { NULL } },
	[ZC_ZSWPIN]	= { "zswpin", "zswpin", { NULL } },
	[ZC_PSWPOUT]	= { "pswpout", "pswpout", { NULL } },
	[ZC_PSWPIN]	= { "pswpin", "pswpin", { NULL } },
	[ZC_SWPOUT_ZERO] = { "swpout_zero", "swpout_zero", { NULL } },
	[ZC_REJECT_POOR] = { "reject_compress_poor", NULL,
			     { ZSWAP_DEBUGFS "reject_compress_poor" } },
	[ZC_REJECT_FAIL] = { "reject_compress_fail", NULL,
			     { ZSWAP_DEBUGFS "reject_compress_fail" } },
	[ZC_REJECT_OTHER] = { "other rejects", NULL,
			      { ZSWAP_DEBUGFS "reject_alloc_fail",
				ZSWAP_DEBUGFS "reject_kmemcache_fail",
				ZSWAP_DEBUGFS "reject_reclaim_fail",
				ZSWAP_DEBUGFS "pool_limit_hit" } },
	[ZC_WRITTEN_BACK] = { "written_back_pages", NULL,
			      { ZSWAP_DEBUGFS "written_back_pages" } },
	[ZC_STORED]	= { "stored_pages", NULL, { ZSWAP_DEBUGFS "stored_pages" } },
	[ZC_POOL_BYTES]	= { "pool_total_size", NULL, { ZSWAP_DEBUGFS "pool_total_size" } },
};

static int read_files(const struct source *source, uint64_t *ret_value, const char **ret_source)
{
	uint64_t sum = 0, value;
	size_t i;
	int err;

	for (i = 0; i < SOURCES_MAX && source->file[i]; i++) {
		err = sysfs_read_u64(source->file[i], &value);
		if (err) {
			*ret_source = source->file[i];
			return err;
		}
		sum += value;
	}
	*ret_value = sum;
	return 0;
}

int zswap_counters_read(struct zswap_counters *ret_counters, const char **ret_source)
{
	struct zswap_counters counters = { { 0 } };
	size_t i;
	int err;

	for (i = 0; i < ZC_NR; i++) {
		if (!sources[i].field) {
			err = read_files(&sources[i], &counters.value[i], ret_source);
		} else {
			*ret_source = sources[i].field;
			err = sysfs_field(VMSTAT, sources[i].field, &counters.value[i]);
		}
		if (err)
			return err;
	}
	*ret_counters = counters;
	return 0;
}

unsigned int zswap_counters_check(const struct zswap_counters *before,
				  const struct zswap_counters *after,
				  const struct zswap_expect *expect, size_t nr,
				  char *text, size_t size)
{
	unsigned int wrong = 0;
	size_t i, used;
	int64_t change;
	bool right;

	for (i = 0; i < nr; i++) {
		change = (int64_t)(after->value[expect[i].counter] -
				   before->value[expect[i].counter]);
		right = change == expect[i].change;
		wrong += !right;
		used = strlen(text);
		snprintf(text + used, size - used, "%s%s %+" PRId64, used ? ", " : "",
			 sources[expect[i].counter].name, change);
		if (right)
			continue;
		used = strlen(text);
		snprintf(text + used, size - used, " (must be %+" PRId64 ")", expect[i].change);
	}
	return wrong;
}

int zswap_counters_take(struct run *run, struct zswap_counters *ret_counters)
{
	const char *source = "";
	int err = zswap_counters_read(ret_counters, &source);

	return err ? run_error(run, err, "counter %s: %s", source, strerror(-err)) : 0;
}

void zswap_counters_report(struct run *run, const char *check, const char *labels,
			   const struct zswap_counters *before,
			   const struct zswap_counters *after,
			   const struct zswap_expect *expect, size_t nr)
{
	char text[512] = "";
	unsigned int wrong;

	wrong = zswap_counters_check(before, after, expect, nr, text, sizeof(text));
	run_check(run, check, labels, wrong ? VERDICT_FAIL : VERDICT_PASS, "%s", text);
}
