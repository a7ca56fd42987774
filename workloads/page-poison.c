/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hwpoison's files take the number of a frame, soft_offline_page its address
 * (Documentation/mm/hwpoison.rst).
 */
#include "page-poison.h"

#include <inttypes.h>
#include <stdio.h>

#include "sysfs.h"

#define PAGE 4096

static int write_number(const char *path, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, number);
	return sysfs_write(path, text);
}

int page_poison(uint64_t pfn)
{
	return write_number("/sys/kernel/debug/hwpoison/corrupt-pfn", pfn);
}

int page_soft_offline(uint64_t pfn)
{
	return write_number("/sys/devices/system/memory/soft_offline_page", pfn * PAGE);
}

int page_unpoison(uint64_t pfn)
{
	return write_number("/sys/kernel/debug/hwpoison/unpoison-pfn", pfn);
}
