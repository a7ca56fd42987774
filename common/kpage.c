/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the per-page files of /proc. A word is read for each page frame, so that
 * the files are read in large pieces and no stdio is in between.
 */
#include "kpage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_PFN ((1ull << 55) - 1)

static const char *const file_names[KPAGE_FILES] = {
	[KPAGE_FLAGS] = "/proc/kpageflags",
	[KPAGE_COUNT] = "/proc/kpagecount",
	[KPAGE_CGROUP] = "/proc/kpagecgroup",
};

static const char *const flag_names[64] = {
	[KPF_LOCKED] = "locked", [KPF_REFERENCED] = "referenced", [KPF_UPTODATE] = "uptodate",
	[KPF_DIRTY] = "dirty", [KPF_LRU] = "lru", [KPF_ACTIVE] = "active", [KPF_SLAB] = "slab",
	[KPF_WRITEBACK] = "writeback", [KPF_RECLAIM] = "reclaim", [KPF_BUDDY] = "buddy",
	[KPF_MMAP] = "mmap", [KPF_ANON] = "anon", [KPF_SWAPCACHE] = "swapcache",
	[KPF_SWAPBACKED] = "swapbacked", [KPF_COMPOUND_HEAD] = "head",
	[KPF_COMPOUND_TAIL] = "tail", [KPF_HUGE] = "huge", [KPF_UNEVICTABLE] = "unevictable",
	[KPF_HWPOISON] = "hwpoison", [KPF_NOPAGE] = "nopage", [KPF_KSM] = "ksm",
	[KPF_THP] = "thp", [KPF_OFFLINE] = "offline", [KPF_ZERO_PAGE] = "zero",
	[KPF_IDLE] = "idle", [KPF_PGTABLE] = "pgtable", [KPF_RESERVED] = "reserved",
	[KPF_MLOCKED] = "mlocked", [KPF_PRIVATE] = "private",
};

const char *kpage_file_name(enum kpage_file file)
{
	return file_names[file];
}

int kpage_open_files(struct kpage *kpage, const char *root, unsigned int files,
		     const char **ret_path)
{
	char path[512];
	int file;

	kpage->pagemap = -1;
	for (file = 0; file < KPAGE_FILES; file++)
		kpage->fd[file] = -1;
	for (file = 0; file < KPAGE_FILES; file++) {
		if (!(files >> file & 1))
			continue;
		snprintf(path, sizeof(path), "%s%s", root, file_names[file]);
		kpage->fd[file] = open(path, O_RDONLY | O_CLOEXEC);
		if (kpage->fd[file] < 0) {
			*ret_path = file_names[file];
			return -errno;
		}
	}
	return 0;
}

int kpage_open(struct kpage *kpage, const char **ret_path)
{
	int err = kpage_open_files(kpage, "", (1u << KPAGE_FILES) - 1, ret_path);

	if (err)
		return err;
	kpage->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (kpage->pagemap < 0) {
		*ret_path = "/proc/self/pagemap";
		return -errno;
	}
	return 0;
}

void kpage_close(struct kpage *kpage)
{
	int file;

	for (file = 0; file < KPAGE_FILES; file++) {
		if (kpage->fd[file] >= 0)
			close(kpage->fd[file]);
		kpage->fd[file] = -1;
	}
	if (kpage->pagemap >= 0)
		close(kpage->pagemap);
	kpage->pagemap = -1;
}

int64_t kpage_read(const struct kpage *kpage, enum kpage_file file, uint64_t pfn, uint64_t *words,
		   size_t nr)
{
	uint8_t *at = (uint8_t *)words;
	size_t size = nr * sizeof(*words), used = 0;
	ssize_t n;

	while (used < size) {
		n = pread(kpage->fd[file], at + used, size - used,
			  (off_t)(pfn * sizeof(*words) + used));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		used += (size_t)n;
	}
	return used % sizeof(*words) ? -EBADMSG : (int64_t)(used / sizeof(*words));
}

int kpage_pfn(const struct kpage *kpage, const void *at, uint64_t *ret_pfn)
{
	uint64_t entry;
	ssize_t n;

	n = pread(kpage->pagemap, &entry, sizeof(entry),
		  (off_t)((uintptr_t)at / PAGE * sizeof(entry)));
	if (n < 0)
		return -errno;
	if (n != sizeof(entry) || !(entry & PAGEMAP_PRESENT) || !(entry & PAGEMAP_PFN))
		return -ENODATA;
	*ret_pfn = entry & PAGEMAP_PFN;
	return 0;
}

const char *kpage_flags_text(uint64_t flags, char *text, size_t size)
{
	size_t used = 0;
	char name[16];
	int bit, n;

	snprintf(text, size, "none");
	for (bit = 0; bit < 64; bit++) {
		if (!(flags >> bit & 1))
			continue;
		snprintf(name, sizeof(name), "bit%d", bit);
		n = snprintf(text + used, size - used, "%s%s", used ? "," : "",
			     flag_names[bit] ? flag_names[bit] : name);
		if (n < 0 || (size_t)n >= size - used) {
			text[used] = '\0';
			break;
		}
		used += (size_t)n;
	}
	return text;
}
