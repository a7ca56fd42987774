/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MemTotal at boot, explained.
 */
#include "boot-memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kpage.h"
#include "metadata-check.h"

#define PAGE 4096u
#define LOW_FRAMES 256u		/* 1 MiB (reserve_real_mode() of arch/x86/realmode/init.c) */
#define WORDS 512u
#define TEXT_MAX 1024

/* A bounce buffer has slots of 2 KiB, and a struct io_tlb_slot for each. */
#define SWIOTLB_SLOT 2048u
#define SWIOTLB_SLOT_BYTES 24u

/*
 * Page tables of the direct mapping are in the image, as far as those fit that the boot
 * begins with, and beside it. Then there is what is so small that nobody tells of it: the
 * usage maps of sections, masks of CPUs, tables of the fixmap, names. Four pages were seen,
 * whatever the memory, nodes and machine. KFENCE has its records, a KiB each, beside its pool.
 */
#define REST_PAGES 16
#define KFENCE_REST_PAGES 160

static int failed(char *why, int err, const char *what)
{
	snprintf(why, METADATA_WHY, "%s: %s", what, strerror(-err));
	return err;
}

/* Of frames from @start up to @end, how many are RAM and reserved? */
static int count_reserved(const struct kpage *kpage, const struct memory_map *map, uint64_t start,
			  uint64_t end, uint64_t *ret_nr)
{
	uint64_t words[WORDS], nr = 0;
	int64_t got, i;

	for (; start < end; start += (uint64_t)got) {
		got = kpage_read(kpage, KPAGE_FLAGS, start, words,
				 end - start < WORDS ? end - start : WORDS);
		if (got <= 0)
			return got ? (int)got : -ENODATA;
		for (i = 0; i < got; i++)
			nr += words[i] & KPF(RESERVED) && ram_map_has(&map->ram, start + (uint64_t)i);
	}
	*ret_nr = nr;
	return 0;
}

/* The segment of the kernel's image, up to the end of what the boot took from behind it. */
static int find_image(const char *root, uint64_t *ret_start, uint64_t *ret_end)
{
	uint64_t address, i;
	struct kcore kcore;
	int err = kcore_open_below(root, &kcore);

	if (!err && !vmcoreinfo_number(kcore.text, "SYMBOL(swapper_pg_dir)", 16, &address))
		err = -ENOKEY;
	for (i = 0; i < kcore.nr && !err; i++) {
		const Elf64_Phdr *segment = &kcore.segment[i];

		if (!kcore_is_linear(segment) || address < segment->p_vaddr ||
		    address - segment->p_vaddr >= segment->p_memsz)
			continue;
		*ret_start = segment->p_paddr / PAGE;
		*ret_end = (segment->p_paddr + segment->p_memsz + PAGE - 1) / PAGE;
		break;
	}
	if (!err && i == kcore.nr)
		err = -ENODATA;
	kcore_close(&kcore);
	return err;
}

int boot_memory_read(const struct metadata_source *source, const struct memory_map *map,
		     struct boot_memory *ret_memory, char why[METADATA_WHY])
{
	struct boot_memory memory = { 0 };
	uint64_t start = 0, end = 0;
	const char *path = "";
	struct kpage kpage;
	int err;

	err = find_image(source->root, &start, &end);
	if (err)
		return failed(why, err, KCORE_FILE ": the kernel's image");
	err = kpage_open_files(&kpage, source->root, 1 << KPAGE_FLAGS, &path);
	if (err)
		return failed(why, err, path);
	err = count_reserved(&kpage, map, 0, LOW_FRAMES, &memory.low);
	if (!err)
		err = count_reserved(&kpage, map, start, end, &memory.image);
	kpage_close(&kpage);
	if (err)
		return failed(why, err, "/proc/kpageflags");
	*ret_memory = memory;
	return 0;
}

static uint64_t pages(uint64_t bytes)
{
	return (bytes + PAGE - 1) / PAGE;
}

/** struct taken - pages that were taken at boot, by what for; their names are those of a text */
struct taken {
	const char *what;
	uint64_t pages;
};

#define TAKEN_MAX 16

static size_t list_taken(const struct metadata_source *source, const struct metadata *now,
			 const struct metadata_form *form, const struct boot_memory *memory,
			 struct taken taken[TAKEN_MAX])
{
	const struct boot_log *log = &source->log;
	uint64_t cpus = (uint64_t)sysconf(_SC_NPROCESSORS_CONF);
	const struct taken list[] = {
		{ "memmap", frames_total(&form->memmap) },
		{ "descriptors", frames_total(&form->descriptors) },
		{ "tables of it", frames_total(&form->tables) },
		{ "sections", metadata_form_array(now) + form->roots },
		{ "kernel image", memory->image },
		{ "low memory", memory->low },
		{ "nodes", pages(log->nodes) },
		{ "hash tables", pages(log->hashes) },
		{ "per-CPU memory", pages(log->percpu) * cpus },
		{ "bounce buffers", pages(log->swiotlb) +
				    pages(log->swiotlb / SWIOTLB_SLOT * SWIOTLB_SLOT_BYTES) },
		{ "KFENCE", pages(log->kfence) },
		{ "initramfs kept", pages(log->kept) },
	};

	memcpy(taken, list, sizeof(list));
	return sizeof(list) / sizeof(list[0]);
}

static const char *taken_text(char text[TEXT_MAX], const struct taken *taken, size_t nr)
{
	size_t used = 0, i;

	text[0] = '\0';
	for (i = 0; i < nr && used < TEXT_MAX; i++)
		if (taken[i].pages)
			used += (size_t)snprintf(text + used, TEXT_MAX - used, "%s%s %" PRIu64,
						 used ? ", " : "", taken[i].what, taken[i].pages);
	return text;
}

/* Memory that was found to be metadata cannot be managed. */
static bool nodes_right(const struct metadata *now)
{
	const struct kernel_memmap *memmap = &now->memmap, *array = &now->array;
	const struct kernel_memmap *shared = &now->shared;
	unsigned int node;

	for (node = 0; node < METADATA_NODES; node++)
		if (memmap->frames[MEMMAP_OF_RAM].node[node] +
		    memmap->tables[MEMMAP_OF_RAM].node[node] +
		    array->frames[MEMMAP_OF_RAM].node[node] +
		    array->tables[MEMMAP_OF_RAM].node[node] +
		    shared->frames[MEMMAP_OF_RAM].node[node] +
		    shared->tables[MEMMAP_OF_RAM].node[node] >
		    now->use.present[node] - now->use.managed[node])
			return false;
	return true;
}

void boot_memory_report(const struct report *report, const struct metadata_source *source,
			const struct metadata *now, const struct boot_memory *memory)
{
	uint64_t present = memory_use_sum(now->use.present), sum = 0;
	uint64_t managed = memory_use_sum(now->use.managed);
	int64_t missing = (int64_t)(present - managed - now->use.balloon);
	int64_t most = REST_PAGES + (int64_t)now->use.direct;
	struct taken taken[TAKEN_MAX];
	struct metadata_form form;
	char text[TEXT_MAX];
	size_t nr, i;
	bool right;

	metadata_form(now, source->job, &form);
	nr = list_taken(source, now, &form, memory, taken);
	for (i = 0; i < nr; i++)
		sum += taken[i].pages;
	most += source->log.kfence ? KFENCE_REST_PAGES : 0;
	right = now->use.total == managed && missing >= (int64_t)sum &&
		missing <= (int64_t)sum + most && nodes_right(now);
	report_check(report, "metadata-memtotal", "", right ? VERDICT_PASS : VERDICT_FAIL,
		     "MemTotal %" PRIu64 " pages (must be %" PRIu64 " managed) of %" PRIu64
		     " present, %" PRId64 " less (%" PRIu64 " in a balloon not counted), must be %" PRIu64
		     " to %" PRIu64 ": %s, and at most %" PRId64 " for page tables of the direct "
		     "mapping and small things%s",
		     now->use.total, managed, present, missing, now->use.balloon, sum,
		     sum + (uint64_t)most, taken_text(text, taken, nr), most,
		     nodes_right(now) ? "" : "; a node has more memmap than memory that is not managed");
}
