/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of every kind that a process can map, made one after the other and kept, and
 * what the per-page files of /proc must say of each.
 *
 * The expectations follow from Documentation/admin-guide/mm/pagemap.rst and, where
 * that is silent, from the code that makes the page; page-kind-table.c names it.
 */
#ifndef PAGEMETA_PAGE_KIND_H
#define PAGEMETA_PAGE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kpage.h"
#include "nd-region.h"

struct run;
struct page_kinds;
struct page_made;

#define PAGE_KIND_PAGES 512	/* base pages of the largest kind: 2 MiB */

/*
 * The bits that are held against the expectation. Left out are those that say what
 * happened to a page and not what it is: locked, referenced, active, idle, reclaim,
 * writeback, private and the owners' and architecture's own.
 */
#define PAGE_KIND_JUDGED							\
	(KPF(UPTODATE) | KPF(DIRTY) | KPF(LRU) | KPF(SLAB) | KPF(BUDDY) | KPF(MMAP) |	\
	 KPF(ANON) | KPF(SWAPCACHE) | KPF(SWAPBACKED) | KPF(COMPOUND_HEAD) |		\
	 KPF(COMPOUND_TAIL) | KPF(HUGE) | KPF(UNEVICTABLE) | KPF(HWPOISON) |		\
	 KPF(NOPAGE) | KPF(KSM) | KPF(THP) | KPF(OFFLINE) | KPF(ZERO_PAGE) |		\
	 KPF(PGTABLE) | KPF(RESERVED) | KPF(MLOCKED))

/*
 * What stays true while memory is compacted and written back: compaction takes pages
 * off the LRU lists for a moment, and writing back makes pages clean.
 */
#define PAGE_KIND_STABLE							\
	(PAGE_KIND_JUDGED & ~(KPF(DIRTY) | KPF(LRU) | KPF(UNEVICTABLE) | KPF(MLOCKED)))

/**
 * struct page_kind - one kind
 * @name: as in labels
 * @why: what the expectation rests upon
 * @flags: bits of PAGE_KIND_JUDGED that are set; head and tail are added for
 *	compound pages
 * @open: bits that may be set or not
 * @compound: the first page is a head and the others are its tails
 * @rewrite: written to once more before it is looked at: kswapd, which wakes the flusher,
 *	may have had it cleaned
 * @charged: charged to the cgroup of the process; otherwise to none
 * @pages: base pages
 * @count: mappings of each page, as /proc/kpagecount has them
 * @make: map and fill it: sets @at of the made one, and whatever else is to be undone
 */
struct page_kind {
	const char *name;
	const char *why;
	uint64_t flags;
	uint64_t open;
	bool compound;
	bool rewrite;
	bool charged;
	unsigned int pages;
	uint64_t count;
	int (*make)(struct page_kinds *kinds, struct page_made *made);
};

/** page_kind_table - every kind, ended by a NULL name */
extern const struct page_kind page_kind_table[];

/**
 * struct page_made - a kind that was made
 * @kind: which
 * @at: its first page in this process
 * @area: what is unmapped in the end, may be larger
 * @bytes: bytes of @area
 * @fd: closed in the end, -1 for none
 * @told: @pfn was filled in by @make: /proc/self/pagemap leaves out PFN mappings
 * @child: process that shares it, killed in the end; 0 for none
 * @device: what it is a page of, unbound in the end; no name for none
 * @pfn: its page frames
 */
struct page_made {
	const struct page_kind *kind;
	uint8_t *at;
	uint8_t *area;
	size_t bytes;
	int fd;
	bool told;
	pid_t child;
	struct nd_device device;
	uint64_t pfn[PAGE_KIND_PAGES];
};

/** page_made_free() - undo what its kind's @make did, also when that failed half-way */
void page_made_free(struct page_made *made);

/**
 * struct page_kinds - all that were made
 * @run: gets the reason of a failure
 * @kpage: the files; opened and closed by the user of this module
 * @reserved_phys: address of reserved memory that /dev/mem may map, 0 for none
 * @pmem_bytes: size of the persistent memory that becomes a DAX device
 * @cgroup: inode of the cgroup that the process is in while pages are made
 * @made: in the order of the table
 * @nr: how many
 */
struct page_kinds {
	struct run *run;
	struct kpage kpage;
	uint64_t reserved_phys;
	uint64_t pmem_bytes;
	uint64_t cgroup;
	struct page_made *made;
	size_t nr;
};

/**
 * page_kinds_make() - make one of each
 * @kinds: @run, @kpage, @reserved_phys, @pmem_bytes and @cgroup are set; freed with
 *	page_kinds_free(), also after a failure
 *
 * Return: 0 or -errno, the reason is recorded.
 */
int page_kinds_make(struct page_kinds *kinds);
void page_kinds_free(struct page_kinds *kinds);

/**
 * page_kinds_find() - look up the frames of a made page again
 * @kinds: the files
 * @made: a kind
 *
 * Return: 0 or -errno, the reason is recorded.
 */
int page_kinds_find(struct page_kinds *kinds, struct page_made *made);

/**
 * page_kinds_judge() - hold the files' words against the expectation
 * @kinds: the files
 * @made: a kind
 * @mask: bits to look at
 * @text: receives what was seen and what was expected
 * @size: bytes at @text
 *
 * Return: pages that are not as they must be, or -errno of reading.
 */
int page_kinds_judge(const struct page_kinds *kinds, const struct page_made *made, uint64_t mask,
		     char *text, size_t size);

/**
 * page_lru_drain() - put pages that wait in this CPU's batch on the LRU lists
 *
 * New pages wait in a batch per CPU; MADV_PAGEOUT drains it first (mm/madvise.c), so
 * one call on a page that was never touched does.
 */
void page_lru_drain(void);

/* --- for page-kind-table.c and page-kind-make.c --- */

int page_make_anon(struct page_kinds *kinds, struct page_made *made);
int page_make_anon_forked(struct page_kinds *kinds, struct page_made *made);
int page_make_mlocked(struct page_kinds *kinds, struct page_made *made);
int page_make_zero(struct page_kinds *kinds, struct page_made *made);
int page_make_huge_zero(struct page_kinds *kinds, struct page_made *made);
int page_make_thp(struct page_kinds *kinds, struct page_made *made);
int page_make_thp_by_ptes(struct page_kinds *kinds, struct page_made *made);
int page_make_ksm(struct page_kinds *kinds, struct page_made *made);
int page_make_shmem(struct page_kinds *kinds, struct page_made *made);
int page_make_shmem_twice(struct page_kinds *kinds, struct page_made *made);
int page_make_shmem_thp(struct page_kinds *kinds, struct page_made *made);
int page_make_secret(struct page_kinds *kinds, struct page_made *made);
int page_make_file(struct page_kinds *kinds, struct page_made *made);
int page_make_file_dirty(struct page_kinds *kinds, struct page_made *made);
int page_make_hugetlb(struct page_kinds *kinds, struct page_made *made);
int page_make_hugetlb_shared(struct page_kinds *kinds, struct page_made *made);
int page_make_devmem(struct page_kinds *kinds, struct page_made *made);
int page_make_device_dax(struct page_kinds *kinds, struct page_made *made);

#endif
