// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the files of a guest that never ran.
 */
#include <elf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-memory.h"

#define NOTES_AT 4096u
#define RAM_AT UINT64_C(0x10000)	/* of physical memory in the file */
#define TEXT_VIRTUAL UINT64_C(0xffffffff81000000)
#define TEXT_PHYSICAL UINT64_C(0x1000000)
#define TEXT_BYTES UINT64_C(0x200000)

static const char info[] =
	"OSRELEASE=6.12.117\nPAGESIZE=4096\nSYMBOL(mem_section)=ffff888003000600\n"
	"LENGTH(mem_section)=2048\nSIZE(mem_section)=16\nOFFSET(mem_section.section_mem_map)=0\n"
	"NUMBER(SECTION_SIZE_BITS)=27\nSIZE(page)=64\nOFFSET(page.flags)=0\n"
	"OFFSET(page._refcount)=52\nOFFSET(page.mapping)=24\nOFFSET(page._mapcount)=48\n"
	"OFFSET(page.compound_head)=8\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=14\n"
	"NUMBER(PG_swapbacked)=18\nNUMBER(PG_hwpoison)=21\nNUMBER(PG_head_mask)=64\n"
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\nNUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n"
	"SYMBOL(swapper_pg_dir)=ffffffff81100000\nNUMBER(pgtable_l5_enabled)=0\n";

static const char iomem[] =
	"00000000-00000fff : Reserved\n"
	"00001000-0009ffff : System RAM\n"
	"000f0000-000fffff : Reserved\n"
	"00100000-1fffffff : System RAM\n"
	"  01000000-010fffff : Kernel code\n";

/* 65375 and 65536 pages are present; 4611 and 1024 of them are not managed. */
static const char zoneinfo[] =
	"Node 0, zone      DMA\n  per-node stats\n      nr_anon_pages 7\n"
	"  pages free     3000\n        boost    0\n        spanned  4095\n"
	"        present  3999\n        managed  3840\n  pagesets\n    cpu: 0\n"
	"              count: 0\n              high:  0\n              batch: 1\n"
	"Node 0, zone    DMA32\n  pages free     50000\n        spanned  61440\n"
	"        present  61376\n        managed  56924\n  pagesets\n    cpu: 0\n"
	"              count: 100\n              high:  0\n              batch: 31\n"
	"Node 1, zone    DMA32\n  pages free     60000\n        spanned  65536\n"
	"        present  65536\n        managed  64512\n  pagesets\n    cpu: 0\n"
	"              count: 0\n              high:  0\n              batch: 31\n";

static const char meminfo[] =
	"MemTotal:         501104 kB\nVmallocUsed:        400 kB\nPercpu:             176 kB\n"
	"HardwareCorrupted:     0 kB\nHugetlb:               0 kB\n"
	"DirectMap4k:        8192 kB\nDirectMap2M:      516096 kB\n";

void fake_memory_put(const struct fake_memory *fake, const char *path, const char *text)
{
	char full[256], *slash;
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", fake->root, path);
	for (slash = full + strlen(fake->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void write_at(const struct fake_memory *fake, uint64_t at, const void *bytes, size_t size)
{
	assert_int_equal(pwrite(fake->core, bytes, size, (off_t)at), size);
}

void fake_memory_word(const struct fake_memory *fake, uint64_t physical, uint64_t word)
{
	write_at(fake, RAM_AT + physical, &word, sizeof(word));
}

void fake_memory_counted(const struct fake_memory *fake, uint64_t boot, uint64_t later)
{
	char text[512];

	snprintf(text, sizeof(text), "nr_free_pages 1\nnr_inactive_anon 100\nnr_active_anon 20\n"
		 "nr_inactive_file 3\nnr_active_file 0\nnr_unevictable 0\nnr_slab_reclaimable 50\n"
		 "nr_slab_unreclaimable 2500\nnr_page_table_pages 12\nnr_zspages 0\n"
		 "nr_memmap_pages %llu\nnr_memmap_boot_pages %llu\npgpgout 40\n",
		 (unsigned long long)later, (unsigned long long)boot);
	fake_memory_put(fake, "/proc/vmstat", text);
}

void fake_memory_info(const struct fake_memory *fake, const char *text)
{
	const Elf64_Nhdr note = { .n_namesz = sizeof("VMCOREINFO"), .n_descsz = strlen(text) + 1 };
	const size_t name_bytes = (sizeof("VMCOREINFO") + 3) & ~3u;
	const Elf64_Phdr segment = {
		.p_type = PT_NOTE, .p_offset = NOTES_AT,
		.p_filesz = sizeof(note) + name_bytes + note.n_descsz,
	};

	assert_true(NOTES_AT + segment.p_filesz <= RAM_AT);
	write_at(fake, sizeof(Elf64_Ehdr), &segment, sizeof(segment));
	write_at(fake, NOTES_AT, &note, sizeof(note));
	write_at(fake, NOTES_AT + sizeof(note), "VMCOREINFO", sizeof("VMCOREINFO"));
	write_at(fake, NOTES_AT + sizeof(note) + name_bytes, text, note.n_descsz);
}

/* The notes, and behind them the image and the direct mapping. */
static void put_core(struct fake_memory *fake)
{
	const Elf64_Ehdr header = {
		.e_ident = ELFMAG, .e_phoff = sizeof(header), .e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 3,
	};
	const Elf64_Phdr segment[2] = {
		{ .p_type = PT_LOAD, .p_vaddr = TEXT_VIRTUAL, .p_paddr = TEXT_PHYSICAL,
		  .p_memsz = TEXT_BYTES, .p_offset = RAM_AT + TEXT_PHYSICAL },
		{ .p_type = PT_LOAD, .p_vaddr = FAKE_DIRECT, .p_paddr = 0,
		  .p_memsz = 2 * FAKE_MEMORY_NODE_BYTES, .p_offset = RAM_AT },
	};
	char path[128];

	snprintf(path, sizeof(path), "%s/proc/kcore", fake->root);
	fake->core = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fake->core >= 0);
	assert_int_equal(ftruncate(fake->core, (off_t)(RAM_AT + 2 * FAKE_MEMORY_NODE_BYTES)), 0);
	write_at(fake, 0, &header, sizeof(header));
	write_at(fake, sizeof(header) + sizeof(segment[0]), segment, sizeof(segment));
	fake_memory_info(fake, info);
}

/* A table of PUDs and one of PMDs, four sections by 2 MiB each, and a root. */
static void put_tables(const struct fake_memory *fake)
{
	uint64_t section;

	fake_memory_word(fake, FAKE_TOP + 468 * 8, FAKE_PUD | FAKE_TABLE);
	fake_memory_word(fake, FAKE_PUD, FAKE_PMD | FAKE_TABLE);
	for (section = 0; section < 4; section++) {
		uint64_t at = section < 2 ? FAKE_MEMMAP_0 : FAKE_MEMMAP_1;

		fake_memory_word(fake, FAKE_PMD + section * 8,
				 (at + (section % 2 << 21)) | FAKE_LARGE);
		fake_memory_word(fake, FAKE_ROOT + section * 16, FAKE_VMEMMAP | 3);
	}
	fake_memory_word(fake, FAKE_ROOTS, FAKE_DIRECT + FAKE_ROOT);
}

/* Of low memory and of the image, all of its 512 pages, every page is reserved. */
static void put_flags(const struct fake_memory *fake)
{
	uint64_t word = UINT64_C(1) << 32, frame;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/proc/kpageflags", fake->root);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 0x20000 * 8), 0);
	for (frame = 0; frame < 0x1200; frame++)
		if (frame < 0x100 || frame >= 0x1000)
			assert_int_equal(pwrite(fd, &word, 8, (off_t)frame * 8), 8);
	close(fd);
}

void fake_memory_make(struct fake_memory *fake)
{
	char path[128];
	int block;

	strcpy(fake->root, "/tmp/pagemeta-test-XXXXXX");
	assert_non_null(mkdtemp(fake->root));
	fake_memory_put(fake, "/proc/iomem", iomem);
	fake_memory_put(fake, "/proc/zoneinfo", zoneinfo);
	fake_memory_put(fake, "/proc/meminfo", meminfo);
	fake_memory_put(fake, "/proc/cmdline", "console=ttyS0\n");
	fake_memory_put(fake, "/proc/sys/vm/stat_refresh", "0\n");
	fake_memory_counted(fake, 2048, 0);
	fake_memory_put(fake, "/sys/devices/system/memory/block_size_bytes", "8000000\n");
	for (block = 0; block < 4; block++) {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/memory%d/state",
			 block / 2, block);
		fake_memory_put(fake, path, "online\n");
		snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%d/state", block);
		fake_memory_put(fake, path, "online\n");
	}
	put_core(fake);
	put_tables(fake);
	put_flags(fake);
}

void fake_memory_remove(struct fake_memory *fake)
{
	char command[128];

	close(fake->core);
	snprintf(command, sizeof(command), "rm -r %s", fake->root);
	assert_int_equal(system(command), 0);
}
