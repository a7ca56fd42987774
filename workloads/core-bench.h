/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operations of workload core share. Each is one line of the table in
 * core.c; what it does stands in core-memory.c, core-files.c or core-calls.c.
 */
#ifndef PAGEMETA_CORE_BENCH_H
#define PAGEMETA_CORE_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "content.h"
#include "workload.h"

#define CORE_PAGE 4096u
#define CORE_HUGE (2u << 20)
#define CORE_BATCH 512u		/* pages that one operation of the batched kind takes */
#define CORE_HUGETLB_POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/"
#define CORE_AROUND 16u		/* pages one fault of a file maps: fault_around_bytes, mm/memory.c */

/**
 * struct core - an operation at work
 * @run: the run
 * @pages: parameter pages: how much memory an operation has to do with
 * @warm_up: this is not measured yet
 * @nr: how often the operation is done; prepare() may change it
 * @room: how often it can be done at most
 * @sample: @room samples, locked
 * @maker: makes what pages are filled with
 * @map: memory of the operation
 * @map_bytes: its size
 * @fd: file of the operation, -1 for none
 * @pid: child of the operation
 * @pipe: ends of a pipe that a child waits at, -1 for none
 * @pool: file that sets the number of hugetlb pages
 * @buf: one page
 * @present: pages seen that the kernel has metadata for
 * @bad: how much was found to be wrong
 */
struct core {
	struct run *run;
	size_t pages;
	bool warm_up;
	size_t nr;
	size_t room;
	uint64_t *sample;
	struct content_maker *maker;
	uint8_t *map;
	size_t map_bytes;
	int fd;
	pid_t pid;
	int pipe[2];
	const char *pool;
	uint8_t buf[CORE_PAGE];
	uint64_t present;
	size_t bad;
};

/**
 * struct core_bench - one kind of operation
 * @op: its name, label op of its samples
 * @divisor: it is done pages / @divisor times
 * @prepare: makes what it needs; may be NULL
 * @before: before each operation, not timed; may be NULL
 * @once: the operation with its number; timed
 * @after: after each operation, not timed; may be NULL
 * @finish: undoes @prepare, also after a failure; may be NULL
 * @counted: what @count counts, as it is reported
 * @count: a counter that tells that the operation was done; NULL where its return
 *	value tells as much
 * @change: by how much one operation changes it
 * @look: bytes of the pages that all of its memory consists of before it or after it,
 *	where that is to be asked of the kernel; 0 where it has none, or none that stays
 * @slack: pages of it that may be missing
 */
struct core_bench {
	const char *op;
	size_t divisor;
	int (*prepare)(struct core *core);
	int (*before)(struct core *core, size_t i);
	int (*once)(struct core *core, size_t i);
	int (*after)(struct core *core, size_t i);
	void (*finish)(struct core *core);
	const char *counted;
	int (*count)(struct core *core, uint64_t *ret_count);
	int change;
	size_t look;
	size_t slack;
};

/* --- core-memory.c: faults, unmapping, fork and exit --- */
int core_map_base(struct core *core);
int core_map_touched(struct core *core);
int core_map_batches(struct core *core);
int core_map_huge(struct core *core);
int core_map_huge_touched(struct core *core);
int core_map_hugetlb(struct core *core);
void core_unmap(struct core *core);
int core_touch_page(struct core *core, size_t i);
int core_touch_huge(struct core *core, size_t i);
int core_unmap_batch(struct core *core, size_t i);
int core_unmap_huge(struct core *core, size_t i);
int core_fork(struct core *core, size_t i);
int core_release_child(struct core *core, size_t i);
int core_hugetlb_alloc(struct core *core, size_t i);
int core_hugetlb_free(struct core *core, size_t i);
int core_count_faults(struct core *core, uint64_t *ret_count);
int core_count_huge_faults(struct core *core, uint64_t *ret_count);
int core_count_hugetlb(struct core *core, uint64_t *ret_count);
int core_count_hugetlb_free(struct core *core, uint64_t *ret_count);
int core_count_mapped(struct core *core, uint64_t *ret_count);
int core_count_children(struct core *core, uint64_t *ret_count);

/* --- core-files.c: the page cache, by tmpfs --- */
int core_file_new(struct core *core);
int core_file_filled(struct core *core);
int core_file_batches(struct core *core);
int core_file_mapped(struct core *core);
void core_file_close(struct core *core);
int core_read_page(struct core *core, size_t i);
int core_compare_page(struct core *core, size_t i);
int core_fill_buffer(struct core *core, size_t i);
int core_write_page(struct core *core, size_t i);
int core_truncate_batch(struct core *core, size_t i);
int core_touch_around(struct core *core, size_t i);
int core_count_file_pages(struct core *core, uint64_t *ret_count);

/* --- core-calls.c: system calls that live on kmalloc, and files about all pages --- */
int core_open_close(struct core *core, size_t i);
int core_pipe(struct core *core, size_t i);
int core_eventfd(struct core *core, size_t i);
int core_epoll(struct core *core, size_t i);
int core_mmap_munmap(struct core *core, size_t i);
int core_kpageflags_open(struct core *core);
int core_kpagecount_open(struct core *core);
int core_kpage_read(struct core *core, size_t i);
int core_kpageflags_look(struct core *core, size_t i);

/* --- core-hotplug.c: memory added and removed --- */
int core_hotplug(struct run *run);

#endif
