/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the files of a pool of descriptors.
 */
#include "descriptor-pool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sysfs.h"

#define PAGE 4096u
#define LINE_MAX_BYTES 64
#define SPANS_MAX 1048576	/* pages of slots of 256 GiB, each alone */
#define TRIES 10
#define WAIT_NS 20000000	/* a grace period of RCU is some of them */

bool descriptor_pool_promised(const struct job *job)
{
	return !strcmp(job->page_descriptors, "pool");
}

/* A file beside that of the ranges. */
static void path_beside(const char *root, const struct job *job, const char *name,
			char path[2 * JOB_VALUE_MAX])
{
	const char *slash = strrchr(job->descriptor_ranges, '/');
	int folder = slash ? (int)(slash - job->descriptor_ranges) : 0;

	snprintf(path, 2 * JOB_VALUE_MAX, "%s%.*s/%s", root, folder, job->descriptor_ranges, name);
}

static int read_number(const char *root, const struct job *job, const char *name,
		       uint64_t *ret_value)
{
	char path[2 * JOB_VALUE_MAX];

	path_beside(root, job, name, path);
	return sysfs_read_u64(path, ret_value);
}

static void add_type(struct descriptor_pool *pool, const char *name, uint64_t number)
{
	if (!strcmp(name, "device"))
		return;
	pool->used += number;
	if (!strcmp(name, "pool"))
		pool->own = number;
	else if (!strcmp(name, "per-cpu-list"))
		pool->listed = number;
	else if (!strcmp(name, "reserved"))
		pool->reserved = number;
}

static int read_types(const char *root, const struct job *job, struct descriptor_pool *pool)
{
	char path[2 * JOB_VALUE_MAX], line[LINE_MAX_BYTES], name[32];
	uint64_t number;
	FILE *file;
	int err = 0;

	path_beside(root, job, "types", path);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (!err && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31s %" SCNu64, name, &number) == 2)
			add_type(pool, name, number);
		else
			err = -EBADMSG;
	}
	if (!err && (ferror(file) || !pool->own))
		err = -EBADMSG;
	fclose(file);
	return err;
}

static int read_once(const char *root, const struct job *job, struct descriptor_pool *ret_pool)
{
	struct descriptor_pool pool = { 0 };
	uint64_t before = 0;
	int err = read_number(root, job, "pool_pages", &before);

	if (!err)
		err = read_types(root, job, &pool);
	if (!err)
		err = read_number(root, job, "free_slots", &pool.free_slots);
	if (!err)
		err = read_number(root, job, "device_pages", &pool.device_pages);
	if (!err)
		err = read_number(root, job, "bytes", &pool.bytes);
	if (!err)
		err = read_number(root, job, "pool_pages", &pool.pages);
	if (!err)
		*ret_pool = pool;
	return err ? err : before != pool.pages;
}

int descriptor_pool_read(const char *root, const struct job *job, struct descriptor_pool *ret_pool)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };
	int tries, moves;

	for (tries = 0;; tries++) {
		moves = read_once(root, job, ret_pool);
		if (moves < 0)
			return moves;
		if ((!moves && descriptor_pool_adds_up(ret_pool)) || tries == TRIES)
			return 0;
		nanosleep(&wait, NULL);
	}
}

int descriptor_pool_pages(const char *root, const struct job *job, uint64_t *ret_pages)
{
	if (descriptor_pool_promised(job))
		return read_number(root, job, "pool_pages", ret_pages);
	*ret_pages = 0;
	return 0;
}

bool descriptor_pool_adds_up(const struct descriptor_pool *pool)
{
	return pool->own == pool->pages &&
	       pool->used + pool->free_slots == pool->pages * DESCRIPTOR_SLOTS;
}

uint64_t descriptor_pool_held(const struct descriptor_pool *pool)
{
	return pool->pages * DESCRIPTOR_SLOTS - pool->free_slots - pool->own - pool->listed;
}

static int add_line(struct descriptor_places *places, const char *line)
{
	struct traffic_span span[TRAFFIC_RANGES_MAX], *more;
	size_t nr = 0;
	int err = traffic_ranges_parse(line, span, &nr);

	/* Addresses of the lower half are no kernel's. */
	if (!err && (nr != 1 || !(span[0].start >> 63)))
		err = -EBADMSG;
	if (!err && places->nr == SPANS_MAX)
		err = -E2BIG;
	if (err)
		return err;
	if (!(places->nr & (places->nr - 1))) {
		more = realloc(places->span, (places->nr ? 2 * places->nr : 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		places->span = more;
	}
	places->span[places->nr++] = span[0];
	return 0;
}

int descriptor_places_read(const char *path, struct descriptor_places *ret_places)
{
	struct descriptor_places places = { 0 };
	char line[LINE_MAX_BYTES];
	FILE *file = fopen(path, "re");
	int err = 0;

	if (!file)
		return -errno;
	while (!err && fgets(line, sizeof(line), file))
		err = add_line(&places, line);
	if (!err && (ferror(file) || places.nr < 2))
		err = -EBADMSG;
	fclose(file);
	if (err) {
		descriptor_places_free(&places);
		return err;
	}
	places.array = (places.span[places.nr - 1].start | (DESCRIPTOR_SHARED_WINDOW - 1)) + 1;
	*ret_places = places;
	return 0;
}

void descriptor_places_free(struct descriptor_places *places)
{
	free(places->span);
	*places = (struct descriptor_places){ 0 };
}

enum descriptor_place descriptor_place(const struct descriptor_places *places,
				       const struct traffic_span *span)
{
	if (span->start >= places->array)
		return DESCRIPTORS_OF_DEVICES;
	return span->start >= places->array - DESCRIPTOR_SHARED_WINDOW ? DESCRIPTORS_SHARED :
	       DESCRIPTORS_SLOTS;
}
