/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goes through the table of kinds: makes each, finds its page frames and judges what
 * the per-page files say.
 */
#include "page-kind.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#define PAGE 4096

void page_lru_drain(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return;
	madvise(page, PAGE, MADV_PAGEOUT);
	munmap(page, PAGE);
}

int page_kinds_find(struct page_kinds *kinds, struct page_made *made)
{
	unsigned int i;
	int err;

	for (i = 0; i < made->kind->pages && !made->told; i++) {
		err = kpage_pfn(&kinds->kpage, made->at + i * PAGE, &made->pfn[i]);
		if (err)
			return run_error(kinds->run, err, "page %u of kind '%s': pagemap: %s", i,
					 made->kind->name, strerror(-err));
	}
	return 0;
}

static int make(struct page_kinds *kinds, const struct page_kind *kind)
{
	struct page_made *made = &kinds->made[kinds->nr++];

	run_phase(kinds->run, "making pages: %s", kind->name);
	made->kind = kind;
	made->fd = -1;
	return kind->make(kinds, made);
}

int page_kinds_make(struct page_kinds *kinds)
{
	const struct page_kind *kind;
	size_t i, nr = 0;
	int err = 0;

	for (kind = page_kind_table; kind->name; kind++)
		nr++;
	kinds->made = calloc(nr, sizeof(*kinds->made));
	kinds->nr = 0;
	if (!kinds->made)
		return run_error(kinds->run, -ENOMEM, "no memory for %zu kinds of pages", nr);
	for (kind = page_kind_table; kind->name && !err; kind++)
		err = make(kinds, kind);
	page_lru_drain();
	/* Last, because KSM and the split of a huge page move pages when all is made. */
	for (i = 0; i < kinds->nr && !err; i++)
		err = page_kinds_find(kinds, &kinds->made[i]);
	return err;
}

void page_made_free(struct page_made *made)
{
	if (made->child) {
		kill(made->child, SIGKILL);
		waitpid(made->child, NULL, 0);
	}
	if (made->area)
		munmap(made->area, made->bytes);
	if (made->fd >= 0)
		close(made->fd);
	if (made->device.name[0]) {
		nd_device_unbind(&made->device);
		nd_device_free(&made->device);
	}
	made->child = 0;
	made->area = NULL;
	made->fd = -1;
	made->device.name[0] = '\0';
}

void page_kinds_free(struct page_kinds *kinds)
{
	while (kinds->nr)
		page_made_free(&kinds->made[--kinds->nr]);
	free(kinds->made);
	kinds->made = NULL;
}

/* What the files must say of page @index of a kind. */
static void expected(const struct page_kinds *kinds, const struct page_kind *kind,
		     unsigned int index, uint64_t word[KPAGE_FILES])
{
	word[KPAGE_FLAGS] = kind->flags;
	if (kind->compound)
		word[KPAGE_FLAGS] |= index ? KPF(COMPOUND_TAIL) : KPF(COMPOUND_HEAD);
	word[KPAGE_COUNT] = kind->count;
	word[KPAGE_CGROUP] = kind->charged ? kinds->cgroup : 0;
}

static void describe(const uint64_t seen[KPAGE_FILES], const uint64_t want[KPAGE_FILES],
		     uint64_t mask, char *text, size_t size)
{
	char flags[256], wanted[256];

	snprintf(text, size, "flags %s (must be %s), count %llu (%llu), cgroup %llu (%llu)",
		 kpage_flags_text(seen[KPAGE_FLAGS] & mask, flags, sizeof(flags)),
		 kpage_flags_text(want[KPAGE_FLAGS] & mask, wanted, sizeof(wanted)),
		 (unsigned long long)seen[KPAGE_COUNT], (unsigned long long)want[KPAGE_COUNT],
		 (unsigned long long)seen[KPAGE_CGROUP], (unsigned long long)want[KPAGE_CGROUP]);
}

int page_kinds_judge(const struct page_kinds *kinds, const struct page_made *made, uint64_t mask,
		     char *text, size_t size)
{
	uint64_t seen[KPAGE_FILES], want[KPAGE_FILES];
	unsigned int i, bad = 0;
	char said[640];
	int64_t nr;
	int file;

	mask &= ~made->kind->open;
	for (i = 0; i < made->kind->pages; i++) {
		for (file = 0; file < KPAGE_FILES; file++) {
			nr = kpage_read(&kinds->kpage, (enum kpage_file)file, made->pfn[i],
					&seen[file], 1);
			if (nr < 0)
				return (int)nr;
			if (!nr)
				return -ENODATA;
		}
		expected(kinds, made->kind, i, want);
		if (((seen[KPAGE_FLAGS] ^ want[KPAGE_FLAGS]) & mask) == 0 &&
		    seen[KPAGE_COUNT] == want[KPAGE_COUNT] &&
		    seen[KPAGE_CGROUP] == want[KPAGE_CGROUP]) {
			if (!bad && !i)
				describe(seen, want, mask, said, sizeof(said));
			continue;
		}
		if (!bad++)
			describe(seen, want, mask, said, sizeof(said));
	}
	if (bad)
		snprintf(text, size, "%u of %u pages are not as they must be: %s; %s", bad,
			 made->kind->pages, said, made->kind->why);
	else
		snprintf(text, size, "%u pages: %s; %s", made->kind->pages, said, made->kind->why);
	return (int)bad;
}
