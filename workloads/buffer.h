/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of a given kind to do I/O with. What matters of a kind is how
 * get_user_pages() finds its pages: as single entries of a page table, as one entry
 * for 2 MiB, through the page cache, or as pages of a device.
 */
#ifndef PAGEMETA_BUFFER_H
#define PAGEMETA_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct run;

#define BUFFER_PAGE 4096u
#define BUFFER_HUGE (2u << 20)

/**
 * enum buffer_kind - what it is mapped from
 * @BUFFER_ANON: anonymous base pages
 * @BUFFER_HUGE_ANON: anonymous transparent huge pages
 * @BUFFER_SHARED: a memfd, shared: pages of tmpfs
 * @BUFFER_DAX: a device-dax device: pages of persistent memory, by entries for 2 MiB
 */
enum buffer_kind { BUFFER_ANON, BUFFER_HUGE_ANON, BUFFER_SHARED, BUFFER_DAX, BUFFER_KIND_NR };

/** buffer_kind_name() - "anon", "huge", "shared" or "dax" */
const char *buffer_kind_name(enum buffer_kind kind);

/** buffer_kind_parse() - the kind of that name, BUFFER_KIND_NR when there is none */
enum buffer_kind buffer_kind_parse(const char *name);

/**
 * struct buffer - a mapping
 * @kind: its kind
 * @at: first byte, aligned to 2 MiB; NULL when there is none
 * @bytes: size, a multiple of 2 MiB
 * @fd: what it is mapped from, -1 for anonymous memory
 */
struct buffer {
	enum buffer_kind kind;
	uint8_t *at;
	size_t bytes;
	int fd;
};

/**
 * buffer_map() - map a buffer and touch every page of it
 * @run: gets the reason of a failure
 * @kind: which kind, but BUFFER_DAX
 * @bytes: rounded up to 2 MiB
 * @ret_buffer: filled; freed with buffer_unmap()
 *
 * Return: 0 or -errno. Huge pages that the kernel did not give are an error: a
 * buffer of the wrong kind would be measured under another's name.
 */
int buffer_map(struct run *run, enum buffer_kind kind, size_t bytes, struct buffer *ret_buffer);

/**
 * buffer_map_dax() - the same for a buffer of kind BUFFER_DAX
 * @run: gets the reason of a failure
 * @path: the device, bound and not in use
 * @bytes: rounded up to 2 MiB
 * @ret_buffer: filled; freed with buffer_unmap()
 */
int buffer_map_dax(struct run *run, const char *path, size_t bytes, struct buffer *ret_buffer);

/** buffer_unmap() - give it back; not mapped is no error */
void buffer_unmap(struct buffer *buffer);

#endif
