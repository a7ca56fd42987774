/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of each kind are poisoned (MADV_HWPOISON, debugfs) or taken out of use
 * (MADV_SOFT_OFFLINE), and given back (debugfs): memory failure has to know what each
 * page is to do the right thing with it, and asks the struct page.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bus-error.h"
#include "page-poison.h"
#include "peekers-parts.h"
#include "sysfs.h"
#include "workload.h"

#define PAGE 4096
#define FILL 0x5a		/* what page-kind-make.c writes */
#define TAIL 6			/* kernels may describe the first few tail pages in detail */
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101	/* include/uapi/asm-generic/mman-common.h */
#endif

/**
 * struct poison_case - a kind and what must become of it
 * @kind: of page_kind_table
 * @soft: soft offline: the data move elsewhere
 * @lost: using the page raises SIGBUS; otherwise its data are what they were
 * @byte: the data
 */
struct poison_case {
	const char *kind;
	bool soft;
	bool lost;
	uint8_t byte;
};

/* Clean pages of a file can be read again; everything else is lost with its page. */
static const struct poison_case cases[] = {
	{ .kind = "anon", .lost = true },
	{ .kind = "thp", .lost = true },
	{ .kind = "ksm", .lost = true },
	{ .kind = "shmem", .lost = true },
	{ .kind = "file", .byte = 0 },
	{ .kind = "anon", .soft = true, .byte = FILL },
	{ .kind = "thp", .soft = true, .byte = FILL },
	{ .kind = "ksm", .soft = true, .byte = FILL },
	{ .kind = "shmem", .soft = true, .byte = FILL },
	{ .kind = "file", .soft = true, .byte = 0 },
	{ .kind = "hugetlb", .soft = true, .byte = FILL },
};

static const struct page_kind *find_kind(const char *name)
{
	const struct page_kind *kind;

	for (kind = page_kind_table; kind->name; kind++)
		if (!strcmp(kind->name, name))
			return kind;
	return NULL;
}

static int read_flags(const struct page_kinds *kinds, uint64_t pfn, uint64_t *ret_flags)
{
	return kpage_read(&kinds->kpage, KPAGE_FLAGS, pfn, ret_flags, 1) == 1 ? 0 : -EIO;
}

static int corrupted(uint64_t *ret_pages)
{
	int err = sysfs_field("/proc/meminfo", "HardwareCorrupted", ret_pages);

	*ret_pages /= 4;
	return err;
}

/**
 * struct poisoned - how it came out
 * @err: of poisoning
 * @flags: of the frame while it is poisoned
 * @neighbour: of the next frame of a huge page
 * @byte: first byte of the page then, -1 for SIGBUS
 * @next: first byte of the page after it
 * @counted: pages more in HardwareCorrupted
 * @unpoison: of giving it back
 * @kept: it was not given back, see peekers_guest_owners()
 * @later: its flags then
 * @left: pages more in HardwareCorrupted then
 */
struct poisoned {
	int err;
	uint64_t flags;
	uint64_t neighbour;
	int byte;
	int next;
	int64_t counted;
	int unpoison;
	bool kept;
	uint64_t later;
	int64_t left;
};

static int do_poison(struct page_kinds *kinds, struct page_made *made, bool soft,
		     struct poisoned *out)
{
	uint64_t start = 0, now = 0, last = 0;
	int err;

	err = corrupted(&start);
	out->err = madvise(made->at, PAGE, soft ? MADV_SOFT_OFFLINE : MADV_HWPOISON) ? -errno : 0;
	if (!err)
		err = read_flags(kinds, made->pfn[0], &out->flags);
	if (!err && made->kind->pages > 1)
		err = read_flags(kinds, made->pfn[1], &out->neighbour);
	out->byte = bus_error_try(made->at);
	out->next = made->kind->pages > 1 ? bus_error_try(made->at + PAGE) : FILL;
	if (!err)
		err = corrupted(&now);
	page_made_free(made);
	/* Free pages of hugetlb are taken off the buddy lists, and not freed twice. */
	out->kept = soft && strcmp(made->kind->name, "hugetlb") && peekers_guest_owners();
	out->unpoison = out->kept ? 0 : page_unpoison(made->pfn[0]);
	if (!err)
		err = read_flags(kinds, made->pfn[0], &out->later);
	if (!err)
		err = corrupted(&last);
	out->counted = (int64_t)(now - start);
	out->left = (int64_t)(last - start);
	return err ? run_error(kinds->run, err, "kind '%s': %s", made->kind->name, strerror(-err)) : 0;
}

static bool as_it_must_be(const struct poison_case *what, const struct poisoned *out)
{
	int byte = what->lost ? -1 : what->byte;

	return !out->err && out->flags & KPF(HWPOISON) &&
	       !(out->flags & (KPF(MMAP) | KPF(LRU) | KPF(BUDDY))) &&
	       !(out->neighbour & KPF(HWPOISON)) && out->byte == byte && out->next == FILL &&
	       out->counted == 1 && !out->unpoison &&
	       !(out->later & KPF(HWPOISON)) == !out->kept && out->left == out->kept;
}

static int check_case(struct page_kinds *kinds, const struct poison_case *what)
{
	const struct page_kind *kind = find_kind(what->kind);
	struct page_made made = { .kind = kind, .fd = -1 };
	char flags[128], later[128], labels[64];
	struct poisoned out = { 0 };
	int err;

	err = kind->make(kinds, &made);
	page_lru_drain();
	if (!err)
		err = page_kinds_find(kinds, &made);
	if (!err)
		err = do_poison(kinds, &made, what->soft, &out);
	if (err)
		return err;
	snprintf(labels, sizeof(labels), "kind=%s", kind->name);
	run_check(kinds->run, what->soft ? "soft-offline" : "hwpoison", labels,
		  as_it_must_be(what, &out) ? VERDICT_PASS : VERDICT_FAIL,
		  "madvise: %s; its frame is %s (must have hwpoison, and neither mmap, lru nor buddy); "
		  "%lld pages poisoned (must be 1); the page reads %d (must be %d), the next %d (must be "
		  "%d); given back: %s, then it is %s, %lld pages poisoned (must be %d)",
		  strerror(-out.err), kpage_flags_text(out.flags, flags, sizeof(flags)),
		  (long long)out.counted, out.byte, what->lost ? -1 : what->byte, out.next, FILL,
		  out.kept ? "not tried, page_owner counts it twice" : strerror(-out.unpoison),
		  kpage_flags_text(out.later, later, sizeof(later)), (long long)out.left, out.kept);
	return 0;
}

/* A free page has no user to tell: it is taken off the free lists, and comes back. */
static int check_free_page(struct peekers_guest *guest, struct page_kinds *kinds)
{
	uint64_t nr, pfn, poisoned = 0, later = 0;
	uint64_t *words = peekers_guest_map(guest, kinds->run, &nr);
	char a[128], b[128];
	int err, done, given_back;

	if (!words)
		return -ENOMEM;
	/* From the end: the last to be used up. The second of a block is not its head. */
	err = peekers_guest_read(guest, kinds->run, KPAGE_FLAGS, 0, words, nr);
	if (err)
		return err;
	for (pfn = nr - 1; pfn && !(words[pfn] & words[pfn - 1] & KPF(BUDDY)); pfn--)
		;
	if (!pfn)
		return run_error(kinds->run, -ENOMEM, "no two free page frames side by side");
	done = page_poison(pfn);
	err = read_flags(kinds, pfn, &poisoned);
	given_back = page_unpoison(pfn);
	if (!err)
		err = read_flags(kinds, pfn, &later);
	if (err)
		return run_error(kinds->run, err, "free page: %s", strerror(-err));
	run_check(kinds->run, "hwpoison", "kind=free",
		  done || given_back || !(poisoned & KPF(HWPOISON)) || poisoned & KPF(BUDDY) ||
		  later & KPF(HWPOISON) ? VERDICT_FAIL : VERDICT_PASS,
		  "frame 0x%llx: corrupt-pfn: %s, then it is %s (must have hwpoison, and not buddy); "
		  "unpoison-pfn: %s, then %s", (unsigned long long)pfn, strerror(-done),
		  kpage_flags_text(poisoned, a, sizeof(a)), strerror(-given_back),
		  kpage_flags_text(later, b, sizeof(b)));
	return 0;
}

/*
 * A free huge page is dissolved, and becomes free pages but for the one: nothing is left
 * by which that was a tail page. It goes back to them in the end.
 */
static int check_free_huge_page(struct page_kinds *kinds)
{
	struct page_made made = { .kind = find_kind("hugetlb"), .fd = -1 };
	uint64_t pfn, flags = 0, next = 0, later = 0, start = 0, now = 0, last = 0;
	char a[128], b[128], c[128];
	int err, done, given_back;

	err = made.kind->make(kinds, &made);
	if (!err)
		err = page_kinds_find(kinds, &made);
	page_made_free(&made);
	if (err)
		return err;
	pfn = made.pfn[TAIL];
	err = corrupted(&start);
	done = page_poison(pfn);
	if (!err)
		err = read_flags(kinds, pfn, &flags);
	if (!err)
		err = read_flags(kinds, pfn + 1, &next);
	if (!err)
		err = corrupted(&now);
	given_back = page_unpoison(pfn);
	if (!err)
		err = read_flags(kinds, pfn, &later);
	if (!err)
		err = corrupted(&last);
	if (err)
		return run_error(kinds->run, err, "free huge page: %s", strerror(-err));
	run_check(kinds->run, "hwpoison", "kind=free-hugetlb",
		  done || given_back || !(flags & KPF(HWPOISON)) ||
		  flags & (KPF(BUDDY) | KPF(HUGE) | KPF(COMPOUND_HEAD) | KPF(COMPOUND_TAIL)) ||
		  next & (KPF(HWPOISON) | KPF(HUGE)) || later & KPF(HWPOISON) ||
		  now != start + 1 || last != start ? VERDICT_FAIL : VERDICT_PASS,
		  "frame 0x%llx: corrupt-pfn: %s, then it is %s (must have hwpoison, and neither "
		  "buddy, huge nor compound), the next %s (neither hwpoison nor huge), %lld pages "
		  "poisoned (must be 1); unpoison-pfn: %s, then it is %s, %lld pages poisoned (must be "
		  "0)", (unsigned long long)pfn, strerror(-done), kpage_flags_text(flags, a, sizeof(a)),
		  kpage_flags_text(next, b, sizeof(b)), (long long)(now - start),
		  strerror(-given_back), kpage_flags_text(later, c, sizeof(c)),
		  (long long)(last - start));
	return 0;
}

int peekers_poison(struct peekers_guest *guest, struct page_kinds *kinds)
{
	int err = 0;
	size_t i;

	bus_error_catch();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++) {
		run_phase(kinds->run, "%s %s", cases[i].soft ? "soft offline" : "hwpoison",
			  cases[i].kind);
		err = check_case(kinds, &cases[i]);
	}
	if (!err)
		err = check_free_page(guest, kinds);
	if (!err)
		err = check_free_huge_page(kinds);
	bus_error_release();
	return err;
}
