/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the kernel's own page tables. The vmemmap of a namespace of 248 GiB takes a
 * thousand tables where it is mapped by small pages, and four where one table stands for
 * all: each is read once.
 */
#include "kernel-frames.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "descriptor-array.h"
#include "page-walk.h"

#define PAGE 4096u
#define PHYSICAL_BITS 46u	/* the most that guests of the suite have, see guest-args.c */
#define FRAMES_MAX (UINT64_C(1) << (PHYSICAL_BITS - 12))
#define SMALL UINT64_C(4096)
#define LARGE (UINT64_C(2) << 20)

uint64_t frames_total(const struct frames *frames)
{
	uint64_t total = 0;
	unsigned int node;

	for (node = 0; node <= METADATA_DEVICE; node++)
		total += frames->node[node];
	return total;
}

static int read_table(const struct kernel_frames *kernel, uint64_t physical,
		      uint64_t entry[PAGE_WALK_ENTRIES])
{
	return kcore_read_physical(kernel->kcore, physical, entry, PAGE);
}

int kernel_frames_begin(const struct kcore *kcore, const struct memory_map *map,
			struct kernel_frames *ret_kernel)
{
	struct kernel_frames kernel = { .kcore = kcore, .map = map };
	uint64_t address, five = 0;

	if (!vmcoreinfo_number(kcore->text, "SYMBOL(swapper_pg_dir)", 16, &address) ||
	    !kcore_physical(kcore, address, &kernel.top))
		return -ENOKEY;
	vmcoreinfo_number(kcore->text, "NUMBER(pgtable_l5_enabled)", 10, &five);
	kernel.five_levels = five;
	*ret_kernel = kernel;
	return 0;
}

/**
 * struct memmap_walk - the walk of a memmap
 * @kernel: whose
 * @memmap: what was found so far
 * @base: address of the struct page, or descriptor, of frame 0
 * @page_bytes: of each
 * @of_devices: there are none of RAM
 * @seen: a bit for each frame; memory is taken only for what is touched
 * @error: the first frame that made no sense
 */
struct memmap_walk {
	const struct kernel_frames *kernel;
	struct kernel_memmap *memmap;
	uint64_t base;
	uint64_t page_bytes;
	bool of_devices;
	uint8_t *seen;
	int error;
};

static bool first_time(struct memmap_walk *walk, uint64_t frame)
{
	uint8_t bit = (uint8_t)(1u << (frame % 8));

	if (frame >= FRAMES_MAX) {
		walk->error = -ERANGE;
		return false;
	}
	if (walk->seen[frame / 8] & bit)
		return false;
	walk->seen[frame / 8] |= bit;
	return true;
}

/* The frames of an entry of 2 MiB, which are new as a rule: two looks instead of 512. */
static bool first_time_all(struct memmap_walk *walk, uint64_t frame)
{
	static const uint8_t none[LARGE / PAGE / 8];

	if (frame + LARGE / PAGE > FRAMES_MAX || memcmp(walk->seen + frame / 8, none, sizeof(none)))
		return false;
	memset(walk->seen + frame / 8, 0xff, sizeof(none));
	return true;
}

/* Struct pages from @address on: of which section is the first, and the one past the last? */
static uint64_t section_of(const struct memmap_walk *walk, uint64_t address)
{
	return (address - walk->base) / walk->page_bytes / MEMMAP_SECTION_PAGES;
}

/*
 * A table of PMDs has the memmap of 64 GiB: RAM and devices may be in one. What lies
 * behind RAM need not be looked through.
 */
static enum memmap_part part_of(const struct memmap_walk *walk, uint64_t address, uint64_t bytes)
{
	uint64_t last = address + (bytes - 1), section, end;

	if (walk->of_devices || last < walk->base)
		return MEMMAP_OF_DEVICES;
	section = address < walk->base ? 0 : section_of(walk, address);
	end = section_of(walk, last) + 1;
	if (end > memory_map_sections(walk->kernel->map))
		end = memory_map_sections(walk->kernel->map);
	for (; section < end; section++)
		if (memory_map_section(walk->kernel->map, section))
			return MEMMAP_OF_RAM;
	return MEMMAP_OF_DEVICES;
}

static int on_read(void *ctx, uint64_t physical, uint64_t entry[PAGE_WALK_ENTRIES])
{
	const struct memmap_walk *walk = ctx;

	return walk->error ? walk->error : read_table(walk->kernel, physical, entry);
}

static bool on_table(void *ctx, uint64_t physical, uint64_t address, uint64_t bytes)
{
	struct memmap_walk *walk = ctx;
	const struct memory_map *map = walk->kernel->map;
	struct frames *tables = &walk->memmap->tables[part_of(walk, address, bytes)];

	if (!first_time(walk, physical / PAGE))
		return false;
	tables->node[memory_map_node(map, physical / PAGE)]++;
	return true;
}

static void on_table_done(void *ctx, uint64_t physical, unsigned int used)
{
	struct memmap_walk *walk = ctx;

	(void)physical;
	walk->memmap->empty += !used;
}

static void add_frames(struct memmap_walk *walk, uint64_t frame, uint64_t nr, struct frames *frames)
{
	const struct memory_map *map = walk->kernel->map;
	unsigned int node = memory_map_node(map, frame);
	uint64_t end = frame + nr;

	if (nr == LARGE / PAGE && node == memory_map_node(map, end - 1) &&
	    first_time_all(walk, frame)) {
		frames->node[node] += nr;
		return;
	}
	for (; frame < end; frame++)
		if (first_time(walk, frame))
			frames->node[memory_map_node(map, frame)]++;
}

static void on_leaf(void *ctx, uint64_t address, uint64_t physical, uint64_t bytes)
{
	struct memmap_walk *walk = ctx;
	enum memmap_part part = part_of(walk, address, bytes);
	uint64_t sections = section_of(walk, address + (bytes - 1)) + 1;
	uint64_t at, step = bytes < LARGE ? bytes : LARGE;

	if (bytes == SMALL)
		walk->memmap->small[part] += bytes;
	else if (bytes == LARGE)
		walk->memmap->large[part] += bytes;
	else
		walk->memmap->huge[part] += bytes;
	if (sections > walk->memmap->sections)
		walk->memmap->sections = sections;
	for (at = 0; at < bytes && !walk->error; at += step)
		add_frames(walk, (physical + at) / PAGE, step / PAGE, &walk->memmap->frames[part]);
}

/*
 * @each: bytes of a struct page or of a descriptor; @base: of that of page frame 0; @bytes:
 * how far to go
 */
static int walk_window(struct memmap_walk *walk, uint64_t base, uint64_t each, uint64_t bytes,
		       struct kernel_memmap *ret_memmap)
{
	const struct page_walk tables = {
		.top = walk->kernel->top,
		.five_levels = walk->kernel->five_levels,
		.read = on_read,
		.table = on_table,
		.leaf = on_leaf,
		.table_done = on_table_done,
		.ctx = walk,
	};
	int err;

	walk->memmap = ret_memmap;
	walk->base = base;
	walk->page_bytes = each;
	err = page_walk(&tables, base, base + (bytes - 1));
	return walk->error ? walk->error : err;
}

static int walk_array(struct memmap_walk *walk, uint64_t base, uint64_t each,
		      struct kernel_memmap *ret_memmap)
{
	return walk_window(walk, base, each, each << (PHYSICAL_BITS - 12), ret_memmap);
}

int kernel_frames_memmap(const struct kernel_frames *kernel, uint32_t page_bytes,
			 const struct descriptor_windows *descriptors,
			 struct kernel_memmap *ret_memmap, struct kernel_memmap *ret_descriptors,
			 struct kernel_memmap *ret_shared)
{
	struct kernel_memmap memmap = { 0 }, array = { 0 }, shared = { 0 };
	struct memmap_walk walk = { .kernel = kernel };
	uint64_t base;
	int err;

	/* Section 0 begins with the struct page of page frame 0: there the vmemmap begins. */
	err = kcore_section(kernel->kcore, 0, &base);
	if (err)
		return err;
	walk.seen = mmap(NULL, FRAMES_MAX / 8, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (walk.seen == MAP_FAILED)
		return -errno;
	err = walk_array(&walk, base, page_bytes, &memmap);
	walk.of_devices = descriptors->array_of_devices;
	if (!err && descriptors->array)
		err = walk_array(&walk, descriptors->array, DESCRIPTOR_BYTES, &array);
	/* They begin where descriptors of section 0, which is RAM, would: all count as RAM's. */
	walk.of_devices = false;
	if (!err && descriptors->shared)
		err = walk_window(&walk, descriptors->shared, DESCRIPTOR_BYTES,
				  descriptors->shared_bytes, &shared);
	munmap(walk.seen, FRAMES_MAX / 8);
	if (err)
		return err;
	*ret_memmap = memmap;
	*ret_descriptors = array;
	*ret_shared = shared;
	return 0;
}

/** struct range_walk - the walk of a range of addresses */
struct range_walk {
	const struct kernel_frames *kernel;
	struct frames *frames;
	uint64_t start;
	uint64_t last;
};

static int on_range_read(void *ctx, uint64_t physical, uint64_t entry[PAGE_WALK_ENTRIES])
{
	const struct range_walk *walk = ctx;

	return read_table(walk->kernel, physical, entry);
}

static void on_range_leaf(void *ctx, uint64_t address, uint64_t physical, uint64_t bytes)
{
	struct range_walk *walk = ctx;
	uint64_t last = address + (bytes - 1), at = address, frame, pages;

	if (at < walk->start)
		at = walk->start;
	if (last > walk->last)
		last = walk->last;
	frame = (physical + (at - address)) / PAGE;
	for (pages = (last - at) / PAGE + 1; pages; pages--)
		walk->frames->node[memory_map_node(walk->kernel->map, frame++)]++;
}

int kernel_frames_add(const struct kernel_frames *kernel, uint64_t start, uint64_t bytes,
		      struct frames *frames)
{
	struct range_walk range = {
		.kernel = kernel, .frames = frames, .start = start, .last = start + (bytes - 1),
	};
	const struct page_walk tables = {
		.top = kernel->top,
		.five_levels = kernel->five_levels,
		.read = on_range_read,
		.leaf = on_range_leaf,
		.ctx = &range,
	};

	return bytes ? page_walk(&tables, start, range.last) : 0;
}
