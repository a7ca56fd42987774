/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of pages a process can map, with what must be said of each and why.
 * fs/proc/page.c decides most of it; the files named beside each kind do the rest.
 */
#include "page-kind.h"

#define ANON (KPF(UPTODATE) | KPF(LRU) | KPF(MMAP) | KPF(ANON) | KPF(SWAPBACKED))
#define SHMEM (KPF(UPTODATE) | KPF(DIRTY) | KPF(LRU) | KPF(MMAP) | KPF(SWAPBACKED))
#define FILE_ (KPF(UPTODATE) | KPF(LRU) | KPF(MMAP))

/*
 * 6.12 sets KPF_KSM for every anonymous page: stable_page_flags() tests for any bit of
 * PAGE_MAPPING_KSM, which is PAGE_MAPPING_ANON and another one. A kernel that does
 * better is not wrong, so only the comparison with the first variant looks at the bit.
 */
#define ANY_KSM .open = KPF(KSM)

const struct page_kind page_kind_table[] = {
	/* First, because what exists when it forks is shared as well. */
	{ .name = "anon-forked",
	  .why = "parent and child map it: mapcount 2",
	  .flags = ANON, .pages = 1, .count = 2, .charged = true, ANY_KSM, .make = page_make_anon_forked },
	{ .name = "anon",
	  .why = "do_anonymous_page(): up to date, anonymous, swap-backed, mapped once",
	  .flags = ANON, .pages = 1, .count = 1, .charged = true, ANY_KSM, .make = page_make_anon },
	{ .name = "mlocked",
	  .why = "mm/mlock.c: unevictable and mlocked beside what anon is",
	  .flags = ANON | KPF(UNEVICTABLE) | KPF(MLOCKED), .pages = 1, .count = 1,
	  .charged = true, ANY_KSM, .make = page_make_mlocked },
	{ .name = "zero",
	  .why = "the zero page lies in the kernel image, and its mappings are not counted",
	  .flags = KPF(ZERO_PAGE) | KPF(RESERVED), .pages = 1, .count = 0,
	  .make = page_make_zero },
	{ .name = "huge-zero",
	  .why = "mm/huge_memory.c: not rmappable, not on an LRU list, not counted",
	  .flags = KPF(ZERO_PAGE) | KPF(THP), .compound = true, .pages = 512,
	  .count = 0, .make = page_make_huge_zero },
	{ .name = "thp",
	  .why = "mapped by one PMD: each of its pages counts the entire mapping",
	  .flags = ANON | KPF(THP), .compound = true, .pages = 512, .count = 1, .charged = true,
	  ANY_KSM, .make = page_make_thp },
	{ .name = "thp-by-ptes",
	  .why = "the PMD was split, the folio was not: each page counts its own PTE, and the "
		 "PMD's dirty bit went to the folio",
	  .flags = ANON | KPF(THP) | KPF(DIRTY), .compound = true, .pages = 512, .count = 1,
	  .charged = true, ANY_KSM, .make = page_make_thp_by_ptes },
	{ .name = "ksm",
	  .why = "mm/ksm.c merged two pages: mapcount 2, and it was made dirty for reclaim",
	  .flags = ANON | KPF(KSM) | KPF(DIRTY), .pages = 1, .count = 2, .charged = true,
	  .make = page_make_ksm },
	{ .name = "shmem",
	  .why = "of a file, yet swap-backed; a write through a shared mapping dirties it",
	  .flags = SHMEM, .pages = 1, .count = 1, .charged = true, .make = page_make_shmem },
	{ .name = "shmem-twice",
	  .why = "one process maps it at two addresses: mapcount 2",
	  .flags = SHMEM, .pages = 1, .count = 2, .charged = true, .make = page_make_shmem_twice },
	{ .name = "shmem-thp",
	  .why = "mm/shmem.c: a huge page of a file, mapped by one PMD",
	  .flags = SHMEM | KPF(THP), .compound = true, .pages = 512, .count = 1, .charged = true,
	  .make = page_make_shmem_thp },
	{ .name = "secretmem",
	  .why = "mm/secretmem.c: its mapping is unevictable; noop_dirty_folio() sets the flag",
	  .flags = FILE_ | KPF(DIRTY) | KPF(UNEVICTABLE), .pages = 1, .count = 1, .charged = true,
	  .make = page_make_secret },
	{ .name = "file",
	  .why = "page cache of a block device, read through a mapping",
	  .flags = FILE_, .pages = 1, .count = 1, .charged = true, .make = page_make_file },
	{ .name = "file-dirty",
	  .why = "page cache of a block device, written through a mapping",
	  .flags = FILE_ | KPF(DIRTY), .pages = 1, .count = 1, .charged = true, .rewrite = true,
	  .make = page_make_file_dirty },
	{ .name = "hugetlb",
	  .why = "mm/hugetlb.c: on no LRU list, not swap-backed, not charged to a memcg",
	  .flags = KPF(UPTODATE) | KPF(MMAP) | KPF(ANON) | KPF(HUGE), .compound = true,
	  .pages = 512, .count = 1, ANY_KSM, .make = page_make_hugetlb },
	{ .name = "hugetlb-shared",
	  .why = "hugetlb_add_to_page_cache() makes it dirty so that nobody drops it",
	  .flags = KPF(UPTODATE) | KPF(DIRTY) | KPF(MMAP) | KPF(HUGE), .compound = true,
	  .pages = 512, .count = 1, .make = page_make_hugetlb_shared },
	{ .name = "reserved",
	  .why = "memory the firmware keeps, through /dev/mem: a PFN mapping is not counted",
	  .flags = KPF(RESERVED), .pages = 1, .count = 0,
	  .make = page_make_devmem },
	{ .name = "device-dax",
	  .why = "pfn_to_online_page() knows no device pages, and nobody counts their mappings",
	  .flags = KPF(NOPAGE), .pages = 512, .count = 0, .make = page_make_device_dax },
	{ .name = NULL }
};
