/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own benchmark of get_user_pages() and pin_user_pages(): takes
 * references to the pages of a range of addresses, and drops them (mm/gup_test.c,
 * CONFIG_GUP_TEST, a file in debugfs).
 */
#ifndef PAGEMETA_GUP_TEST_H
#define PAGEMETA_GUP_TEST_H

#include <stddef.h>
#include <stdint.h>

#define GUP_TEST_FILE "/sys/kernel/debug/gup_test"

/**
 * enum gup_call - which function of mm/gup.c
 * @GUP_CALL_GET_FAST: get_user_pages_fast(), which takes no lock
 * @GUP_CALL_PIN_FAST: pin_user_pages_fast(): what direct I/O uses
 * @GUP_CALL_GET: get_user_pages() under mmap_lock
 * @GUP_CALL_PIN: pin_user_pages() under mmap_lock
 * @GUP_CALL_PIN_LONGTERM: pin_user_pages() with FOLL_LONGTERM: registered buffers
 */
enum gup_call {
	GUP_CALL_GET_FAST, GUP_CALL_PIN_FAST, GUP_CALL_GET, GUP_CALL_PIN, GUP_CALL_PIN_LONGTERM,
	GUP_CALL_NR
};

/** gup_call_name() - "get_fast", "pin_fast", "get", "pin" or "pin_longterm" */
const char *gup_call_name(enum gup_call call);

/**
 * struct gup_times - what one pass took
 * @bytes: of the range that references were taken to
 * @get_us: microseconds for all references of the range
 * @put_us: microseconds for dropping them
 */
struct gup_times {
	uint64_t bytes;
	uint64_t get_us;
	uint64_t put_us;
};

/** gup_test_open() - Return: fd of the file, or -errno */
int gup_test_open(void);

/**
 * gup_test_pass() - take references to all pages of a range for writing, drop them
 * @fd: of gup_test_open()
 * @call: with which function
 * @at: start of the range, page aligned
 * @bytes: its size
 * @batch: pages a call of that function
 * @ret_times: set on success; less @bytes than asked for when the kernel gave up
 *
 * Return: 0 or -errno.
 */
int gup_test_pass(int fd, enum gup_call call, const void *at, size_t bytes, unsigned int batch,
		  struct gup_times *ret_times);

#endif
