/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page frames without a page: holes, device memory, and a block of memory that is
 * added and not yet online. Its struct pages exist and nobody has written them: a
 * scanner that reads them finds what was there before (aad5f69bc161 was one).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "peekers-parts.h"
#include "sysfs.h"
#include "workload.h"

#define PAGE 4096
#define MEMORY "/sys/devices/system/memory/"

/** struct span - page frames that must all be alike */
struct span {
	const char *name;
	uint64_t start;
	uint64_t bytes;
	uint64_t flags;
	const char *why;
};

static const struct span holes[] = {
	{ "reserved-in-subsection", PEEKERS_RESERVED, 1u << 20, KPF(RESERVED),
	  "init_unavailable_range() reserves what lies in a subsection (2 MiB) with RAM" },
	{ "reserved-subsections", PEEKERS_HOLE, PEEKERS_HOLE_BYTES, KPF(NOPAGE),
	  "pfn_to_online_page() knows subsections, and these have no RAM" },
	{ "pmem-in-section", PEEKERS_PMEM, PEEKERS_PMEM_BYTES, KPF(NOPAGE),
	  "device pages are not online, also where they share a section with RAM" },
	{ "no-section", PEEKERS_BLOCK, PEEKERS_BLOCK_BYTES, KPF(NOPAGE),
	  "a section without RAM has no memmap" },
};

/* Frames of the range whose flags, among the judged, are others than @flags. */
static int count_others(struct peekers_guest *guest, struct run *run, uint64_t start,
			uint64_t bytes, uint64_t flags, uint64_t *ret_others, uint64_t *ret_last)
{
	uint64_t nr, i, *words = peekers_guest_map(guest, run, &nr);
	int err;

	if (!words)
		return -ENOMEM;
	nr = bytes / PAGE;
	err = peekers_guest_read(guest, run, KPAGE_FLAGS, start / PAGE, words, nr);
	if (err)
		return err;
	*ret_others = 0;
	for (i = 0; i < nr; i++) {
		if ((words[i] & PAGE_KIND_JUDGED) == flags)
			continue;
		++*ret_others;
		*ret_last = words[i];
	}
	return 0;
}

static int check_span(struct peekers_guest *guest, struct page_kinds *kinds,
		      const struct span *span, const char *check)
{
	uint64_t others = 0, last = 0;
	char wanted[64], seen[128], labels[64];
	int err = count_others(guest, kinds->run, span->start, span->bytes, span->flags, &others,
			       &last);

	if (err)
		return err;
	snprintf(labels, sizeof(labels), "part=%s", span->name);
	run_check(kinds->run, check, labels, others ? VERDICT_FAIL : VERDICT_PASS,
		  "%llu page frames must be '%s', %llu are not%s%s; %s",
		  (unsigned long long)span->bytes / PAGE,
		  kpage_flags_text(span->flags, wanted, sizeof(wanted)), (unsigned long long)others,
		  others ? ", one is " : "",
		  others ? kpage_flags_text(last, seen, sizeof(seen)) : "", span->why);
	return 0;
}

int peekers_holes(struct peekers_guest *guest, struct page_kinds *kinds)
{
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(holes) / sizeof(holes[0]) && !err; i++)
		err = check_span(guest, kinds, &holes[i], "holes");
	return err;
}

static int tell(struct page_kinds *kinds, const char *path, const char *text)
{
	int err = sysfs_write(path, text);

	return err ? run_error(kinds->run, err, "%s: write %s: %s", path, text, strerror(-err)) : 0;
}

/* Pages of an empty block are free at once; a few may have found a user meanwhile. */
static int check_online(struct peekers_guest *guest, struct page_kinds *kinds)
{
	uint64_t others = 0, last = 0, pages = PEEKERS_BLOCK_BYTES / PAGE;
	int err = count_others(guest, kinds->run, PEEKERS_BLOCK, PEEKERS_BLOCK_BYTES, KPF(BUDDY),
			       &others, &last);

	if (err)
		return err;
	run_check(kinds->run, "memory-block", "part=online",
		  others > pages / 100 ? VERDICT_FAIL : VERDICT_PASS,
		  "%llu of %llu page frames of a block just onlined are not free (at most one in a "
		  "hundred)", (unsigned long long)others, (unsigned long long)pages);
	return 0;
}

int peekers_block(struct peekers_guest *guest, struct page_kinds *kinds)
{
	static const struct span added = {
		"added", PEEKERS_BLOCK, PEEKERS_BLOCK_BYTES, KPF(NOPAGE),
		"the block is there and not online: nobody may read its memmap"
	};
	static const struct span offlined = {
		"offlined", PEEKERS_BLOCK, PEEKERS_BLOCK_BYTES, KPF(NOPAGE),
		"the block was online and is not any more"
	};
	char address[32], state[128];
	int err;

	snprintf(address, sizeof(address), "0x%llx", PEEKERS_BLOCK);
	snprintf(state, sizeof(state), MEMORY "memory%llu/state", PEEKERS_BLOCK / PEEKERS_BLOCK_BYTES);
	err = tell(kinds, MEMORY "probe", address);
	if (!err)
		err = check_span(guest, kinds, &added, "memory-block");
	if (!err)
		err = tell(kinds, state, "online_movable");
	if (!err)
		err = check_online(guest, kinds);
	if (!err)
		err = tell(kinds, state, "offline");
	if (!err)
		err = check_span(guest, kinds, &offlined, "memory-block");
	return err;
}
