/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the vmemmap and the kernel's linear mappings through /proc/kcore.
 */
#include "traffic-ranges.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor-array.h"
#include "descriptor-pool.h"
#include "kcore.h"
#include "sysfs.h"
#include "traffic-mark.h"

#define BASE_SHIFT 12
#define HUGE_SHIFT 21
#define PHYSICAL_BITS 46	/* the most that guests of the suite have, see guest-args.c */
#define RANGES_TEXT 4096

static bool take_hex(const char **at, char end, uint64_t *ret_value)
{
	char *behind;

	if (!strchr("0123456789abcdefABCDEF", **at) || !**at)
		return false;
	errno = 0;
	*ret_value = strtoull(*at, &behind, 16);
	if (errno || (*behind != end && *behind))
		return false;
	*at = behind + !!*behind;
	return true;
}

int traffic_ranges_parse(const char *text, struct traffic_span *ret_span, size_t *ret_nr)
{
	uint64_t start, last;
	size_t nr;

	for (nr = 0; *text; nr++) {
		if (!take_hex(&text, '-', &start) || !take_hex(&text, '\n', &last) || last < start ||
		    last - start == UINT64_MAX)
			return -EBADMSG;
		if (nr == TRAFFIC_RANGES_MAX)
			return -E2BIG;
		ret_span[nr] = (struct traffic_span){ start, last - start + 1 };
	}
	*ret_nr = nr;
	return 0;
}

/* What is linear is mapped by huge pages but for its edges. */
static unsigned int shift_of(const struct kcore *kcore, uint64_t address)
{
	uint64_t physical;

	return kcore_physical(kcore, address, &physical) ? HUGE_SHIFT : BASE_SHIFT;
}

static void tell_linear(const struct kcore *kcore)
{
	size_t i;

	for (i = 0; i < kcore->nr; i++)
		if (kcore_is_linear(&kcore->segment[i]))
			traffic_mark_range(TRAFFIC_REST, HUGE_SHIFT, kcore->segment[i].p_vaddr,
					   kcore->segment[i].p_memsz);
}

static int tell_descriptors(const struct kcore *kcore, const struct job *job)
{
	struct traffic_span span[TRAFFIC_RANGES_MAX];
	char text[RANGES_TEXT];
	size_t nr = 0, i;
	int err;

	/* A pool takes other pages by and by: what is told now would soon be wrong. */
	if (!job->descriptor_ranges[0] || descriptor_pool_promised(job))
		return 0;
	err = sysfs_read(job->descriptor_ranges, text, sizeof(text));
	if (err < 0)
		return err;
	err = traffic_ranges_parse(text, span, &nr);
	/* As the memmap is: all of an array, which is mapped by huge pages. */
	if (!err && nr && !strcmp(job->page_descriptors, "array")) {
		traffic_mark_range(TRAFFIC_DESCRIPTORS, HUGE_SHIFT, span[0].start,
				   (uint64_t)DESCRIPTOR_BYTES << (PHYSICAL_BITS - BASE_SHIFT));
		return 0;
	}
	for (i = 0; i < nr && !err; i++)
		traffic_mark_range(TRAFFIC_DESCRIPTORS, shift_of(kcore, span[i].start),
				   span[i].start, span[i].bytes);
	return err;
}

static void tell_memmap(const struct kcore *kcore, const struct job *job)
{
	uint64_t start;

	/* Section 0 begins with the struct page of page frame 0: there the vmemmap begins. */
	if (kcore_section(kcore, 0, &start))
		return;
	traffic_mark_range(TRAFFIC_MEMMAP,
			   strcmp(job->memmap_mapping, "2M") ? BASE_SHIFT : HUGE_SHIFT, start,
			   kcore->info.page_size << (PHYSICAL_BITS - BASE_SHIFT));
}

/* The plugin takes the first range that fits: descriptors can lie in a linear mapping. */
int traffic_ranges_tell(const struct job *job)
{
	struct kcore kcore;
	int err;

	if (!kcore_open(&kcore))
		tell_memmap(&kcore, job);
	err = tell_descriptors(&kcore, job);
	tell_linear(&kcore);
	kcore_close(&kcore);
	return err;
}
