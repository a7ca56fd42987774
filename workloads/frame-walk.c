/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walkers of page frames. What they see changes under them: only what cannot change is
 * judged.
 */
#include "frame-walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "kcore.h"
#include "storm-process.h"

#define PAGE 4096
#define CHUNK 512
#define IDLE "/sys/kernel/mm/page_idle/bitmap"

static bool is_device(const struct frame_walk *walk, uint64_t pfn)
{
	int i;

	for (i = 0; i < FRAME_WALK_DEVICES; i++)
		if (pfn >= walk->device[i].start && pfn < walk->device[i].end)
			return true;
	return false;
}

static void judge(struct frame_walk *walk, bool right, const char *what, uint64_t pfn,
		  uint64_t word)
{
	storm_judge(&walk->verdict, right, "%s of frame %#" PRIx64 ": %#" PRIx64, what, pfn, word);
}

static void judge_words(struct frame_walk *walk, enum kpage_file file, uint64_t pfn,
			const uint64_t *words, uint64_t nr)
{
	uint64_t i, device = file == KPAGE_FLAGS ? KPF(NOPAGE) : 0;

	for (i = 0; i < nr; i++)
		if (is_device(walk, pfn + i))
			judge(walk, words[i] == device, kpage_file_name(file), pfn + i, words[i]);
		else if (file == KPAGE_FLAGS && walk->ram && ram_map_has(walk->ram, pfn + i))
			judge(walk, !(words[i] & KPF(NOPAGE)), kpage_file_name(file), pfn + i,
			      words[i]);
}

int frame_walk_files(struct frame_walk *walk, const struct kpage *kpage)
{
	uint64_t words[CHUNK], at;
	int64_t got;
	int file;

	for (at = 0; at < walk->nr; at += CHUNK)
		for (file = 0; file < KPAGE_FILES; file++) {
			got = kpage_read(kpage, (enum kpage_file)file, at, words, CHUNK);
			if (got < 0)
				return (int)got;
			judge_words(walk, (enum kpage_file)file, at, words, (uint64_t)got);
		}
	return 0;
}

/* All of the bitmap is set, then read: each walks the mappings of every page. */
int frame_walk_idle(struct frame_walk *walk)
{
	uint64_t words[CHUNK / 64], at;
	int fd = open(IDLE, O_RDWR | O_CLOEXEC);
	int err = fd < 0 ? -errno : 0;
	size_t i;

	for (at = 0; at + CHUNK <= walk->nr && !err; at += CHUNK) {
		memset(words, 0xff, sizeof(words));
		/* Frames behind the last page are refused. */
		if (pwrite(fd, words, sizeof(words), (off_t)(at / 8)) < 0 ||
		    pread(fd, words, sizeof(words), (off_t)(at / 8)) < 0) {
			err = errno == ENXIO ? 0 : -errno;
			continue;
		}
		for (i = 0; i < CHUNK / 64; i++)
			if (is_device(walk, at + i * 64))
				judge(walk, !words[i], IDLE, at + i * 64, words[i]);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

/* Raw bytes of the whole memmap; a section may vanish in between. */
int frame_walk_raw(struct frame_walk *walk)
{
	uint64_t section, address, base = 0, at, pages, size;
	uint8_t bytes[PAGE];
	struct kcore kcore;
	int err = kcore_open(&kcore);

	pages = err ? 1 : kcore_section_pages(&kcore);
	size = err ? 0 : pages * kcore.info.page_size;
	for (section = 0; section * pages < walk->nr && !err; section++) {
		if (kcore_section(&kcore, section, &address))
			continue;
		if (!base)
			base = address - section * size;
		judge(walk, address - section * size == base, "memmap", section * pages, address);
		for (at = 0; at < size; at += PAGE)
			kcore_read(&kcore, address + at, bytes, sizeof(bytes));
	}
	kcore_close(&kcore);
	return err;
}
