/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memmap as a dump tool sees it: raw bytes through /proc/kcore, found with
 * VMCOREINFO and by no other way.
 */
#ifndef PAGEMETA_KCORE_H
#define PAGEMETA_KCORE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmcoreinfo.h"

#define KCORE_FILE "/proc/kcore"

/**
 * struct kcore - the file, open, with its tables
 * @fd: of KCORE_FILE
 * @info: what VMCOREINFO says
 * @segment: program headers
 * @nr: how many
 * @notes: all notes as they were read
 * @text: VMCOREINFO among them, NUL-terminated, for vmcoreinfo_number()
 * @why: of a failure
 */
struct kcore {
	int fd;
	struct vmcoreinfo info;
	Elf64_Phdr *segment;
	size_t nr;
	char *notes;
	const char *text;
	char why[160];
};

/**
 * kcore_open() - open the file and read its tables
 * @kcore: filled; closed with kcore_close(), also after a failure
 *
 * The tables are those of this moment: after memory was added or removed the file
 * has to be opened again.
 *
 * Return: 0, -EOPNOTSUPP when VMCOREINFO does not describe struct page, -EBADMSG for
 * a file that makes no sense, or -errno; @kcore->why says more.
 */
int kcore_open(struct kcore *kcore);
void kcore_close(struct kcore *kcore);

/** kcore_open_below() - the same with a prefix @root of the path: "" or a folder in tests */
int kcore_open_below(const char *root, struct kcore *kcore);

/**
 * kcore_read() - bytes of the kernel's memory
 * @kcore: open
 * @address: where
 * @bytes: receives them
 * @size: how many
 *
 * Return: 0, -ENXIO for an address that no segment has, or -errno.
 */
int kcore_read(const struct kcore *kcore, uint64_t address, void *bytes, size_t size);

/**
 * kcore_read_mapped() - the same also where no segment has the address
 *
 * It is looked up in the kernel's page tables then, as dump tools do: -ENXIO where nothing is
 * mapped, or what is no RAM. The bytes lie in one page.
 */
int kcore_read_mapped(const struct kcore *kcore, uint64_t address, void *bytes, size_t size);

/**
 * kcore_is_linear() - whether the physical address of a segment is known
 *
 * These are the direct mapping and the kernel's image (fs/proc/kcore.c).
 */
bool kcore_is_linear(const Elf64_Phdr *segment);

/** kcore_physical() - of an address in a linear mapping. Return: whether it is in one */
bool kcore_physical(const struct kcore *kcore, uint64_t address, uint64_t *ret_physical);

/** kcore_read_physical() - kcore_read() by physical address: of RAM that is online */
int kcore_read_physical(const struct kcore *kcore, uint64_t physical, void *bytes, size_t size);

/**
 * kcore_section() - where the memmap of a section lies
 * @kcore: open
 * @section: number of the section
 * @ret_address: of the struct page of its first page frame
 *
 * Return: 0, -ENODATA for a section without memmap, or -errno.
 */
int kcore_section(const struct kcore *kcore, uint64_t section, uint64_t *ret_address);

/** kcore_section_pages() - page frames of a section */
uint64_t kcore_section_pages(const struct kcore *kcore);

#endif
