/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs with fixed figures of the size that real ones have, made through the store
 * as the harness makes them, for the tests of what is printed and drawn.
 */
#ifndef PAGEMETA_TESTS_SAMPLE_RUN_H
#define PAGEMETA_TESTS_SAMPLE_RUN_H

#include "store.h"

/** enum sample_trouble - what goes wrong in a sample run */
enum sample_trouble {
	SAMPLE_FINE,
	SAMPLE_TROUBLE,		/* fail, broken, unsupported, not finished */
};

/**
 * struct sample_run - which run to make
 * @engine: exact, kvm or tcg
 * @variants: separated by commas, the base first
 * @shift: millionths by which the figures of each further variant differ
 * @trials: boots
 * @compressors: separated by commas
 * @pools: separated by commas
 * @trouble: what goes wrong
 * @traffic: memory traffic was counted
 * @metadata: metadata of memory was accounted
 * @disturbed: the host was looked at, and was not quiet
 * @id: of the run; NULL for one that is always the same
 * @host: where it ran; NULL likewise
 * @counters: performance counters of zswap's cells were read
 * @off: how many kernels, from the last one, are built without two options
 */
struct sample_run {
	const char *engine;
	const char *variants;
	int shift;
	unsigned int trials;
	const char *compressors;
	const char *pools;
	enum sample_trouble trouble;
	bool traffic;
	bool metadata;
	bool disturbed;
	const char *id;
	const char *host;
	bool counters;
	size_t off;
};

/** sample_run_make() - write it to a new folder; a failure fails the running test */
void sample_run_make(const struct sample_run *sample, const char *dir);

/** sample_run_load() - make it in a temporary folder, load it, remove the folder */
void sample_run_load(const struct sample_run *sample, struct store_content *ret_content);

/** sample_folder() - malloc'd path of a new empty temporary folder */
char *sample_folder(void);

/** sample_remove() - remove it and free the path */
void sample_remove(char *dir);

#endif
