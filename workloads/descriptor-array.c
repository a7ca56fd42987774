/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the ranges of descriptors, and the counter beside them.
 */
#include "descriptor-array.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "descriptor-pool.h"
#include "sysfs.h"
#include "traffic-ranges.h"

#define PAGE 4096u
#define TEXT_MAX 4096

static int read_ranges(const char *path, struct descriptor_array *array)
{
	struct traffic_span span[TRAFFIC_RANGES_MAX];
	char text[TEXT_MAX];
	size_t nr = 0, i;
	int err = sysfs_read(path, text, sizeof(text));

	if (err < 0)
		return err;
	err = traffic_ranges_parse(text, span, &nr);
	if (err)
		return err;
	/* Addresses of the lower half are no kernel's. */
	if (!nr || span[0].start % PAGE || !(span[0].start >> 63))
		return -EBADMSG;
	array->start = span[0].start;
	for (i = 0; i < nr; i++)
		array->described += span[i].bytes;
	return 0;
}

/* What a pool has beside it for device memory. */
static int read_beside_pool(const char *path, struct descriptor_array *array)
{
	struct descriptor_places places;
	int err = descriptor_places_read(path, &places);
	size_t i;

	if (err)
		return err;
	array->start = places.array;
	for (i = 0; i < places.nr; i++)
		if (descriptor_place(&places, &places.span[i]) == DESCRIPTORS_OF_DEVICES)
			array->described += places.span[i].bytes;
	descriptor_places_free(&places);
	return 0;
}

int descriptor_array_read(const char *root, const struct job *job,
			  struct descriptor_array *ret_array)
{
	struct descriptor_array array = { 0 };
	bool pool = descriptor_pool_promised(job);
	char path[2 * JOB_VALUE_MAX];
	int err;

	*ret_array = array;
	if (!pool && strcmp(job->page_descriptors, "array"))
		return 0;
	snprintf(path, sizeof(path), "%s%s", root, job->descriptor_ranges);
	err = pool ? read_beside_pool(path, &array) : read_ranges(path, &array);
	if (err)
		return err;
	snprintf(strrchr(path, '/'), sizeof("/device_pages"), pool ? "/device_pages" : "/bytes");
	err = sysfs_read_u64(path, &array.bytes);
	if (err)
		return err;
	array.bytes *= pool ? PAGE : 1;
	*ret_array = array;
	return 0;
}
