/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that the kernel took before its page allocator was there, by what it said when it
 * took it: the lines are in its log whatever the console shows.
 */
#ifndef PAGEMETA_BOOT_LOG_H
#define PAGEMETA_BOOT_LOG_H

#include <stdint.h>

/**
 * struct boot_log - bytes
 * @nodes: struct pglist_data of all nodes
 * @hashes: hash tables of dentries, inodes and stacks that are not in vmalloc
 * @percpu: the first chunk of per-CPU memory, of one CPU
 * @swiotlb: bounce buffers
 * @kfence: pool of KFENCE
 * @kept: the initramfs, where a debug kernel only unmaps what others give back
 * @page_ext: page_ext of all sections, which the page allocator had; 0 where it is off
 */
struct boot_log {
	uint64_t nodes;
	uint64_t hashes;
	uint64_t percpu;
	uint64_t swiotlb;
	uint64_t kfence;
	uint64_t kept;
	uint64_t page_ext;
};

/**
 * boot_log_line() - what one line of the log says
 * @log: grows by it
 * @line: the line and maybe more after it; what is not understood says nothing
 */
void boot_log_line(struct boot_log *log, const char *line);

/** boot_log_read() - read the log of this kernel. Return: 0 or -errno */
int boot_log_read(struct boot_log *ret_log);

#endif
