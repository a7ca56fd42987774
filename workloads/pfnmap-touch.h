/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What check pfnmap does to a PFN mapping and to the zero page.
 */
#ifndef PAGEMETA_PFNMAP_TOUCH_H
#define PAGEMETA_PFNMAP_TOUCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kpage.h"

struct run;

/**
 * struct pfnmap_tools - ways to ask for references
 * @kpage: the per-page files
 * @mem: /dev/mem
 * @mem_uncached: the same with O_SYNC, as drivers map registers
 * @disk: block device with O_DIRECT
 * @gup: the kernel's gup_test
 * @ring: an io_uring
 * @log: /dev/kmsg, see kernel-log.h
 */
struct pfnmap_tools {
	struct kpage kpage;
	int mem;
	int mem_uncached;
	int disk;
	int gup;
	int ring;
	int log;
};

/** pfnmap_tools_open() - open all; closed also after a failure. Return: 0 or -errno */
int pfnmap_tools_open(struct pfnmap_tools *tools, struct run *run);
void pfnmap_tools_close(struct pfnmap_tools *tools);

/**
 * struct pfnmap_range - what is mapped
 * @name: as in labels
 * @phys: address
 * @pages: base pages
 * @writable: it is memory, and nobody's or our own
 * @uncached: it is registers
 * @ram: it is a page of this process, which maps it once and does not pass it on
 */
struct pfnmap_range {
	const char *name;
	uint64_t phys;
	unsigned int pages;
	bool writable;
	bool uncached;
	bool ram;
};

#define PFNMAP_TEXT 400

/** pfnmap_byte() - what the first byte of a writable range is after a round */
static inline uint8_t pfnmap_byte(unsigned int round)
{
	return (uint8_t)(0x11 + round);
}

/**
 * struct pfnmap_result - how it went
 * @refused: errno with which /dev/mem refused to map RAM, 0 for mapped
 * @pin_bad: ways to get a reference that did not end with EFAULT
 * @count_bad: words of the per-page files that changed
 * @map_bad: operations on the mapping that did not do what they must
 * @pin: what was tried and what came of it, and so on
 * @count: likewise
 * @map: likewise
 * @logged: records the kernel logged
 * @last: the last of them
 */
struct pfnmap_result {
	int refused;
	unsigned int pin_bad;
	unsigned int count_bad;
	unsigned int map_bad;
	char pin[PFNMAP_TEXT];
	char count[PFNMAP_TEXT];
	char map[PFNMAP_TEXT];
	int64_t logged;
	char last[256];
};

/**
 * pfnmap_work() - do everything to a range, in a child that exits with it mapped
 * @tools: open
 * @run: gets the reason of a failure
 * @range: what to map
 * @rounds: how often
 * @ret_result: filled on success
 *
 * Return: 0 or -errno.
 */
int pfnmap_work(struct pfnmap_tools *tools, struct run *run, const struct pfnmap_range *range,
		unsigned int rounds, struct pfnmap_result *ret_result);

/**
 * pfnmap_pin() - try to get references to a page in every way there is
 * @tools: open
 * @at: the page
 * @writable: also ways that write to it
 * @zero: page frame of the zero page, which each must get hold of; 0 for a PFN
 *	mapping, for which each must end with EFAULT
 * @text: receives what came of each
 * @size: bytes at @text
 *
 * It ends with the first way that comes out otherwise.
 *
 * Return: 0 when all came out as they must.
 */
unsigned int pfnmap_pin(const struct pfnmap_tools *tools, uint8_t *at, bool writable, uint64_t zero,
			char *text, size_t size);

/**
 * pfnmap_zero_page() - pin the zero page again and again: check zero-page
 * @tools: open
 * @run: gets the check
 * @rounds: how often
 */
int pfnmap_zero_page(struct pfnmap_tools *tools, struct run *run, unsigned int rounds);

#endif
