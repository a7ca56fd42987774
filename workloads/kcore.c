/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /proc/kcore: an ELF core file whose segments are the kernel's own memory.
 */
#include "kcore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTES_MAX 65536
#define SEGMENTS_MAX 256
#define PAGE 4096
#define PAGE_SHIFT 12
#define PAGE_ENTRIES 512
#define ENTRY_PRESENT 1u
#define ENTRY_LARGE 0x80u
#define ENTRY_ADDRESS UINT64_C(0x000ffffffffff000)
#define TABLE_BITS 9
#define PGD_SHIFT 39			/* with 4 levels; with 5, one more */
#define SECTION_HAS_MAP 2u		/* SECTION_HAS_MEM_MAP of include/linux/mmzone.h */
#define SECTION_FLAGS 0x3full		/* flags are in bits that alignment leaves free */

static int failed(struct kcore *kcore, int err, const char *what)
{
	snprintf(kcore->why, sizeof(kcore->why), KCORE_FILE ": %s: %s", what, strerror(-err));
	return err;
}

static int read_at(const struct kcore *kcore, uint64_t offset, void *bytes, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (used < size) {
		n = pread(kcore->fd, (uint8_t *)bytes + used, size - used, (off_t)(offset + used));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -ENODATA;
		used += (size_t)n;
	}
	return 0;
}

static int read_segments(struct kcore *kcore)
{
	Elf64_Ehdr header;
	int err = read_at(kcore, 0, &header, sizeof(header));

	if (err)
		return failed(kcore, err, "header");
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_phentsize != sizeof(Elf64_Phdr) ||
	    !header.e_phnum || header.e_phnum > SEGMENTS_MAX)
		return failed(kcore, -EBADMSG, "header");
	kcore->segment = calloc(header.e_phnum, sizeof(*kcore->segment));
	if (!kcore->segment)
		return failed(kcore, -ENOMEM, "program headers");
	err = read_at(kcore, header.e_phoff, kcore->segment,
		      header.e_phnum * sizeof(*kcore->segment));
	if (err)
		return failed(kcore, err, "program headers");
	kcore->nr = header.e_phnum;
	return 0;
}

/* The note named VMCOREINFO, NUL-terminated in place; NULL when there is none. */
static char *find_note(char *notes, size_t size)
{
	Elf64_Nhdr note;
	size_t at = 0, name, desc;

	while (size - at > sizeof(note)) {
		memcpy(&note, notes + at, sizeof(note));
		name = at + sizeof(note);
		if (note.n_namesz > size - name)
			return NULL;
		desc = name + ((note.n_namesz + 3u) & ~3u);
		if (desc > size || note.n_descsz >= size - desc)
			return NULL;
		if (note.n_namesz == sizeof("VMCOREINFO") &&
		    !memcmp(notes + name, "VMCOREINFO", sizeof("VMCOREINFO"))) {
			notes[desc + note.n_descsz] = '\0';
			return notes + desc;
		}
		at = desc + ((note.n_descsz + 3u) & ~3u);
		if (at > size)
			return NULL;
	}
	return NULL;
}

static int read_notes(struct kcore *kcore)
{
	const Elf64_Phdr *segment = kcore->segment;
	const char *missing = "";
	char *notes, *text;
	int err;

	if (segment->p_type != PT_NOTE || segment->p_filesz > NOTES_MAX)
		return failed(kcore, -EBADMSG, "notes");
	/* One byte more: the last note may end where the segment does. */
	notes = calloc(1, segment->p_filesz + 1);
	if (!notes)
		return failed(kcore, -ENOMEM, "notes");
	kcore->notes = notes;
	err = read_at(kcore, segment->p_offset, notes, segment->p_filesz);
	text = err ? NULL : find_note(notes, segment->p_filesz + 1);
	if (!err && !text)
		err = -EBADMSG;
	if (err)
		return failed(kcore, err, "note VMCOREINFO");
	kcore->text = text;
	if (!vmcoreinfo_parse(text, &kcore->info, &missing))
		return 0;
	snprintf(kcore->why, sizeof(kcore->why), "VMCOREINFO has no usable %s", missing);
	return -EOPNOTSUPP;
}

int kcore_open(struct kcore *kcore)
{
	return kcore_open_below("", kcore);
}

int kcore_open_below(const char *root, struct kcore *kcore)
{
	char path[512];
	int err;

	memset(kcore, 0, sizeof(*kcore));
	snprintf(path, sizeof(path), "%s" KCORE_FILE, root);
	kcore->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (kcore->fd < 0)
		return failed(kcore, -errno, "open");
	err = read_segments(kcore);
	return err ? err : read_notes(kcore);
}

void kcore_close(struct kcore *kcore)
{
	if (kcore->fd >= 0)
		close(kcore->fd);
	kcore->fd = -1;
	free(kcore->segment);
	free(kcore->notes);
	kcore->segment = NULL;
	kcore->notes = NULL;
	kcore->text = NULL;
	kcore->nr = 0;
}

bool kcore_is_linear(const Elf64_Phdr *segment)
{
	return segment->p_type == PT_LOAD && segment->p_paddr != (Elf64_Addr)-1;
}

/* @size bytes at @at lie in the segment of @bytes from @start on. */
static bool within(uint64_t at, size_t size, uint64_t start, uint64_t bytes)
{
	return at >= start && at - start < bytes && size <= bytes - (at - start);
}

bool kcore_physical(const struct kcore *kcore, uint64_t address, uint64_t *ret_physical)
{
	const Elf64_Phdr *segment;
	size_t i;

	for (i = 0; i < kcore->nr; i++) {
		segment = &kcore->segment[i];
		if (!kcore_is_linear(segment) ||
		    !within(address, 1, segment->p_vaddr, segment->p_memsz))
			continue;
		*ret_physical = segment->p_paddr + (address - segment->p_vaddr);
		return true;
	}
	return false;
}

int kcore_read_physical(const struct kcore *kcore, uint64_t physical, void *bytes, size_t size)
{
	const Elf64_Phdr *segment;
	size_t i;

	for (i = 0; i < kcore->nr; i++) {
		segment = &kcore->segment[i];
		if (kcore_is_linear(segment) &&
		    within(physical, size, segment->p_paddr, segment->p_memsz))
			return read_at(kcore, segment->p_offset + (physical - segment->p_paddr),
				       bytes, size);
	}
	return -ENXIO;
}

int kcore_read(const struct kcore *kcore, uint64_t address, void *bytes, size_t size)
{
	const Elf64_Phdr *segment;
	size_t i;

	for (i = 0; i < kcore->nr; i++) {
		segment = &kcore->segment[i];
		if (segment->p_type == PT_LOAD &&
		    within(address, size, segment->p_vaddr, segment->p_memsz))
			return read_at(kcore, segment->p_offset + (address - segment->p_vaddr),
				       bytes, size);
	}
	return -ENXIO;
}

static int translate(const struct kcore *kcore, uint64_t address, uint64_t *ret_physical)
{
	uint64_t top, table, entry, five = 0, within;
	unsigned int shift;
	int err;

	if (!vmcoreinfo_number(kcore->text, "SYMBOL(swapper_pg_dir)", 16, &top) ||
	    !kcore_physical(kcore, top, &table))
		return -ENXIO;
	vmcoreinfo_number(kcore->text, "NUMBER(pgtable_l5_enabled)", 10, &five);
	for (shift = five ? PGD_SHIFT + TABLE_BITS : PGD_SHIFT;; shift -= TABLE_BITS) {
		within = address & ((UINT64_C(1) << shift) - 1);
		err = kcore_read_physical(kcore, table + (address >> shift) % PAGE_ENTRIES * 8,
					  &entry, sizeof(entry));
		if (err)
			return err;
		if (!(entry & ENTRY_PRESENT))
			return -ENXIO;
		table = entry & ENTRY_ADDRESS;
		if (shift == PAGE_SHIFT || entry & ENTRY_LARGE)
			break;
	}
	*ret_physical = (table & ~((UINT64_C(1) << shift) - 1)) + within;
	return 0;
}

int kcore_read_mapped(const struct kcore *kcore, uint64_t address, void *bytes, size_t size)
{
	uint64_t physical;
	int err = kcore_read(kcore, address, bytes, size);

	if (err != -ENXIO)
		return err;
	err = translate(kcore, address, &physical);
	return err ? err : kcore_read_physical(kcore, physical, bytes, size);
}

uint64_t kcore_section_pages(const struct kcore *kcore)
{
	return (1ull << kcore->info.section_bits) / PAGE;
}

int kcore_section(const struct kcore *kcore, uint64_t section, uint64_t *ret_address)
{
	uint64_t per_root = PAGE / kcore->info.section_size, root = 0, map = 0;
	int err;

	if (section / per_root >= kcore->info.roots)
		return -ENODATA;
	err = kcore_read(kcore, kcore->info.mem_section + section / per_root * sizeof(root), &root,
			 sizeof(root));
	if (err || !root)
		return err ? err : -ENODATA;
	err = kcore_read(kcore, root + section % per_root * kcore->info.section_size +
			 kcore->info.section_map, &map, sizeof(map));
	if (err)
		return err;
	if (!(map & SECTION_HAS_MAP))
		return -ENODATA;
	/* What is stored is the address that page frame 0 would have (mm/sparse.c). */
	*ret_address = (map & ~SECTION_FLAGS) +
		       section * kcore_section_pages(kcore) * kcore->info.page_size;
	return 0;
}
