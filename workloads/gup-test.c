/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ioctls of mm/gup_test.h, which is no header of user space: numbers and
 * layout are repeated here.
 */
#include "gup-test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#define FOLL_WRITE 1	/* include/linux/mm_types.h */

struct gup_test {
	uint64_t get_delta_usec;
	uint64_t put_delta_usec;
	uint64_t addr;
	uint64_t size;
	uint32_t nr_pages_per_call;
	uint32_t gup_flags;
	uint32_t test_flags;
	uint32_t which_pages[8];
};

static const struct {
	const char *name;
	unsigned long request;
} calls[GUP_CALL_NR] = {
	[GUP_CALL_GET_FAST]	= { "get_fast", _IOWR('g', 1, struct gup_test) },
	[GUP_CALL_PIN_FAST]	= { "pin_fast", _IOWR('g', 2, struct gup_test) },
	[GUP_CALL_GET]		= { "get", _IOWR('g', 4, struct gup_test) },
	[GUP_CALL_PIN]		= { "pin", _IOWR('g', 5, struct gup_test) },
	[GUP_CALL_PIN_LONGTERM]	= { "pin_longterm", _IOWR('g', 3, struct gup_test) },
};

const char *gup_call_name(enum gup_call call)
{
	return (unsigned int)call < GUP_CALL_NR ? calls[call].name : "invalid";
}

int gup_test_open(void)
{
	int fd = open(GUP_TEST_FILE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int gup_test_pass(int fd, enum gup_call call, const void *at, size_t bytes, unsigned int batch,
		  struct gup_times *ret_times)
{
	struct gup_test test = {
		.addr = (uint64_t)(uintptr_t)at,
		.size = bytes,
		.nr_pages_per_call = batch,
		.gup_flags = FOLL_WRITE,
	};

	if ((unsigned int)call >= GUP_CALL_NR)
		return -EINVAL;
	if (ioctl(fd, calls[call].request, &test))
		return -errno;
	ret_times->bytes = test.size;
	ret_times->get_us = test.get_delta_usec;
	ret_times->put_us = test.put_delta_usec;
	return 0;
}
