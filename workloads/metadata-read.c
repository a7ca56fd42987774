/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One look at the metadata of memory. It costs half a million instructions where there is
 * little memory, and takes no page that is not given back.
 */
#include "metadata-read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"
#include "traffic-ranges.h"

#define PAGE 4096u
#define PAGE_EXT_AT 16u		/* of struct mem_section, where it has 32 bytes */
#define PAGE_EXT_INVALID 1u
#define LOOKS 10
#define CENSUS_MOVES 16	/* pages that come or go while all are counted */

/** struct look - what reading has open */
struct look {
	const struct metadata_source *source;
	struct metadata *metadata;
	struct kcore kcore;
	struct kernel_frames kernel;
	char *why;
};

static int failed(char *why, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static int failed(char *why, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, METADATA_WHY, fmt, args);
	va_end(args);
	return err;
}

/* What pages behind an address in a linear mapping are is known without the page tables. */
static int add_range(const struct look *look, uint64_t address, uint64_t bytes,
		     struct frames *frames)
{
	uint64_t start = address & ~(uint64_t)(PAGE - 1), physical, at;

	if (!kcore_physical(&look->kcore, start, &physical))
		return kernel_frames_add(&look->kernel, start, bytes, frames);
	for (at = 0; at < bytes; at += PAGE)
		frames->node[memory_map_node(&look->metadata->map, (physical + at) / PAGE)]++;
	return 0;
}

int metadata_source_begin(const char *root, const struct job *job,
			  struct metadata_source *ret_source, char why[METADATA_WHY])
{
	struct metadata_source source = { .root = root, .job = job };
	struct memory_map map = { 0 };
	const char *path = "kernel log";
	uint64_t section, sections = 0;
	int err = boot_log_read(&source.log);

	if (!err && source.log.page_ext)
		err = memory_map_read(root, &map, &path);
	if (err)
		return failed(why, err, "%s: %s", path, strerror(-err));
	for (section = 0; source.log.page_ext && section < memory_map_sections(&map); section++)
		sections += memory_map_section(&map, section);
	if (sections)
		source.page_ext_each = source.log.page_ext / (sections * MEMMAP_SECTION_PAGES);
	memory_map_free(&map);
	*ret_source = source;
	return 0;
}

static int add_page_ext(const struct look *look, const uint8_t *entry, uint64_t section)
{
	struct metadata *metadata = look->metadata;
	uint64_t each = look->source->page_ext_each, at;

	memcpy(&at, entry + PAGE_EXT_AT, sizeof(at));
	if (!at || at & PAGE_EXT_INVALID)
		return 0;
	metadata->page_ext_sections++;
	/* What is stored is the address that page frame 0 would have (mm/page_ext.c). */
	return add_range(look, at + each * section * MEMMAP_SECTION_PAGES,
			 each * MEMMAP_SECTION_PAGES, &metadata->frames[METADATA_PAGE_EXT]);
}

/* A root has a page of struct mem_section. */
static int add_root(const struct look *look, uint64_t root, uint64_t address)
{
	struct metadata *metadata = look->metadata;
	uint64_t per_root = PAGE / metadata->section_bytes, i;
	uint8_t bytes[PAGE];
	int err;

	metadata->roots_used++;
	err = add_range(look, address, PAGE, &metadata->frames[METADATA_SECTIONS]);
	if (err || !look->source->page_ext_each || metadata->section_bytes < PAGE_EXT_AT + 8)
		return err;
	err = kcore_read(&look->kcore, address, bytes, per_root * metadata->section_bytes);
	for (i = 0; i < per_root && !err; i++)
		if (memory_map_section(&metadata->map, root * per_root + i))
			err = add_page_ext(look, bytes + i * metadata->section_bytes,
					   root * per_root + i);
	return err;
}

/* One past the last section that may ever have had a memmap. */
static uint64_t sections_end(const struct metadata *metadata)
{
	const struct ram_map *devices = &metadata->map.devices;
	uint64_t end = memory_map_sections(&metadata->map), other = metadata->memmap.sections;

	if (other > end)
		end = other;
	other = devices->nr ? ram_map_end(devices) / MEMMAP_SECTION_PAGES + 1 : 0;
	return other > end ? other : end;
}

static int read_sections(const struct look *look)
{
	struct metadata *metadata = look->metadata;
	const struct vmcoreinfo *info = &look->kcore.info;
	uint64_t per_root = PAGE / info->section_size, nr, i, *root;
	int err;

	metadata->section_bytes = info->section_size;
	metadata->section_roots = info->roots;
	err = add_range(look, info->mem_section, info->roots * sizeof(*root),
			&metadata->frames[METADATA_SECTIONS]);
	nr = sections_end(metadata) / per_root + 1;
	nr = nr < info->roots ? nr : info->roots;
	root = calloc(nr, sizeof(*root));
	if (!root)
		return -ENOMEM;
	if (!err)
		err = kcore_read(&look->kcore, info->mem_section, root, nr * sizeof(*root));
	for (i = 0; i < nr && !err; i++)
		if (root[i])
			err = add_root(look, i, root[i]);
	free(root);
	return err;
}

static void add_walk(struct metadata *metadata, const struct kernel_memmap *walked,
		     enum metadata_kind kind)
{
	unsigned int node, part;

	for (node = 0; node <= METADATA_DEVICE; node++)
		for (part = 0; part < MEMMAP_PARTS; part++) {
			metadata->frames[kind].node[node] += walked->frames[part].node[node];
			metadata->frames[METADATA_TABLES].node[node] +=
				walked->tables[part].node[node];
		}
}

static int read_memmap(const struct look *look)
{
	struct metadata *metadata = look->metadata;
	uint32_t page_bytes = look->source->job->page_bytes;
	struct descriptor_windows windows = { .array = metadata->told.start };
	int err;

	if (descriptor_pool_promised(look->source->job)) {
		windows.array_of_devices = true;
		windows.shared = windows.array - DESCRIPTOR_SHARED_WINDOW;
		windows.shared_bytes = DESCRIPTOR_SHARED_WINDOW;
	}
	err = kernel_frames_memmap(&look->kernel, page_bytes ? page_bytes :
				   (uint32_t)look->kcore.info.page_size, &windows,
				   &metadata->memmap, &metadata->array, &metadata->shared);
	if (err)
		return err;
	add_walk(metadata, &metadata->memmap, METADATA_MEMMAP);
	add_walk(metadata, &metadata->array, METADATA_DESCRIPTORS);
	add_walk(metadata, &metadata->shared, METADATA_DESCRIPTORS);
	return 0;
}

/*
 * What a memmap that is populated lazily has in reserve is of its devices, whose node the
 * kernel does not say; there it can only be what is in RAM, and so it counts to the first.
 */
static void add_reserve(struct metadata *metadata)
{
	uint64_t seen = frames_total(&metadata->memmap.frames[MEMMAP_OF_DEVICES]) +
			frames_total(&metadata->memmap.tables[MEMMAP_OF_DEVICES]);
	uint64_t all = metadata->lazy.bytes / PAGE;

	if (all > seen)
		metadata->frames[METADATA_DESCRIPTORS].node[0] += all - seen;
}

/* Pages of slots begin with the descriptor of the page, which has a bit for each free slot. */
static int add_slot_pages(const struct look *look, const struct traffic_span *span,
			  uint64_t private, struct frames *frames)
{
	uint64_t free_slots, at;
	int err = add_range(look, span->start, span->bytes, frames);

	for (at = 0; at < span->bytes && !err; at += PAGE) {
		err = kcore_read(&look->kcore, span->start + at + private, &free_slots,
				 sizeof(free_slots));
		look->metadata->empty_pages += !err && free_slots == DESCRIPTOR_ALL_FREE;
	}
	return err;
}

static int read_slot_pages(const struct look *look, struct frames *ret_frames)
{
	const struct metadata_source *source = look->source;
	struct frames frames = { 0 };
	uint64_t private;
	struct descriptor_places places;
	char path[512];
	size_t i;
	int err;

	if (!vmcoreinfo_number(look->kcore.text, "OFFSET(page_desc.private)", 10, &private) ||
	    private > DESCRIPTOR_BYTES - sizeof(uint64_t))
		return -ENOKEY;
	snprintf(path, sizeof(path), "%s%s", source->root, source->job->descriptor_ranges);
	err = descriptor_places_read(path, &places);
	if (err)
		return err;
	look->metadata->empty_pages = 0;
	for (i = 0; i < places.nr && !err; i++)
		if (descriptor_place(&places, &places.span[i]) == DESCRIPTORS_SLOTS)
			err = add_slot_pages(look, &places.span[i], private, &frames);
	descriptor_places_free(&places);
	if (!err)
		*ret_frames = frames;
	return err;
}

/*
 * Those of device memory, and what is shared, are known from the walk. The pool may take a
 * page or give one back between two files.
 */
static int read_pool(const struct look *look)
{
	const struct metadata_source *source = look->source;
	struct metadata *metadata = look->metadata;
	struct frames *frames = &metadata->slot_pages;
	unsigned int node;
	int err = 0, i;

	for (i = 0; i < LOOKS && !err; i++) {
		err = descriptor_pool_read(source->root, source->job, &metadata->pool);
		if (!err)
			err = read_slot_pages(look, frames);
		if (!err && frames_total(frames) == metadata->pool.pages &&
		    metadata->empty_pages <= metadata_empty_most(metadata))
			break;
	}
	for (node = 0; node <= METADATA_DEVICE; node++)
		metadata->frames[METADATA_DESCRIPTORS].node[node] += frames->node[node];
	return err;
}

static bool same_use(const struct descriptor_pool *before, const struct descriptor_pool *after)
{
	uint64_t more = after->used > before->used ? after->used - before->used :
			before->used - after->used;

	return more <= CENSUS_MOVES;
}

/* What was freed by the workload comes back by and by: the two are to be of one moment. */
static int read_census(const struct look *look)
{
	const struct metadata_source *source = look->source;
	struct metadata *metadata = look->metadata;
	struct descriptor_pool before = metadata->pool;
	const char *path = source->job->descriptor_ranges;
	int err = 0, i;

	for (i = 0; i < LOOKS && !err; i++) {
		err = descriptor_census_take(source->root, &metadata->map, &metadata->census,
					     &path);
		if (err)
			break;
		path = source->job->descriptor_ranges;
		err = descriptor_pool_read(source->root, source->job, &metadata->beside);
		if (!err && same_use(&before, &metadata->beside))
			break;
		before = metadata->beside;
	}
	return err ? failed(look->why, err, "%s: %s", path, strerror(-err)) : 0;
}

/* Those of an array are known from the walk, in which those that share a page count once. */
static int read_descriptors(const struct look *look)
{
	const char *file = look->source->job->descriptor_ranges;
	struct frames *frames = &look->metadata->frames[METADATA_DESCRIPTORS];
	struct traffic_span span[TRAFFIC_RANGES_MAX];
	char path[512], text[4096];
	size_t nr = 0, i;
	int err;

	add_reserve(look->metadata);
	if (descriptor_pool_promised(look->source->job)) {
		err = read_pool(look);
		return err ? failed(look->why, err, "%s: %s", file, strerror(-err)) :
			     read_census(look);
	}
	if (!*file || look->metadata->told.start)
		return 0;
	snprintf(path, sizeof(path), "%s%s", look->source->root, file);
	err = sysfs_read(path, text, sizeof(text));
	if (err >= 0)
		err = traffic_ranges_parse(text, span, &nr);
	for (i = 0; i < nr && !err; i++)
		err = add_range(look, span[i].start, span[i].bytes, frames);
	return err < 0 ? failed(look->why, err, "%s: %s", file, strerror(-err)) : 0;
}

static int read_counters(const struct look *look)
{
	const struct metadata_source *source = look->source;
	struct metadata *metadata = look->metadata;
	const char *path;
	int err = memory_use_read(source->root, &metadata->use, &path);

	if (err)
		return failed(look->why, err, "%s: %s", path, strerror(-err));
	err = descriptor_pool_pages(source->root, source->job, &metadata->pool_pages);
	if (err)
		return failed(look->why, err, "pages of the pool of descriptors: %s",
			      strerror(-err));
	if (strcmp(source->job->device_memmap, "lazy"))
		return 0;
	err = lazy_memmap_read(source->root, &metadata->lazy);
	return err ? failed(look->why, err, "lazy_vmemmap in debugfs: %s", strerror(-err)) : 0;
}

static int read_tables(struct look *look)
{
	int err = kernel_frames_begin(&look->kcore, &look->metadata->map, &look->kernel);

	if (err)
		return failed(look->why, -EOPNOTSUPP, KCORE_FILE
			      ": VMCOREINFO does not say where the page tables are");
	look->metadata->five_levels = look->kernel.five_levels;
	err = descriptor_array_read(look->source->root, look->source->job, &look->metadata->told);
	if (err)
		return failed(look->why, err, "%s: %s", look->source->job->descriptor_ranges,
			      strerror(-err));
	err = read_memmap(look);
	if (err)
		return failed(look->why, err, "page tables of the vmemmap: %s", strerror(-err));
	err = read_sections(look);
	return err ? failed(look->why, err, "mem_section: %s", strerror(-err)) : 0;
}

static int read_frames(struct look *look)
{
	struct metadata *metadata = look->metadata;
	int err;

	err = kcore_open_below(look->source->root, &look->kcore);
	if (err)
		failed(look->why, err, "%s", look->kcore.why);
	else
		err = read_tables(look);
	if (!err)
		err = read_descriptors(look);
	kcore_close(&look->kcore);
	if (err)
		return err;
	err = zspage_slabs_read(look->source->root, &metadata->zspages);
	return err ? failed(look->why, err, "slabs of zspages: %s", strerror(-err)) : 0;
}

static int look_once(struct look *look)
{
	const char *path;
	int err;

	err = memory_map_read(look->source->root, &look->metadata->map, &path);
	if (err)
		return failed(look->why, err, "%s: %s", path, strerror(-err));
	err = read_counters(look);
	return err ? err : read_frames(look);
}

/**
 * struct rest - what shows that a memmap changes
 * @counted: pages of memmap
 * @bytes: memory that a lazily populated one takes
 */
struct rest {
	uint64_t counted;
	uint64_t bytes;
};

static int read_rest(const struct look *look, struct rest *ret_rest)
{
	struct memmap_size size = { 0 };
	struct lazy_memmap lazy;
	int err = memmap_size_counted(look->source->root, &size);

	if (!err)
		err = lazy_memmap_read(look->source->root, &lazy);
	if (err)
		return failed(look->why, err, "lazy_vmemmap in debugfs: %s", strerror(-err));
	*ret_rest = (struct rest){ size.boot_pages + size.hotplug_pages, lazy.bytes };
	return 0;
}

/* A worker gives back what is idle: what is seen must be of one moment. */
static int look_at_rest(struct look *look)
{
	struct rest before, after;
	int err, i;

	for (i = 0; i < LOOKS; i++) {
		metadata_free(look->metadata);
		err = read_rest(look, &before);
		if (!err)
			err = look_once(look);
		if (!err)
			err = read_rest(look, &after);
		if (err)
			return err;
		if (before.counted == after.counted && before.bytes == after.bytes)
			return 0;
	}
	return failed(look->why, -EAGAIN, "the memmap does not come to rest: looked %d times",
		      LOOKS);
}

int metadata_read(const struct metadata_source *source, struct metadata *ret_metadata,
		  char why[METADATA_WHY])
{
	struct metadata metadata = { 0 };
	struct look look = { .source = source, .metadata = &metadata, .why = why };
	int err;

	err = strcmp(source->job->device_memmap, "lazy") ? look_once(&look) : look_at_rest(&look);
	if (err)
		metadata_free(&metadata);
	else
		*ret_metadata = metadata;
	return err;
}

void metadata_free(struct metadata *metadata)
{
	memory_map_free(&metadata->map);
	memset(metadata, 0, sizeof(*metadata));
}

uint64_t metadata_empty_most(const struct metadata *metadata)
{
	uint64_t nodes = 0;
	unsigned int node;

	for (node = 0; node < METADATA_NODES; node++)
		nodes += metadata->slot_pages.node[node] > 0;
	return nodes * DESCRIPTOR_EMPTY_MOST;
}

uint64_t metadata_bytes(const struct metadata *metadata, enum metadata_kind kind,
			unsigned int node)
{
	if (kind == METADATA_ZSPAGES)
		return node < METADATA_NODES ? metadata->zspages.bytes[node] : 0;
	return metadata->frames[kind].node[node] * PAGE;
}
