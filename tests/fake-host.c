// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the host that fake-host.h describes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake-host.h"
#include "fake-kernel.h"
#include "kpage.h"
#include "util.h"

static const char zoneinfo[] =
	"Node 0, zone      DMA\n"
	"  per-node stats\n"
	"      nr_kernel_stack 400\n"
	"  pages free     60\n"
	"        spanned  4095\n"
	"        present  4000\n"
	"        managed  3744\n"
	"    cpu: 0\n"
	"              count:    40\n"
	"              high:     80\n"
	"              batch:    4\n"
	"Node 0, zone    DMA32\n"
	"  pages free     40\n"
	"        spanned  28768\n"
	"        present  28760\n"
	"        managed  28000\n"
	"      nr_zspages   50\n"
	"    cpu: 0\n"
	"              count:    24\n"
	"              high:     80\n"
	"              batch:    4\n"
	"Node 1, zone   Normal\n"
	"  pages free     32768\n"
	"        spanned  65536\n"
	"        present  32768\n"
	"        managed  32768\n"
	"Node 1, zone   Device\n"
	"  pages free     0\n"
	"        spanned  262144\n"
	"        present  0\n"
	"        managed  0\n";

/** struct run - pages that are alike, one after the other */
static const struct {
	size_t pages;
	uint64_t flags;
	uint64_t count;
} runs[] = {
	{ 16, KPF(RESERVED), 0 },
	{ 100, KPF(BUDDY), 0 },
	{ 200, KPF(LRU) | KPF(ANON) | KPF(SWAPBACKED) | KPF(MMAP), 1 },
	{ 1, KPF(LRU) | KPF(ANON) | KPF(SWAPBACKED) | KPF(THP) | KPF(COMPOUND_HEAD), 2 },
	{ 511, KPF(LRU) | KPF(ANON) | KPF(SWAPBACKED) | KPF(THP) | KPF(COMPOUND_TAIL), 2 },
	{ 30, KPF(LRU) | KPF(UPTODATE), 0 },
	{ 20, KPF(LRU) | KPF(UPTODATE) | KPF(MMAP), 3 },
	{ 1, KPF(SLAB) | KPF(COMPOUND_HEAD), 0 },
	{ 7, KPF(SLAB) | KPF(COMPOUND_TAIL) | KPF(ANON) | KPF(KSM), 0 },
	{ 3, KPF(PGTABLE), 0 },
	{ 6, KPF(LRU) | KPF(SWAPBACKED), 1 },
	{ 4, KPF(LRU) | KPF(SWAPBACKED), 0 },
	{ 1, KPF(HUGE) | KPF(COMPOUND_HEAD), 1 },
	{ 511, KPF(HUGE) | KPF(COMPOUND_TAIL), 1 },
	{ 5, KPF(LRU) | KPF(ANON) | KPF(KSM) | KPF(SWAPBACKED), 9 },
	{ 1, KPF(ZERO_PAGE), 0 },
	{ 2, KPF(HWPOISON) | KPF(LRU), 0 },
	{ 7, KPF(OFFLINE), 0 },
	{ 31342, 0, 0 },
	{ 32768, 0, 0 },
	{ 32768, KPF(BUDDY), 0 },
};

static void put_words(const char *root, const char *name, const uint64_t *word, size_t nr,
		      size_t more)
{
	char *path = str_printf("%s/proc/%s", root, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(word, sizeof(*word), nr, file), nr);
	assert_int_equal(fwrite(word, 1, more, file), more);
	assert_int_equal(fclose(file), 0);
	free(path);
}

void fake_host_words(const struct fake_host *host, size_t nr_flags, size_t nr_counts, size_t more)
{
	put_words(host->root, "kpageflags", host->flags, nr_flags, more);
	put_words(host->root, "kpagecount", host->count, nr_counts, 0);
}

static void put_sys(const char *root)
{
	fake_write(root, "sys/devices/system/memory/block_size_bytes", "8000000\n");
	fake_write(root, "sys/devices/system/memory/memory0/state", "online\n");
	fake_write(root, "sys/devices/system/memory/memory2/state", "online\n");
	fake_write(root, "sys/devices/system/memory/memory3/state", "offline\n");
	fake_write(root, "sys/devices/system/node/has_memory", "0-1\n");
	fake_write(root, "sys/devices/system/node/node0/memory0/state", "online\n");
	fake_write(root, "sys/devices/system/node/node1/memory2/state", "online\n");
	fake_write(root, "sys/devices/system/node/node1/memory3/state", "offline\n");
	fake_write(root, "sys/bus/nd/devices/pfn0.1/driver/bind", "");
	fake_write(root, "sys/bus/nd/devices/pfn0.1/mode", "ram\n");
	fake_write(root, "sys/bus/nd/devices/pfn0.1/size", "1073741824\n");
	fake_write(root, "sys/bus/nd/devices/pfn0.1/align", "4096\n");
	fake_write(root, "sys/bus/nd/devices/pfn1.0/mode", "ram\n");
	fake_write(root, "sys/bus/nd/devices/pfn1.0/size", "4096\n");
	fake_write(root, "sys/bus/nd/devices/pfn2.0/driver/bind", "");
	fake_write(root, "sys/bus/nd/devices/pfn2.0/mode", "pmem\n");
	fake_write(root, "sys/bus/nd/devices/pfn2.0/size", "4096\n");
	fake_write(root, "sys/bus/nd/devices/dax3.0/driver/bind", "");
	fake_write(root, "sys/bus/nd/devices/dax3.0/mode", "ram\n");
	fake_write(root, "sys/bus/nd/devices/dax3.0/size", "2097152\n");
	fake_write(root, "sys/bus/nd/devices/dax3.0/align", "2097152\n");
}

int fake_host_setup(void **state)
{
	struct fake_host *host = mem_grow(NULL, 1, sizeof(*host));
	size_t at = 0;

	*state = host;
	strcpy(host->root, "/tmp/pagemeta-test-XXXXXX");
	if (!mkdtemp(host->root))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		for (size_t n = 0; n < runs[i].pages; n++, at++) {
			host->flags[at] = runs[i].flags;
			host->count[at] = runs[i].count;
		}
	assert_int_equal(at, FAKE_HOST_WORDS);
	fake_write(host->root, "proc/zoneinfo", zoneinfo);
	fake_write(host->root, "proc/sys/kernel/osrelease", "6.12.0-test\n");
	fake_write(host->root, "proc/vmstat", "nr_free_pages 32868\nnr_memmap_pages 4608\n"
		   "nr_memmap_boot_pages 1024\n");
	fake_write(host->root, "proc/iomem", "00001000-07ffffff : System RAM\n"
		   "10000000-17ffffff : System RAM\n");
	put_sys(host->root);
	fake_host_words(host, FAKE_HOST_WORDS, FAKE_HOST_WORDS, 0);
	return 0;
}

int fake_host_teardown(void **state)
{
	struct fake_host *host = *state;
	int error = fs_remove(host->root, NULL);

	free(host);
	return error;
}

void fake_host_census(const struct fake_host *host, struct census *census)
{
	struct err err = { "" };

	if (census_read(host->root, census, &err))
		fail_msg("%s", err.text);
}

char *fake_host_printed(const struct census *census, enum print_format format)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(census_print(census, "/nonexistent", format, true, out), 0);
	fclose(out);
	return text;
}
