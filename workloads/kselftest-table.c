/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of selftests. Order and set-up are those of run_vmtests.sh, which takes a
 * shell; -d and sizes are smaller where a test only repeats itself.
 */
#include "kselftest-table.h"

#include <stddef.h>
#include <string.h>

const struct kselftest kselftest_table[] = {
	{ .name = "hugepage-mmap", .program = "hugepage-mmap", .hugepages = 128 },
	{ .name = "hugepage-shm", .program = "hugepage-shm", .hugepages = 128, .shm = true },
	{ .name = "map_hugetlb", .program = "map_hugetlb", .hugepages = 128 },
	{ .name = "hugepage-mremap", .program = "hugepage-mremap", .hugepages = 128 },
	{ .name = "hugepage-vmemmap", .program = "hugepage-vmemmap", .hugepages = 128 },
	{ .name = "hugetlb-madvise", .program = "hugetlb-madvise", .hugepages = 128 },
	{ .name = "hugetlb_dio", .program = "hugetlb_dio", .hugepages = 128 },
	{ .name = "hugetlb_fault_after_madv", .program = "hugetlb_fault_after_madv",
	  .hugepages = 1, .seconds = 300, .threads = true, .slow = true },
	{ .name = "hugetlb_madv_vs_map", .program = "hugetlb_madv_vs_map", .hugepages = 1,
	  .seconds = 120, .threads = true },
	{ .name = "hugetlb-soft-offline", .why_not = "starts /bin/sh, and the guest has no shell" },
	{ .name = "hugetlb-read-hwpoison", .program = "hugetlb-read-hwpoison", .hugepages = 8 },
	{ .name = "thuge-gen", .program = "thuge-gen", .hugepages = 8 },
	{ .name = "map_fixed_noreplace", .program = "map_fixed_noreplace" },
	{ .name = "map_populate",
	  .why_not = "calls socketpair(), and these kernels have no networking" },
	{ .name = "gup_test-u", .program = "gup_test", .args = "-u" },
	{ .name = "gup_test-a", .program = "gup_test", .args = "-a" },
	{ .name = "gup_test-ct", .program = "gup_test", .args = "-ct -F 0x1 0 19 0x1000" },
	{ .name = "gup_longterm", .program = "gup_longterm", .hugepages = 128, .seconds = 120 },
	{ .name = "uffd-unit-tests", .program = "uffd-unit-tests", .sources = "uffd-common.c",
	  .hugepages = 128, .seconds = 900, .threads = true, .swap = true, .slow = true },
	{ .name = "uffd-stress-anon", .program = "uffd-stress", .args = "anon 20 16",
	  .sources = "uffd-common.c", .seconds = 300, .threads = true },
	{ .name = "uffd-stress-hugetlb", .program = "uffd-stress", .args = "hugetlb 128 32",
	  .sources = "uffd-common.c", .hugepages = 128, .seconds = 300, .threads = true,
	  .slow = true },
	{ .name = "uffd-stress-hugetlb-private", .program = "uffd-stress",
	  .args = "hugetlb-private 128 32", .sources = "uffd-common.c", .hugepages = 128,
	  .seconds = 300, .threads = true, .slow = true },
	{ .name = "uffd-stress-shmem", .program = "uffd-stress", .args = "shmem 20 16",
	  .sources = "uffd-common.c", .seconds = 300, .threads = true, .slow = true },
	{ .name = "uffd-stress-shmem-private", .program = "uffd-stress",
	  .args = "shmem-private 20 16", .sources = "uffd-common.c", .seconds = 300,
	  .threads = true, .slow = true },
	{ .name = "on-fault-limit", .program = "on-fault-limit", .nobody = true },
	{ .name = "mlock-random-test", .program = "mlock-random-test", .option = "-lcap",
	  .seconds = 120 },
	{ .name = "mlock2-tests", .program = "mlock2-tests" },
	{ .name = "mrelease_test", .program = "mrelease_test" },
	{ .name = "mremap_test", .program = "mremap_test", .seconds = 180, .overcommit = true,
	  .slow = true },
	{ .name = "mremap_dontunmap", .program = "mremap_dontunmap" },
	{ .name = "virtual_address_range", .program = "virtual_address_range", .seconds = 300,
	  .overcommit = true, .slow = true },
	{ .name = "va_high_addr_switch", .program = "va_high_addr_switch" },
	{ .name = "madv_populate", .program = "madv_populate" },
	{ .name = "memfd_secret", .program = "memfd_secret", .option = "-lcap" },
	{ .name = "ksm_tests-H", .program = "ksm_tests", .args = "-H -s 100", .option = "-lnuma",
	  .seconds = 120 },
	{ .name = "ksm_tests-P", .program = "ksm_tests", .args = "-P -s 100", .option = "-lnuma",
	  .seconds = 120 },
	{ .name = "ksm_tests-M", .program = "ksm_tests", .args = "-M -p 10", .option = "-lnuma" },
	{ .name = "ksm_tests-U", .program = "ksm_tests", .args = "-U", .option = "-lnuma" },
	{ .name = "ksm_tests-Z0", .program = "ksm_tests", .args = "-Z -p 10 -z 0",
	  .option = "-lnuma" },
	{ .name = "ksm_tests-Z1", .program = "ksm_tests", .args = "-Z -p 10 -z 1",
	  .option = "-lnuma" },
	{ .name = "ksm_tests-N1", .program = "ksm_tests", .args = "-N -m 1", .option = "-lnuma",
	  .nodes = 2 },
	{ .name = "ksm_tests-N0", .program = "ksm_tests", .args = "-N -m 0", .option = "-lnuma",
	  .nodes = 2 },
	{ .name = "ksm_functional_tests", .program = "ksm_functional_tests" },
	{ .name = "protection_keys", .program = "protection_keys", .seconds = 300, .slow = true },
	{ .name = "pkey_sighandler_tests", .program = "pkey_sighandler_tests" },
	{ .name = "soft-dirty", .program = "soft-dirty", .seconds = 120 },
	{ .name = "pagemap_ioctl", .program = "pagemap_ioctl", .hugepages = 128, .seconds = 300,
	  .slow = true },
	{ .name = "cow", .program = "cow", .hugepages = 128, .seconds = 300, .swap = true,
	  .slow = true },
	/*
	 * collapse_compound_extreme holds a page of each of 512 huge pages. In a guest of
	 * 1 GiB it depends on luck whether there is one more to collapse them into.
	 */
	{ .name = "khugepaged", .program = "khugepaged", .option = "-include kselftest.h",
	  .mem_mib = 2048, .seconds = 300, .swap = true, .slow = true },
	{ .name = "khugepaged-s2", .program = "khugepaged", .args = "-s 2",
	  .option = "-include kselftest.h", .mem_mib = 2048, .seconds = 300, .swap = true,
	  .slow = true },
	{ .name = "transhuge-stress", .program = "transhuge-stress", .args = "-d 5",
	  .seconds = 120, .threads = true },
	{ .name = "split_huge_page_test", .program = "split_huge_page_test", .seconds = 120,
	  .slow = true },
	{ .name = "migration", .program = "migration", .option = "-lnuma", .nodes = 2, .cpus = 4,
	  .hugepages = 8, .seconds = 300, .threads = true, .slow = true },
	{ .name = "mkdirty", .program = "mkdirty" },
	{ .name = "mdwe_test", .program = "mdwe_test" },
	{ .name = "mseal_test", .program = "mseal_test" },
	{ .name = "seal_elf", .program = "seal_elf" },
	{ .name = "droppable", .program = "droppable" },
	{ .name = "compaction_test", .why_not = "starts /bin/sh, and the guest has no shell" },
	{ .name = "charge_reserved_hugetlb",
	  .why_not = "is a bash script, and the guest has no shell" },
	{ .name = "hugetlb_reparenting_test",
	  .why_not = "is a bash script, and the guest has no shell" },
	{ .name = "test_vmalloc",
	  .why_not = "loads the module test_vmalloc, and these kernels have no modules" },
	{ .name = "hmm-tests",
	  .why_not = "loads the module test_hmm, and these kernels have no modules" },
	{ .name = "protection_keys_32",
	  .why_not = "is a 32-bit program, and these kernels do not run those" },
	{ .name = NULL }
};

const char *const kselftest_names[] = {
	"hugepage-mmap", "hugepage-shm", "map_hugetlb", "hugepage-mremap", "hugepage-vmemmap",
	"hugetlb-madvise", "hugetlb_dio", "hugetlb_fault_after_madv", "hugetlb_madv_vs_map",
	"hugetlb-soft-offline", "hugetlb-read-hwpoison", "thuge-gen", "map_fixed_noreplace",
	"map_populate", "gup_test-u", "gup_test-a", "gup_test-ct", "gup_longterm",
	"uffd-unit-tests", "uffd-stress-anon", "uffd-stress-hugetlb",
	"uffd-stress-hugetlb-private", "uffd-stress-shmem", "uffd-stress-shmem-private",
	"on-fault-limit", "mlock-random-test", "mlock2-tests", "mrelease_test", "mremap_test",
	"mremap_dontunmap", "virtual_address_range", "va_high_addr_switch", "madv_populate",
	"memfd_secret", "ksm_tests-H", "ksm_tests-P", "ksm_tests-M", "ksm_tests-U",
	"ksm_tests-Z0", "ksm_tests-Z1", "ksm_tests-N1", "ksm_tests-N0", "ksm_functional_tests",
	"protection_keys", "pkey_sighandler_tests", "soft-dirty", "pagemap_ioctl", "cow",
	"khugepaged", "khugepaged-s2", "transhuge-stress", "split_huge_page_test", "migration",
	"mkdirty", "mdwe_test", "mseal_test", "seal_elf", "droppable", "compaction_test",
	"charge_reserved_hugetlb", "hugetlb_reparenting_test", "test_vmalloc", "hmm-tests",
	"protection_keys_32", NULL
};

const char kselftest_quick[] =
	"hugepage-mmap,hugepage-shm,map_hugetlb,hugepage-mremap,hugepage-vmemmap,"
	"hugetlb-madvise,hugetlb_dio,hugetlb_madv_vs_map,hugetlb-soft-offline,"
	"hugetlb-read-hwpoison,thuge-gen,map_fixed_noreplace,map_populate,gup_test-u,"
	"gup_test-a,gup_test-ct,gup_longterm,uffd-stress-anon,on-fault-limit,"
	"mlock-random-test,mlock2-tests,mrelease_test,mremap_dontunmap,"
	"va_high_addr_switch,madv_populate,memfd_secret,ksm_tests-H,ksm_tests-P,"
	"ksm_tests-M,ksm_tests-U,ksm_tests-Z0,ksm_tests-Z1,ksm_tests-N1,ksm_tests-N0,"
	"ksm_functional_tests,pkey_sighandler_tests,soft-dirty,transhuge-stress,mkdirty,"
	"mdwe_test,mseal_test,seal_elf,droppable,compaction_test,charge_reserved_hugetlb,"
	"hugetlb_reparenting_test,test_vmalloc,hmm-tests,protection_keys_32";

const char kselftest_full[] =
	"hugepage-mmap,hugepage-shm,map_hugetlb,hugepage-mremap,hugepage-vmemmap,"
	"hugetlb-madvise,hugetlb_dio,hugetlb_fault_after_madv,hugetlb_madv_vs_map,"
	"hugetlb-soft-offline,hugetlb-read-hwpoison,thuge-gen,map_fixed_noreplace,"
	"map_populate,gup_test-u,gup_test-a,gup_test-ct,gup_longterm,uffd-unit-tests,"
	"uffd-stress-anon,uffd-stress-hugetlb,uffd-stress-hugetlb-private,uffd-stress-shmem,"
	"uffd-stress-shmem-private,on-fault-limit,mlock-random-test,mlock2-tests,"
	"mrelease_test,mremap_test,mremap_dontunmap,virtual_address_range,"
	"va_high_addr_switch,madv_populate,memfd_secret,ksm_tests-H,ksm_tests-P,ksm_tests-M,"
	"ksm_tests-U,ksm_tests-Z0,ksm_tests-Z1,ksm_tests-N1,ksm_tests-N0,"
	"ksm_functional_tests,protection_keys,pkey_sighandler_tests,soft-dirty,pagemap_ioctl,"
	"cow,khugepaged,khugepaged-s2,transhuge-stress,split_huge_page_test,migration,"
	"mkdirty,mdwe_test,mseal_test,seal_elf,droppable,compaction_test,"
	"charge_reserved_hugetlb,hugetlb_reparenting_test,test_vmalloc,hmm-tests,"
	"protection_keys_32";

const struct kselftest *kselftest_find(const char *name)
{
	const struct kselftest *test;

	for (test = kselftest_table; test->name; test++)
		if (!strcmp(test->name, name))
			return test;
	return NULL;
}
