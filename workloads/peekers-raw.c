/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The struct page of every page frame, or the descriptor that it points to, read as a dump
 * tool reads it and held against what the per-page files say. Here a change of struct page
 * that VMCOREINFO was not told of comes out, and a page type that user space would misread.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "peekers-parts.h"
#include "raw-memmap.h"
#include "workload.h"

#define PAGE 4096
#define GUP_TEST "/sys/kernel/debug/gup_test"
#define PIN_BIAS 1024			/* GUP_PIN_COUNTING_BIAS of include/linux/mm.h */

/** struct pin_request - struct pin_longterm_test of mm/gup_test.h */
struct pin_request {
	uint64_t addr;
	uint64_t size;
	uint32_t flags;
};

#define PIN_START _IOW('g', 7, struct pin_request)
#define PIN_STOP _IO('g', 8)

/**
 * struct comparison - how far it came
 * @flags: /proc/kpageflags before
 * @later: and after the struct pages were read: what changed in between is left out
 * @count: /proc/kpagecount
 * @nr: page frames
 * @compared: frames that were compared
 * @changed: frames that changed meanwhile
 * @unseen: frames whose struct page, or descriptor, could not be read
 * @bad: frames that differ
 * @first: the first of them
 */
struct comparison {
	uint64_t *flags;
	uint64_t *later;
	uint64_t *count;
	uint64_t nr;
	uint64_t compared;
	uint64_t changed;
	uint64_t unseen;
	uint64_t bad;
	char first[320];
};

static void differ(struct comparison *all, uint64_t pfn, uint64_t raw, uint64_t raw_count)
{
	char a[128], b[128];

	if (all->bad++)
		return;
	snprintf(all->first, sizeof(all->first),
		 "; the first is 0x%llx: struct page says %s, count %llu, the files say %s, %llu",
		 (unsigned long long)pfn, kpage_flags_text(raw, a, sizeof(a)),
		 (unsigned long long)raw_count,
		 kpage_flags_text(all->flags[pfn] & RAW_PAGE_JUDGED, b, sizeof(b)),
		 (unsigned long long)all->count[pfn]);
}

static void compare_page(struct comparison *all, const struct vmcoreinfo *info, uint64_t pfn,
			 const struct raw_page *page, const struct raw_page *head)
{
	uint64_t flags = raw_page_flags(info, page, head), count = raw_page_count(page);
	bool compound = all->flags[pfn] & (KPF(COMPOUND_HEAD) | KPF(COMPOUND_TAIL));

	all->compared++;
	/* A compound page's mappings are counted in its second page: not for us to know. */
	if (((flags ^ all->flags[pfn]) & RAW_PAGE_JUDGED) ||
	    (!compound && count != all->count[pfn]))
		differ(all, pfn, flags, count);
}

static void compare_section(struct comparison *all, const struct vmcoreinfo *info, uint64_t start,
			    uint64_t pages, const struct raw_section *section)
{
	uint64_t i, hint = 0;
	struct raw_page page, head;
	int64_t at;

	for (i = 0; i < pages && start + i < all->nr; i++) {
		if (all->flags[start + i] & KPF(NOPAGE))
			continue;
		if (all->flags[start + i] != all->later[start + i]) {
			all->changed++;
			continue;
		}
		raw_page_parse(info, section->bytes + i * info->desc_size, section->address[i],
			       &page);
		at = section->seen[i] ? raw_section_head(section, i, &page, hint) : -1;
		if (at < 0) {
			all->unseen++;
			continue;
		}
		hint = (uint64_t)at;
		raw_page_parse(info, section->bytes + hint * info->desc_size,
			       section->address[hint], &head);
		compare_page(all, info, start + i, &page, &head);
	}
}

/*
 * The flags before are all of one moment; those after, and the counts, of the section
 * that is compared.
 */
static int read_words(struct peekers_guest *guest, struct run *run, struct comparison *all,
		      uint64_t start, uint64_t nr)
{
	int err;

	if (nr > all->nr - start)
		nr = all->nr - start;
	err = peekers_guest_read(guest, run, KPAGE_COUNT, start, all->count + start, nr);
	return err ? err : peekers_guest_read(guest, run, KPAGE_FLAGS, start, all->later + start, nr);
}

static int compare_all(struct comparison *all, struct raw_memmap *memmap, struct page_kinds *kinds,
		       struct peekers_guest *guest)
{
	uint64_t pages = kcore_section_pages(memmap->kcore), number;
	struct raw_section section;
	int err;

	/* Touched before the first look: its pages would change what is looked at. */
	err = raw_section_new(memmap->kcore, &section);
	if (err)
		return run_error(kinds->run, err, "no memory for struct pages");
	memset(all->later, 1, all->nr * sizeof(*all->later));
	memset(all->count, 1, all->nr * sizeof(*all->count));
	err = peekers_guest_read(guest, kinds->run, KPAGE_FLAGS, 0, all->flags, all->nr);
	for (number = 0; number * pages < all->nr && !err; number++) {
		err = raw_memmap_section(memmap, number, &section);
		if (err == -ENODATA) {
			err = 0;
			continue;
		}
		if (!err)
			err = read_words(guest, kinds->run, all, number * pages, pages);
		if (!err)
			compare_section(all, &memmap->kcore->info, number * pages, pages, &section);
	}
	raw_section_free(&section);
	return err ? run_error(kinds->run, err, KCORE_FILE ": section %llu: %s",
			       (unsigned long long)number - 1, strerror(-err)) : 0;
}

static void report_memmap(struct run *run, const struct comparison *all,
			  const struct raw_memmap *memmap)
{
	if (memmap->unknown)
		run_check(run, "raw-memmap", "", VERDICT_UNSUPPORTED,
			  "%llu struct pages are words of a type that is not known here; the first is of "
			  "page frame 0x%llx and has type %u", (unsigned long long)memmap->unknown,
			  (unsigned long long)memmap->type_pfn, memmap->type);
	else
		run_check(run, "raw-memmap", "",
			  all->bad || all->compared < 9 * (all->changed + all->unseen) ?
			  VERDICT_FAIL : VERDICT_PASS,
			  "%llu %s read through " KCORE_FILE " and held against kpageflags "
			  "and kpagecount, %llu differ; %llu changed meanwhile and %llu are in no "
			  "segment (must be less than a tenth)%s",
			  (unsigned long long)all->compared,
			  memmap->kcore->info.has_words ? "descriptors" : "struct pages",
			  (unsigned long long)all->bad, (unsigned long long)all->changed,
			  (unsigned long long)all->unseen, all->first);
}

static int check_memmap(struct peekers_guest *guest, struct page_kinds *kinds,
			struct raw_memmap *memmap)
{
	struct comparison all = { 0 };
	struct run *run = kinds->run;
	int err = 0;

	all.flags = peekers_guest_map(guest, run, &all.nr);
	all.later = calloc(all.nr, sizeof(*all.later));
	all.count = calloc(all.nr, sizeof(*all.count));
	if (!all.flags || !all.later || !all.count)
		err = run_error(run, -ENOMEM, "no memory for the words of all page frames");
	if (!err)
		err = compare_all(&all, memmap, kinds, guest);
	if (!err)
		report_memmap(run, &all, memmap);
	free(all.later);
	free(all.count);
	return err;
}

static const struct page_made *find_kind(const struct page_kinds *kinds, const char *name)
{
	size_t i;

	for (i = 0; i < kinds->nr; i++)
		if (!strcmp(kinds->made[i].kind->name, name))
			return &kinds->made[i];
	return NULL;
}

/* A pin of a small page adds 1024 references, and nothing else may change. */
static int check_pinned(struct page_kinds *kinds, const struct kcore *kcore)
{
	const struct page_made *made = find_kind(kinds, "anon");
	struct pin_request pin = { (uintptr_t)made->at, PAGE, 0 };
	struct raw_page before, pinned, after;
	char text[640];
	int fd, err, bad;

	fd = open(GUP_TEST, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return run_error(kinds->run, -errno, GUP_TEST ": %s", strerror(errno));
	err = raw_memmap_page(kcore, made->pfn[0], &before);
	if (!err && ioctl(fd, PIN_START, &pin))
		err = -errno;
	if (!err)
		err = raw_memmap_page(kcore, made->pfn[0], &pinned);
	bad = page_kinds_judge(kinds, made, PAGE_KIND_JUDGED, text, sizeof(text));
	if (!err && ioctl(fd, PIN_STOP))
		err = -errno;
	if (!err)
		err = raw_memmap_page(kcore, made->pfn[0], &after);
	close(fd);
	if (err)
		return run_error(kinds->run, err, "pinning a page: %s", strerror(-err));
	run_check(kinds->run, "pinned", "",
		  bad || pinned.refcount != before.refcount + PIN_BIAS ||
		  after.refcount != before.refcount ? VERDICT_FAIL : VERDICT_PASS,
		  "references %d, pinned %d (must be %d more), unpinned %d; meanwhile %s",
		  before.refcount, pinned.refcount, PIN_BIAS, after.refcount, text);
	return 0;
}

static int check_kcore(struct peekers_guest *guest, struct page_kinds *kinds,
		       const struct kcore *kcore)
{
	struct raw_memmap memmap;
	int err;

	raw_memmap_begin(kcore, &memmap);
	err = check_memmap(guest, kinds, &memmap);
	if (err || !memmap.unknown)
		return err ? err : check_pinned(kinds, kcore);
	run_check(kinds->run, "pinned", "", VERDICT_UNSUPPORTED,
		  "words of pages are not understood: raw-memmap has more");
	return 0;
}

int peekers_raw(struct peekers_guest *guest, struct page_kinds *kinds)
{
	struct kcore kcore;
	int err = kcore_open(&kcore);

	if (err == -EOPNOTSUPP) {
		run_check(kinds->run, "raw-memmap", "", VERDICT_UNSUPPORTED, "%s", kcore.why);
		run_check(kinds->run, "pinned", "", VERDICT_UNSUPPORTED, "%s", kcore.why);
		err = 0;
	} else if (err) {
		run_error(kinds->run, err, "%s", kcore.why);
	} else {
		err = check_kcore(guest, kinds, &kcore);
	}
	kcore_close(&kcore);
	return err;
}
