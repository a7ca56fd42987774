/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that a bound namespace takes, from three sides: what the kernel counted
 * when it allocated the memmap, what is missing from free memory, and what follows
 * from the size of the namespace. And whether it is all there again afterwards.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "dax-private.h"
#include "descriptor-array.h"
#include "descriptor-pool.h"
#include "free-pages.h"
#include "memmap-size.h"
#include "ptdump.h"
#include "run.h"
#include "sysfs.h"

/* What a bind takes beside the memmap, the page tables and slabs: the block device. */
#define BESIDE_PAGES 256

/*
 * Of slabs: as much, and the usage map of each section, of 64 bytes, about 400 on a debug
 * kernel. A large allocation counts as a slab too.
 */
#define SECTION_SLAB_BYTES 512

/* sizeof(struct page) of 6.12 on x86-64, where it cannot be derived. */
#define FULL_PAGE_BYTES 64

/*
 * What first use leaves behind for good: the same. After that, all cycles together leave
 * nothing but what waits for RCU and what CPUs keep.
 */
#define LEFT_FIRST_PAGES 256
#define LEFT_AGAIN_PAGES 64

/* What others give back while a bind goes on hides as many of its pages. */
#define GIVEN_BACK_PAGES 32

/* When pages are given back is up to a worker; it waits a tenth of a second for more. */
#define GIVE_BACK_TRIES 300
#define GIVE_BACK_WAIT_NS 100000000

/* Pages of tables that map the direct map by entries of 4 KiB and of 2 MiB. */
static int read_direct_tables(uint64_t *ret_pages)
{
	uint64_t small_kib = 0, large_kib = 0;
	int err;

	err = sysfs_field("/proc/meminfo", "DirectMap4k", &small_kib);
	if (!err)
		err = sysfs_field("/proc/meminfo", "DirectMap2M", &large_kib);
	if (!err)
		*ret_pages = small_kib / 4 / 512 + large_kib / 2048 / 512;
	return err;
}

static bool kernel_is_lazy(struct run *run)
{
	return !strcmp(run_job(run)->device_memmap, "lazy");
}

int dax_lazy_read(struct run *run, struct lazy_memmap *ret_lazy)
{
	int err;

	*ret_lazy = (struct lazy_memmap){ 0 };
	if (!kernel_is_lazy(run))
		return 0;
	err = lazy_memmap_read("", ret_lazy);
	return err ? run_error(run, err, "lazy_vmemmap in debugfs: %s", strerror(-err)) : 0;
}

static int read_array(struct run *run, struct descriptor_array *ret_array)
{
	int err = descriptor_array_read("", run_job(run), ret_array);

	return err ? run_error(run, err, "%s: %s", run_job(run)->descriptor_ranges,
			       strerror(-err)) : 0;
}

/* The kernel looks at every page to tell where descriptors are: it is asked once. */
static int read_counters(struct run *run, struct dax_metadata *metadata, uint64_t *ret_array)
{
	struct descriptor_array array;
	int err = sysfs_field("/proc/vmstat", "nr_memmap_pages", &metadata->memmap_pages);

	if (err)
		return run_error(run, err, "/proc/vmstat: no nr_memmap_pages: %s", strerror(-err));
	err = read_array(run, &array);
	if (err)
		return err;
	metadata->descriptor_pages = array.bytes / DAX_PAGE;
	metadata->described = array.described;
	*ret_array = array.start;
	return dax_lazy_read(run, &metadata->lazy);
}

int dax_metadata_counters(struct run *run, struct dax_metadata *metadata)
{
	uint64_t array;

	return read_counters(run, metadata, &array);
}

/*
 * What comes and goes beside a namespace: memory of the process, what it recorded, slabs,
 * and the stacks of kernel threads, which alone are in KiB. So do the descriptors of all this,
 * where they are in a pool. Slab caches keep what they had: whether objects are leaked is
 * what the invariants check tells, and kmemleak.
 */
static int read_other(const struct job *job, struct dax_metadata *metadata)
{
	static const char *const slabs[] = { "nr_slab_reclaimable", "nr_slab_unreclaimable" };
	static const char *const fields[] = { "nr_shmem", "nr_anon_pages" };
	uint64_t pages = 0, slab_pages = 0, part = 0;
	int err = descriptor_pool_pages("", job, &pages);

	for (size_t i = 0; i < sizeof(slabs) / sizeof(slabs[0]) && !err; i++) {
		err = sysfs_field("/proc/vmstat", slabs[i], &part);
		slab_pages += part;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && !err; i++) {
		err = sysfs_field("/proc/vmstat", fields[i], &part);
		pages += part;
	}
	if (!err)
		err = sysfs_field("/proc/vmstat", "nr_kernel_stack", &part);
	if (!err) {
		metadata->slab_pages = slab_pages;
		metadata->other_pages = pages + slab_pages + part / 4;
	}
	return err;
}

int dax_metadata_read(struct run *run, struct dax_metadata *ret_metadata)
{
	uint64_t array;
	struct dax_metadata metadata;
	struct ptdump_vmemmap vmemmap;
	int err;

	/* What other CPUs counted and have not yet handed in. */
	err = sysfs_write("/proc/sys/vm/stat_refresh", "1");
	if (err)
		return run_error(run, err, "/proc/sys/vm/stat_refresh: %s", strerror(-err));
	err = read_counters(run, &metadata, &array);
	if (err)
		return err;
	err = read_direct_tables(&metadata.direct_pages);
	if (err)
		return run_error(run, err, "/proc/meminfo: no DirectMap: %s", strerror(-err));
	err = ptdump_load(PTDUMP_FILE, array, &vmemmap);
	if (err)
		return run_error(run, err, "%s: %s", PTDUMP_FILE, strerror(-err));
	metadata.table_pages = vmemmap.table_pages;
	err = free_pages_read(&metadata.free_pages);
	if (err)
		return run_error(run, err, "/proc/zoneinfo: %s", strerror(-err));
	err = read_other(run_job(run), &metadata);
	if (err)
		return run_error(run, err, "/proc/vmstat, or a pool of descriptors: %s",
				 strerror(-err));
	*ret_metadata = metadata;
	return 0;
}

int dax_page_bytes(struct run *run, uint64_t *ret_bytes)
{
	struct memmap_size size;
	int err = memmap_size_read("", &size);

	/*
	 * Sections cannot be counted: QEMU puts RAM above 1 TiB where a guest is that
	 * large, and memory blocks become larger with the highest address.
	 */
	if (err == -EOPNOTSUPP) {
		*ret_bytes = FULL_PAGE_BYTES;
		return 0;
	}
	if (!err && !size.sections)
		err = -ENODATA;
	if (err)
		return run_error(run, err, "/proc/vmstat and memory blocks: %s", strerror(-err));
	*ret_bytes = size.boot_pages * 4096 / (size.sections * MEMMAP_SECTION_PAGES);
	return 0;
}

static uint64_t full_memmap(const struct dax *dax)
{
	return dax->region.bytes / 4096 * dax->page_bytes / 4096;
}

/* Of device memory, whatever RAM has. */
static bool has_array(const struct dax *dax)
{
	return *run_job(dax->run)->page_descriptors;
}

/*
 * Of compound pages of 2 MiB all tails share one page of descriptors, and the head has one
 * for itself: 2 pages and not 8 (Documentation/mm/vmemmap_dedup.rst).
 */
static uint64_t full_descriptors(const struct dax *dax, bool compound)
{
	uint64_t pages = dax->region.bytes / DAX_PAGE * DESCRIPTOR_BYTES / DAX_PAGE;

	if (!has_array(dax))
		return 0;
	return compound ? pages / 4 : pages;
}

static int read_free(const struct dax *dax, uint64_t *ret_pages)
{
	int err = free_pages_read(ret_pages);

	return err ? run_error(dax->run, err, "/proc/zoneinfo: %s", strerror(-err)) : 0;
}

/*
 * Pages of metadata for a namespace of this size, by what a small one of another
 * region gives back: it was bound with a memmap when the guest booted.
 */
static int measure_small(const struct dax *dax, uint64_t *ret_needed)
{
	uint64_t before, after, given;
	struct nd_region small;
	int err;

	err = read_free(dax, &before);
	if (!err)
		err = nd_region_find(dax->run, DAX_SMALL_BYTES, &small);
	if (!err)
		err = read_free(dax, &after);
	if (err)
		return err;
	given = after > before ? after - before : 0;
	*ret_needed = dax->region.bytes / DAX_SMALL_BYTES * given;
	return 0;
}

/*
 * Asked of the kernel only where a full memmap would not fit: a variant may need less.
 */
int dax_room(const struct dax *dax)
{
	uint64_t needed = full_memmap(dax) + full_descriptors(dax, false), pages;
	int err = read_free(dax, &pages);

	if (err)
		return err;
	/* Page tables for entries of 4 KiB are a 512th; a debug kernel's map has them too. */
	if (needed + needed / 8 + needed / 512 + BESIDE_PAGES < pages)
		return 0;
	err = measure_small(dax, &needed);
	if (err)
		return err;
	if (needed + needed / 8 + BESIDE_PAGES < pages)
		return 0;
	return run_unsupported(dax->run, "a namespace of %" PRIu64 " GiB would take %" PRIu64
			       " MiB of metadata, by what one of %u MiB gives back on this kernel; %"
			       PRIu64 " MiB are free", dax->gib, needed / 256, DAX_SMALL_BYTES >> 20,
			       pages / 256);
}

/* Free memory that is gone, but for what comes and goes beside: see read_other(). */
static int64_t missing_pages(const struct dax_metadata *start, const struct dax_metadata *end)
{
	return (int64_t)(start->free_pages - end->free_pages) -
	       (int64_t)(end->other_pages - start->other_pages);
}

/* Compound pages have a memmap of the usual kind also where others are lazy. */
static bool is_lazy(const struct dax_metadata *start, const struct dax_metadata *bound)
{
	return bound->lazy.bytes > start->lazy.bytes;
}

static int64_t lazy_pages(const struct dax_metadata *start, const struct dax_metadata *bound)
{
	return (int64_t)(bound->lazy.bytes - start->lazy.bytes) / 4096;
}

int64_t dax_table_pages(const struct dax_metadata *start, const struct dax_metadata *bound)
{
	if (is_lazy(start, bound))
		return lazy_pages(start, bound) -
		       (int64_t)(bound->memmap_pages - start->memmap_pages);
	return (int64_t)(bound->table_pages - start->table_pages);
}

/* Of the memmap there may be the page that is shared, and what was populated. */
static bool lazy_right(const struct dax_metadata *start, const struct dax_metadata *bound,
		       bool lazy)
{
	int64_t counted = (int64_t)(bound->memmap_pages - start->memmap_pages);
	int64_t populated = (int64_t)(bound->lazy.populated - start->lazy.populated);

	if (is_lazy(start, bound) != lazy)
		return false;
	return !lazy ||
	       (counted == populated + 1 && bound->lazy.shared > start->lazy.shared &&
		bound->lazy.bytes - start->lazy.bytes <= LAZY_MEMMAP_IDLE_BYTES);
}

/* An array has a descriptor for each page, and for no other; its memory has a closed form. */
static bool descriptors_right(const struct dax *dax, const struct dax_metadata *start,
			      const struct dax_metadata *bound, bool compound)
{
	uint64_t bytes = dax->region.bytes / DAX_PAGE * DESCRIPTOR_BYTES;
	uint64_t pages = bound->descriptor_pages - start->descriptor_pages;

	return pages == full_descriptors(dax, compound) &&
	       bound->described - start->described == (has_array(dax) ? bytes : 0);
}

/*
 * A kernel may take less than a full memmap: then free memory has to say so too. It
 * may not take more, and what it counts has to be gone from free memory.
 */
void dax_check_bound(struct dax *dax, const char *labels, const struct dax_metadata *start,
		     const struct dax_metadata *bound, bool compound)
{
	bool lazy = kernel_is_lazy(dax->run) && !compound;
	int64_t full = (int64_t)full_memmap(dax);
	int64_t counted = (int64_t)(bound->memmap_pages - start->memmap_pages);
	int64_t taken = missing_pages(start, bound);
	int64_t tables = dax_table_pages(start, bound);
	int64_t direct = (int64_t)(bound->direct_pages - start->direct_pages);
	int64_t descriptors = (int64_t)(bound->descriptor_pages - start->descriptor_pages);
	int64_t slabs = (int64_t)(bound->slab_pages - start->slab_pages);
	int64_t slabs_most = BESIDE_PAGES + (int64_t)(dax->region.bytes / MEMMAP_SECTION_BYTES *
						      SECTION_SLAB_BYTES / DAX_PAGE);
	int64_t least = counted + descriptors + tables + direct - GIVEN_BACK_PAGES;
	int64_t most = counted + descriptors + tables + direct + BESIDE_PAGES;
	bool right = counted >= 0 && counted <= full && taken >= least && taken <= most &&
		     slabs <= slabs_most && lazy_right(start, bound, lazy) &&
		     descriptors_right(dax, start, bound, compound);

	run_check(dax->run, "bound-memmap-closed-form", labels, right ? VERDICT_PASS : VERDICT_FAIL,
		  "namespace of %" PRIu64 " GiB: nr_memmap_pages rose by %" PRId64 ", at most %" PRIu64
		  " pages x %" PRIu64 " B = %" PRId64 " pages; descriptors took %" PRId64
		  " pages (must be %" PRIu64 "); free memory fell by %" PRId64
		  ", must be %" PRId64 " to %" PRId64 " (page tables: %" PRId64 " of the memmap, %" PRId64
		  " of the direct map; -%d to %d for all else), slabs took %"
		  PRId64 " more (at most %" PRId64 "); of it lazily (must be %s): %" PRIu64
		  " B, at most %u, %" PRIu64 " pages populated and one shared by %" PRIu64,
		  dax->gib, counted, dax->region.bytes / 4096, dax->page_bytes, full, descriptors,
		  full_descriptors(dax, compound), taken, least, most, tables, direct,
		  GIVEN_BACK_PAGES, BESIDE_PAGES, slabs, slabs_most, lazy ? "all" : "none",
		  bound->lazy.bytes - start->lazy.bytes, LAZY_MEMMAP_IDLE_BYTES,
		  bound->lazy.populated - start->lazy.populated,
		  bound->lazy.shared - start->lazy.shared);
}

void dax_check_returned(struct run *run, const char *labels, const struct dax_metadata *start,
			const struct dax_metadata *end, bool first)
{
	int64_t counted = (int64_t)(end->memmap_pages - start->memmap_pages);
	int64_t missing = missing_pages(start, end);
	int64_t tables = (int64_t)(end->table_pages - start->table_pages);
	int64_t direct = (int64_t)(end->direct_pages - start->direct_pages);
	int64_t most = first ? LEFT_FIRST_PAGES : LEFT_AGAIN_PAGES;
	int64_t descriptors = (int64_t)(end->descriptor_pages - start->descriptor_pages);
	bool right = !counted && !descriptors && end->described == start->described &&
		     missing <= most && (first || (!tables && !direct)) &&
		     end->lazy.bytes == start->lazy.bytes;

	run_check(run, "metadata-returns", labels, right ? VERDICT_PASS : VERDICT_FAIL,
		  "nr_memmap_pages is off by %" PRId64 " (must be 0), descriptors by %" PRId64
		  " pages (must be 0), free memory lacks %" PRId64
		  " pages (at most %" PRId64 "), page tables of memmap and direct map are off by %" PRId64
		  " and %" PRId64 "%s",
		  counted, descriptors, missing, most, tables, direct, first ? "" : " (must be 0)");
}

int dax_lazy_settled(struct run *run, struct lazy_memmap *ret_lazy)
{
	const struct timespec wait = { .tv_nsec = GIVE_BACK_WAIT_NS };
	unsigned int i;
	int err = dax_lazy_read(run, ret_lazy);

	for (i = 0; i < GIVE_BACK_TRIES && !err && ret_lazy->populated; i++) {
		nanosleep(&wait, NULL);
		err = dax_lazy_read(run, ret_lazy);
	}
	return err;
}

/* Every page that was populated is given back, and not a page more than was populated. */
int dax_check_given_back(struct dax *dax, const char *labels, const struct dax_metadata *start)
{
	struct lazy_memmap end;
	uint64_t populated, returned;
	int err;

	if (!kernel_is_lazy(dax->run))
		return 0;
	err = dax_lazy_settled(dax->run, &end);
	if (err)
		return err;
	populated = end.authorised - start->lazy.authorised;
	returned = end.returned - start->lazy.returned;
	run_check(dax->run, "struct-pages-return", labels,
		  !end.populated && populated && populated == returned ? VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " pages of memmap were populated (must be some), %" PRIu64
		  " were given back (must be as many), %" PRIu64 " are left (must be none)",
		  populated, returned, end.populated);
	return 0;
}

int dax_check_untouched(struct dax *dax, const char *labels, const struct lazy_memmap *start)
{
	struct lazy_memmap end;
	int err;

	if (strcmp(run_job(dax->run)->device_memmap, "lazy"))
		return 0;
	err = dax_lazy_read(dax->run, &end);
	if (err)
		return err;
	run_check(dax->run, "struct-pages-untouched", labels,
		  end.authorised == start->authorised ? VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " pages of memmap were populated for read() and write(), must be 0",
		  end.authorised - start->authorised);
	return 0;
}
