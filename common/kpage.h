/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says of a page frame: /proc/self/pagemap (which frame is behind an
 * address), /proc/kpageflags, /proc/kpagecount and /proc/kpagecgroup. The meaning of
 * the bits stands in Documentation/admin-guide/mm/pagemap.rst.
 */
#ifndef PAGEMETA_KPAGE_H
#define PAGEMETA_KPAGE_H

#include <linux/kernel-page-flags.h>
#include <stddef.h>
#include <stdint.h>

/* Bits that the kernel's include/linux/kernel-page-flags.h keeps to itself. */
#define KPF_RESERVED	32
#define KPF_MLOCKED	33
#define KPF_PRIVATE	35

#define KPF(name) (1ull << KPF_##name)

/** enum kpage_file - the files that hold one 64-bit word per page frame */
enum kpage_file { KPAGE_FLAGS, KPAGE_COUNT, KPAGE_CGROUP, KPAGE_FILES };

/** kpage_file_name() - "/proc/kpageflags", "/proc/kpagecount", "/proc/kpagecgroup" */
const char *kpage_file_name(enum kpage_file file);

/**
 * struct kpage - the files, open
 * @fd: of each enum kpage_file
 * @pagemap: of the calling process; a forked child opens its own
 */
struct kpage {
	int fd[KPAGE_FILES];
	int pagemap;
};

/**
 * kpage_open() - open all of them
 * @kpage: filled; closed with kpage_close(), also after a failure
 * @ret_path: on failure the file that could not be opened
 *
 * Return: 0 or -errno.
 */
int kpage_open(struct kpage *kpage, const char **ret_path);

/**
 * kpage_open_files() - open some of them, and not the pagemap
 * @kpage: as for kpage_open()
 * @root: prefix of /proc: "" for this kernel's, a folder in tests
 * @files: 1 << enum kpage_file, or'ed; kpage_read() is for these
 * @ret_path: on failure the file that could not be opened, without @root
 *
 * Return: 0 or -errno.
 */
int kpage_open_files(struct kpage *kpage, const char *root, unsigned int files,
		     const char **ret_path);

/** kpage_close() - close what is open */
void kpage_close(struct kpage *kpage);

/**
 * kpage_read() - the words of consecutive page frames
 * @kpage: open files
 * @file: which of them
 * @pfn: the first frame
 * @words: receives them
 * @nr: how many there is room for
 *
 * Return: how many were read; fewer than @nr at the end of the file, 0 behind it;
 * -EBADMSG when the file ends within a word; or another -errno.
 */
int64_t kpage_read(const struct kpage *kpage, enum kpage_file file, uint64_t pfn, uint64_t *words,
		   size_t nr);

/**
 * kpage_pfn() - the page frame behind an address of this process
 * @kpage: open files
 * @at: the address
 * @ret_pfn: set on success
 *
 * Return: 0, -ENODATA where nothing is mapped, or -errno.
 */
int kpage_pfn(const struct kpage *kpage, const void *at, uint64_t *ret_pfn);

/**
 * kpage_flags_text() - names of the bits that are set: "uptodate,lru,mmap,anon"
 * @flags: a word of /proc/kpageflags
 * @text: receives the names, "none" without a bit
 * @size: bytes at @text; names that do not fit are left off
 *
 * Return: @text.
 */
const char *kpage_flags_text(uint64_t flags, char *text, size_t size);

#endif
