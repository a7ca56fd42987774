/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host for the census: a made-up /proc and /sys of which every number is known.
 *
 *	section 0	node 0, pages of every type
 *	section 1	a hole: no memory block, no flags
 *	section 2	node 1, free
 *	section 3	node 1, a memory block that is offline, behind the end of kpageflags
 *
 * and 1 GiB of persistent memory with a memmap in RAM.
 */
#ifndef PAGEMETA_TESTS_FAKE_HOST_H
#define PAGEMETA_TESTS_FAKE_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "census.h"

#define FAKE_HOST_WORDS (3 * 32768)

/**
 * struct fake_host - one
 * @root: temporary folder
 * @flags: words that were written to kpageflags
 * @count: the same of kpagecount
 */
struct fake_host {
	char root[64];
	uint64_t flags[FAKE_HOST_WORDS];
	uint64_t count[FAKE_HOST_WORDS];
};

/** fake_host_setup()/fake_host_teardown() - one per test, in *state */
int fake_host_setup(void **state);
int fake_host_teardown(void **state);

/** fake_host_words() - write the first @nr_flags and @nr_counts words again, and @more bytes */
void fake_host_words(const struct fake_host *host, size_t nr_flags, size_t nr_counts, size_t more);

/** fake_host_census() - take its census; a failure fails the test */
void fake_host_census(const struct fake_host *host, struct census *census);

/** fake_host_printed() - malloc'd text of a census, without any variants */
char *fake_host_printed(const struct census *census, enum print_format format);

#endif
